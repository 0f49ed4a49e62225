"""The help desk's tickets: more, graver and slower where an account is unhappy."""

import numpy as np

from pipelines.demo.dates import SECONDS_A_DAY, Array
from pipelines.demo.facts import (
    Columns,
    Moments,
    Story,
    at,
    later,
    numbered,
    pick,
    scatter,
    words,
    written,
)
from pipelines.demo.words import SEVERITIES, TOPICS

A_WEEK = (0.14, 0.22, 0.34)
"""Tickets a week of a neutral account, by segment."""
LATE_SHARE, LATE_DAYS = 0.03, 6
FORM = "%d/%m/%Y %H:%M"


def tickets(rng: np.random.Generator, story: Story) -> Columns:
    """One row a ticket, in order of opening; its number rises with it."""
    mood, cal = story.mood, story.calendar
    usual = np.asarray(A_WEEK)[story.world.segment] * story.nature.tickets
    found = scatter(rng, story, usual[:, None] * np.exp(-0.75 * mood.sentiment))
    trouble = -mood.sentiment[found.account, found.week]
    severity = np.digitize(rng.normal(trouble * 0.5, 1.0), [-0.6, 0.9, 1.9])
    opened = at(story, found)
    wait = rng.lognormal(1.2 + 0.35 * trouble - 0.3 * severity, 0.7)
    work = wait + rng.lognormal(2.6 + 0.3 * trouble + 0.2 * severity, 0.9)
    solved = later(opened, np.where(rng.random(len(found)) < 0.03, np.nan, work))
    synced, keep = _synced(rng, story, found)
    columns = {
        "number": numbered("T", len(found)),
        "client_no": story.world.ids[found.account],
        "opened": written(opened, FORM),
        "topic": pick(rng, len(found), TOPICS),
        "priority": words(severity, SEVERITIES),
        "first_reply": written(cal.so_far(later(opened, wait)), FORM),
        "solved": written(cal.so_far(solved), FORM),
        "escalated": written(cal.so_far(_escalated(rng, opened, trouble, severity, work)), FORM),
        "rating": _rating(rng, trouble),
        "synced_at": written(synced, FORM),
    }
    columns["rating"] = np.where(columns["solved"] == "", "", columns["rating"])
    return {name: values[keep] for name, values in columns.items()}


def _escalated(
    rng: np.random.Generator, opened: Array, trouble: Array, severity: Array, work: Array
) -> Array:
    """When the ticket was escalated, somewhere within its work; mostly never."""
    chance = 1 / (1 + np.exp(3.9 - 0.9 * trouble - 0.7 * severity))
    when = work * rng.uniform(0.3, 0.9, len(work))
    return later(opened, np.where(rng.random(len(work)) < chance, when, np.nan))


def _rating(rng: np.random.Generator, trouble: Array) -> Array:
    """The customer's rating from 1 to 5, given for two tickets in five."""
    score = np.clip(np.round(rng.normal(3.9 - 0.75 * trouble, 0.7)), 1, 5).astype(int)
    given = rng.random(len(trouble)) < 0.4
    return np.where(given, score.astype(str), "").astype(object)


def _synced(rng: np.random.Generator, story: Story, found: Moments) -> tuple[Array, Array]:
    """When each ticket reached the warehouse, and whether it did so within the history."""
    late = rng.random(len(found)) < LATE_SHARE
    days = np.where(late, rng.integers(1, LATE_DAYS + 1, len(found)), 0)
    seconds = np.where(late, found.seconds, np.minimum(found.seconds + 600, SECONDS_A_DAY - 60))
    return story.calendar.stamps(found.day + days, seconds), (
        found.day + days <= story.calendar.last_day
    )
