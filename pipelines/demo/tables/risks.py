"""Risks that account managers log: often right about dying accounts, sometimes a false alarm."""

import numpy as np

from features.contract.tables import LEVELS
from pipelines.demo.dates import NEVER, Array
from pipelines.demo.facts import (
    Columns,
    Moments,
    Story,
    at,
    iso,
    iso_day,
    moments,
    numbered,
    pick,
    words,
)
from pipelines.demo.hazard import DRIFTING, DYING, SINKING, STEADY
from pipelines.demo.words import MANAGERS, RISK_CATEGORIES, RISK_NOTES

HITS = ((DRIFTING, 0.20, 10, 42), (SINKING, 0.45, 5, 28), (DYING, 0.45, 3, 18))
"""State that began, chance that somebody notices, earliest and latest day of noticing."""
FALSE_A_WEEK = 0.0016
VALID_DAYS = 90
UNDERSTOOD = 0.75
"""How often the category logged is the account's main cause."""
LEVEL_MEAN = np.array([0.1, 0.3, 0.6, 1.1, 1.8, 2.5, 2.3])


def noticed(rng: np.random.Generator, story: Story) -> Moments:
    """When somebody thought that an account is in trouble, rightly or not."""
    account, day = _hits(rng, story)
    calm = story.mood.state <= STEADY
    false_account, week = np.nonzero(calm & (rng.random(calm.shape) < FALSE_A_WEEK))
    false_day = week * 7 + rng.integers(0, 5, len(week))
    return moments(
        rng, story, np.concatenate([account, false_account]), np.concatenate([day, false_day])
    )


def _hits(rng: np.random.Generator, story: Story) -> tuple[Array, Array]:
    accounts, days = [], []
    for state, chance, soonest, latest in HITS:
        account, week = story.mood.entered(state)
        seen = rng.random(len(account)) < chance
        accounts.append(account[seen])
        days.append(week[seen] * 7 + rng.integers(soonest, latest + 1, int(seen.sum())))
    return np.concatenate(accounts), np.concatenate(days)


def risks(rng: np.random.Generator, story: Story) -> Columns:
    """One row a risk, in order of logging."""
    found, cal = noticed(rng, story), story.calendar
    state = story.mood.state[found.account, found.week]
    level = np.clip(np.round(rng.normal(LEVEL_MEAN[state], 0.7)), 0, 3).astype(int)
    settled = np.where(state <= STEADY, 0.7, 0.2) > rng.random(len(found))
    category = _category(rng, story, found)
    resolved = np.where(settled, found.day + rng.integers(14, 75, len(found)), NEVER)
    return {
        "risk_id": numbered("K", len(found)),
        "account_id": story.world.ids[found.account],
        "level": words(level, LEVELS),
        "category": words(category, RISK_CATEGORIES),
        "note": words(category, RISK_NOTES),
        "logged_by": pick(rng, len(found), MANAGERS),
        "logged_at": iso(at(story, found)),
        "resolved_at": iso(cal.so_far(cal.stamps(resolved, found.seconds))),
        "expires_at": iso_day(cal.stamps(found.day + VALID_DAYS)),
    }


def _category(rng: np.random.Generator, story: Story, found: Moments) -> Array:
    """Places in RISK_CATEGORIES: mostly the account's main cause of trouble, else any."""
    main = story.nature.main[found.account]
    guess = rng.integers(0, len(RISK_CATEGORIES), len(found))
    return np.where(rng.random(len(found)) < UNDERSTOOD, main, guess)
