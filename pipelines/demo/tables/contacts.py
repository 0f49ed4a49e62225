"""The CRM's people at each account."""

import numpy as np

from pipelines.demo.facts import Columns, Story, iso_day, words
from pipelines.demo.people import TITLES


def contacts(rng: np.random.Generator, story: Story) -> Columns:
    """One row a person who joined by the end of the history, in a shuffled order."""
    people, cal = story.people, story.calendar
    until = np.minimum(story.life.ended - 1, cal.last_day)
    row = rng.permutation(np.flatnonzero(people.joined <= until[people.account]))
    return {
        "contact_id": people.ids[row],
        "account_id": story.world.ids[people.account[row]],
        "title": words(people.role[row], TITLES),
        "since": iso_day(cal.stamps(people.joined[row])),
        "left_on": iso_day(cal.so_far(cal.stamps(people.left[row]))),
    }
