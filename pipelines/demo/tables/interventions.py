"""Playbooks run in the last half of the history, some accounts held out to compare.

They have no effect on anything: neither on the hidden states nor on the losses. An honest
estimate of their effect is zero.
"""

import numpy as np

from pipelines.demo.facts import Columns, Story, at, iso, moments, pick
from pipelines.demo.tables.risks import noticed
from pipelines.demo.words import PLAYBOOKS

PROPENSITIES = (0.5, 0.8)
ANSWERED = 0.6


def interventions(rng: np.random.Generator, story: Story) -> Columns:
    """One row a playbook run or held back, in order of time."""
    cal = story.calendar
    seen = noticed(rng, story)
    middle = (cal.first_day + cal.last_day) // 2
    chosen = (rng.random(len(seen)) < ANSWERED) & (seen.day >= middle)
    found = moments(rng, story, seen.account[chosen], seen.day[chosen] + 3)
    propensity = np.asarray(PROPENSITIES)[(story.world.segment[found.account] > 0).astype(int)]
    treated = rng.random(len(found)) < propensity
    return {
        "account_id": story.world.ids[found.account],
        "playbook": pick(rng, len(found), PLAYBOOKS),
        "arm": np.where(treated, "treated", "holdout").astype(object),
        "started_at": iso(at(story, found)),
        "propensity": propensity,
    }
