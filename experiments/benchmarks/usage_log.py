"""The benchmark's usage log, a day at a time."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from population import DAY, DAYS, EPOCH, Int, Population, numbered, skewed

from features.contract import TABLES
from features.contract.arrow import TIMESTAMP, schema

EVENTS = 40
LATE = 0.035
MINUTE = 60_000_000
HOUR = 60 * MINUTE
WEEKDAYS = np.array([1.0, 1.1, 1.1, 1.05, 0.9, 0.2, 0.15])  # FIRST is a Monday
SCHEMA = schema(TABLES["usage"])


def usage_days(
    population: Population, events: int, random: np.random.Generator
) -> Iterator[tuple[int, pa.Table]]:
    """Each day's number and its events in the contract's schema, roughly by time."""
    words = {
        "account_id": pa.array(numbered("acc", population.accounts)),
        "user_id": pa.array(numbered("u", population.users, random)),
        "event": pa.array([f"event_{number:02d}" for number in range(EVENTS)]),
    }
    weights = WEEKDAYS[np.arange(DAYS) % 7]
    ends = np.floor(np.cumsum(weights) / weights.sum() * events + 0.5).astype(np.int64)
    for day, size in enumerate(np.diff(ends, prepend=0)):
        yield day, _day(population, words, day, int(size), random)


def _day(
    population: Population,
    words: dict[str, pa.Array],
    day: int,
    size: int,
    random: np.random.Generator,
) -> pa.Table:
    weight = population.weight * population.alive(day)
    account = skewed(weight if weight.any() else population.weight, size, random)
    event = skewed((np.arange(EVENTS) + 1.0) ** -1.1, size, random)
    hour = np.clip(random.normal(13, 3.5, size), 0, 23.99) * HOUR
    occurred = EPOCH + day * DAY + hour.astype(np.int64)
    order = np.argsort(occurred + random.integers(0, 10 * MINUTE, size))
    codes = {"account_id": account, "user_id": _users(population, account, random), "event": event}
    columns = {name: words[name].take(pa.array(code)) for name, code in codes.items()}
    columns["occurred_at"] = pa.array(occurred[order]).cast(TIMESTAMP)
    columns["quantity"] = pa.array(_quantities(size, random))
    columns["event_id"] = pa.nulls(size, pa.string())
    columns["known_at"] = pa.array(_known(occurred[order], random)).cast(TIMESTAMP)
    return pa.table(columns, schema=SCHEMA)


def _users(population: Population, account: Int, random: np.random.Generator) -> Int:
    """Who did it, mostly an account's keenest; an account in ten shares one with the next."""
    first, end = population.first_user[account], population.first_user[account + 1]
    end = end + (account % 10 == 0)
    return (first + (end - first) * random.random(len(account)) ** 1.7).astype(
        np.int64
    ) % population.users


def _quantities(size: int, random: np.random.Generator) -> np.ndarray:
    many = random.random(size) < 0.08
    return np.where(many, 1 + random.geometric(0.3, size), 1).astype(np.float64)


def _known(occurred: Int, random: np.random.Generator) -> Int:
    """Known at once, but for a few that turn up hours to weeks later."""
    delay = np.minimum(2 * HOUR + random.exponential(4 * DAY, len(occurred)), 56 * DAY)
    late = random.random(len(occurred)) < LATE
    return occurred + np.where(late, delay.astype(np.int64), 0)
