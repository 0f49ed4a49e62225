"""What the tables of facts share: the story they tell, and how to scatter and write facts."""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.dates import WORK_SHARE, Array, Calendar, work_seconds
from pipelines.demo.life import Life
from pipelines.demo.mood import Mood
from pipelines.demo.nature import Nature
from pipelines.demo.people import People
from pipelines.demo.world import World

Columns = dict[str, Array]
"""One table as the company exports it: its own column names, all of one length."""


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the facts derive from."""

    world: World
    life: Life
    nature: Nature
    mood: Mood
    people: People

    @property
    def calendar(self) -> Calendar:
        """The days of the history."""
        return self.world.calendar


@dataclass(frozen=True, slots=True)
class Moments:
    """When something happened to whom, one entry a fact, in order of time.

    Attributes:
        account: index of the account.
        day: day index.
        seconds: seconds into the day.
    """

    account: Array
    day: Array
    seconds: Array

    @property
    def week(self) -> Array:
        """Week index of each moment."""
        return self.day // 7

    def __len__(self) -> int:
        return len(self.account)


def scatter(rng: np.random.Generator, story: Story, rate: Array) -> Moments:
    """Moments at a weekly `rate` [accounts, weeks], on the days each account is a customer."""
    account, week = np.nonzero(rng.poisson(np.maximum(rate, 0.0)))
    return moments(rng, story, account, week * 7 + rng.choice(7, len(account), p=WORK_SHARE))


def regular(rng: np.random.Generator, story: Story, rate: Array) -> Moments:
    """As `scatter`, but at a steady pace: a week has as many as its rate, up or down to whole."""
    number = np.floor(np.maximum(rate, 0.0) + rng.random(rate.shape)).astype(np.int64)
    account, week = np.nonzero(number)
    times = number[account, week]
    account, week = np.repeat(account, times), np.repeat(week, times)
    return moments(rng, story, account, week * 7 + rng.choice(7, len(account), p=WORK_SHARE))


def moments(rng: np.random.Generator, story: Story, account: Array, day: Array) -> Moments:
    """The moments that lie in the accounts' lives, at working hours, in order of time."""
    inside = story.life.on(account, day)
    account, day = account[inside], day[inside]
    seconds = work_seconds(rng, len(day))
    order = np.lexsort((account, seconds, day))
    return Moments(account[order], day[order], seconds[order])


def at(story: Story, found: Moments) -> Array:
    """The moments as datetime64[s]."""
    return story.calendar.stamps(found.day, found.seconds)


def later(start: Array, hours: Array) -> Array:
    """`start` plus `hours`, as datetime64[s]; NaN hours give NaT."""
    missing = np.isnan(hours)
    seconds = (np.where(missing, 0, hours) * 3600).astype(np.int64).astype("timedelta64[s]")
    return np.where(missing, np.datetime64("NaT", "s"), start + seconds)


def iso(stamps: Array) -> Array:
    """2026-01-31 09:30:00, empty where missing."""
    texts = np.datetime_as_string(stamps.astype("datetime64[s]")).tolist()
    return np.array(["" if text == "NaT" else text.replace("T", " ") for text in texts], object)


def iso_day(stamps: Array) -> Array:
    """2026-01-31, empty where missing."""
    text = np.datetime_as_string(stamps.astype("datetime64[D]"))
    return np.where(np.isnat(stamps), "", text).astype(object)


def written(stamps: Array, form: str) -> Array:
    """The stamps in the strftime `form`, empty where missing."""
    moments_ = stamps.astype("datetime64[s]").tolist()
    return np.array(["" if m is None else m.strftime(form) for m in moments_], dtype=object)


def money(amounts: Array) -> Array:
    """Amounts with two decimals, as text."""
    return np.array([f"{amount:.2f}" for amount in amounts], dtype=object)


def words(chosen: Array, vocabulary: tuple[str, ...]) -> Array:
    """The words at the chosen places of `vocabulary`; a negative place is no word."""
    return np.asarray([*vocabulary, ""], dtype=object)[chosen]


def pick(rng: np.random.Generator, size: int, vocabulary: tuple[str, ...]) -> Array:
    """`size` words drawn from `vocabulary`, all alike likely."""
    return words(rng.integers(0, len(vocabulary), size), vocabulary)


def numbered(prefix: str, size: int) -> Array:
    """Ids such as T000001."""
    return np.array([f"{prefix}{i:06d}" for i in range(1, size + 1)], dtype=object)


def someone(rng: np.random.Generator, story: Story, found: Moments) -> Array:
    """The id of a person at each moment's account, empty where the drawn one is not there."""
    people = story.people
    accounts = np.arange(story.world.size)
    first = np.searchsorted(people.account, accounts)
    count = np.searchsorted(people.account, accounts, side="right") - first
    person = first[found.account] + rng.integers(0, count[found.account])
    there = (people.joined[person] <= found.day) & (people.left[person] > found.day)
    return np.where(there, people.ids[person], "")
