"""The product's usage: how often a person used a feature on a day, one Parquet file a quarter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from pipelines.demo.dates import SECONDS_A_DAY, Array, Calendar, season
from pipelines.demo.facts import Story
from pipelines.demo.words import FEATURES

POPULARITY = np.array([0.22, 0.17, 0.16, 0.14, 0.14, 0.13, 0.13, 0.13, 0.13, 0.13, 0.13])
ADOPTED_SHARE = (0.92, 1.0)
A_DAY = 2.0
"""Features a person uses on a day of use, however few the account knows (but for the one)."""
MOST_TAKEN_OVER = 4.0
"""How much more those who stay do when others stop: the account's work goes on."""
REACH_SLOPE, BREADTH_SLOPE = 6.0, 7.0
DAYS_SLOPE, AMOUNT_SLOPE = 0.25, 1.0
"""How use that declines falls on fewer days of use and on less done at a time."""
TIMES_A_DAY = np.array([10, 12, 9, 10, 10, 13, 12, 11, 9, 11, 14.0])
"""How often a person uses each feature on a day of use, at the usual amount."""
LATE_SHARE, LATE_DAYS = 0.03, 9
LOADED = SECONDS_A_DAY - 1800


@dataclass(frozen=True, slots=True)
class Uses:
    """One entry a row of usage: the person's place, the feature's, the day, how often."""

    person: Array
    feature: Array
    day: Array
    count: Array


def quarters(cal: Calendar) -> list[tuple[str, int, int]]:
    """The calendar quarters of the history: name, first and last day index."""
    found: dict[str, list[int]] = {}
    for day in range(cal.first_day, cal.last_day + 1):
        found.setdefault(_quarter(cal.origin + timedelta(days=day)), []).append(day)
    return [(name, days[0], days[-1]) for name, days in found.items()]


def _quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def usage(rng: np.random.Generator, story: Story) -> Iterator[tuple[str, Uses]]:
    """The usage of each quarter, in order of day and person."""
    busy = season(story.calendar)
    rank = _ranks(rng, story.world.size)
    for name, first, last in quarters(story.calendar):
        weeks = [_week(rng, story, busy, rank, week) for week in range(first // 7, last // 7 + 1)]
        yield name, _between(weeks, first, last)


def _ranks(rng: np.random.Generator, accounts: int) -> Array:
    """How dear each feature is to each account: used while breadth is above; 9 if not adopted."""
    ladder = np.tile(np.linspace(0.2, 1.1, len(FEATURES) - 1), (accounts, 1))
    adopted = rng.random(ladder.shape) < rng.uniform(*ADOPTED_SHARE, (accounts, 1))
    others = rng.permuted(np.where(adopted, ladder, 9.0), axis=1)
    return np.column_stack([np.full(accounts, 0.1), others])


def _week(rng: np.random.Generator, story: Story, busy: Array, rank: Array, week: int) -> Uses:
    """The usage of one week; a week that two quarters share is drawn for each of them."""
    person, day = _active(rng, story, busy, week)
    account = story.people.account[person]
    breadth = np.maximum(story.mood.breadth[account, week], 0.1)[:, None]
    kept = np.clip((breadth - rank[account]) * BREADTH_SLOPE + 0.5, 0.0, 1.0) * POPULARITY
    chance = np.minimum(kept * (A_DAY / kept.sum(axis=1, keepdims=True)), 0.97)
    row, feature = np.nonzero(rng.random(kept.shape) < chance)
    volume = np.clip(story.mood.volume[account, week], 0.05, None)
    amount = story.nature.amount[account] * volume**AMOUNT_SLOPE
    count = 1 + rng.poisson(TIMES_A_DAY[feature] * amount[row])
    return Uses(person[row], feature, day[row], count)


def _active(rng: np.random.Generator, story: Story, busy: Array, week: int) -> tuple[Array, Array]:
    """Who used the product on which day of `week`, in order of day."""
    people, mood = story.people, story.mood
    reach = mood.reach[people.account, week] - people.loyalty
    active = np.clip(reach * REACH_SLOPE + 0.5, 0.0, 1.0)
    keen = np.clip(mood.volume[people.account, week], 0.05, None) ** DAYS_SLOPE
    first = np.searchsorted(people.account, np.arange(story.world.size))
    total = np.add.reduceat(people.use, first)
    left = np.add.reduceat(people.use * active, first)
    burden = np.clip(total / np.maximum(left, 0.05), 1.0, MOST_TAKEN_OVER)[people.account]
    chance = np.minimum(people.use * active * burden, 0.95) * keen
    days = np.arange(week * 7, week * 7 + 7)[:, None]
    there = (days >= people.joined) & (days < people.left)
    there &= story.life.on(people.account, days)
    drawn = rng.random(there.shape) < chance * busy[days]
    day, person = np.nonzero(there & drawn)
    return person, day + week * 7


def _between(weeks: list[Uses], first: int, last: int) -> Uses:
    joined = Uses(*(np.concatenate([getattr(w, name) for w in weeks]) for name in Uses.__slots__))
    inside = (joined.day >= first) & (joined.day <= last)
    return Uses(*(getattr(joined, name)[inside] for name in Uses.__slots__))


def loaded(rng: np.random.Generator, uses: Uses) -> Array:
    """The day on which each row reached the warehouse: the same one, or up to nine later."""
    late = rng.random(len(uses.day)) < LATE_SHARE
    return uses.day + np.where(late, rng.integers(1, LATE_DAYS + 1, len(uses.day)), 0)


def export(story: Story, uses: Uses, loaded_on: Array, org: Array) -> pa.Table:
    """The rows as the warehouse exports them; `org` is each row's account, -1 for none.

    An `org` beyond the last account becomes an id that no account has.
    """
    cal = story.calendar
    known = [*story.world.ids.tolist(), "ORR-99999"]
    day = np.datetime64(cal.origin.isoformat()) + uses.day.astype("timedelta64[D]")
    orgs = pa.DictionaryArray.from_arrays(pa.array(org, pa.int32(), mask=org < 0), known)
    features = pa.DictionaryArray.from_arrays(pa.array(uses.feature, pa.int32()), list(FEATURES))
    people = story.people.ids.tolist()
    return pa.table(
        {
            "org": orgs,
            "person": pa.DictionaryArray.from_arrays(pa.array(uses.person, pa.int32()), people),
            "feature": features,
            "day": pa.array(day),
            "n": pa.array(uses.count, pa.int32()),
            "loaded_at": pa.array(cal.stamps(loaded_on, LOADED), pa.timestamp("s", tz="UTC")),
        }
    )
