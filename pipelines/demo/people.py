"""The people at each account: who uses the product, how often, and when they leave."""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.demo.dates import NEVER, Array
from pipelines.demo.hazard import COOLING, DRIFTING, DYING, SINKING
from pipelines.demo.life import Life
from pipelines.demo.mood import Mood
from pipelines.demo.nature import PEOPLE, Nature
from pipelines.demo.world import World

EXECUTIVE, ADMIN, CHAMPION, USER = range(4)
TITLES = ("Executive sponsor", "Administrator", "Champion", "User")
LEAVES_A_WEEK = 0.0012
GOES_WHEN = ((COOLING, 0.25), (DRIFTING, 0.40), (SINKING, 0.40), (DYING, 0.30))
"""Chance that a person in a key role leaves when the account first gets that far, at full
strength of that cause."""
WORKDAY_USE = (0.0, 0.24, 0.30, 0.22)


@dataclass(frozen=True, slots=True)
class People:
    """One entry a person, ordered by account.

    Attributes:
        account: index of the account.
        number: the person's number within the account, from 1.
        role: index into TITLES.
        joined: day index, may lie before the history.
        left: day index, NEVER for those who are still there.
        use: chance of using the product on a usual working day; 0 for executives.
        loyalty: 0 to 1; the person is active while the account's reach is above it.
    """

    account: Array
    number: Array
    role: Array
    joined: Array
    left: Array
    use: Array
    loyalty: Array

    @property
    def ids(self) -> Array:
        """The company's ids of the people."""
        pairs = zip(self.account, self.number, strict=True)
        return np.array([f"P{account + 1:05d}-{number:02d}" for account, number in pairs], object)


def draw_people(
    rng: np.random.Generator, world: World, life: Life, nature: Nature, mood: Mood
) -> People:
    """Draw everyone at every account."""
    role_counts = _counts(rng, world)
    account = np.repeat(np.arange(world.size), role_counts.sum(axis=1))
    role = np.repeat(np.tile(np.arange(4), world.size), role_counts.ravel())
    size = len(account)
    first_of_account = np.searchsorted(account, np.arange(world.size))
    there = People(
        account=account,
        number=np.arange(size) - first_of_account[account] + 1,
        role=role,
        joined=world.created[account] + _days_to_join(rng, role),
        left=np.full(size, NEVER),
        use=np.asarray(WORKDAY_USE)[role] * rng.lognormal(-0.02, 0.2, size),
        loyalty=_loyalty(rng, account, role),
    )
    return replace(there, left=_leaving(rng, there, life, nature, mood))


def _counts(rng: np.random.Generator, world: World) -> Array:
    """People by account and role, int array [accounts, 4]."""
    executives = 1 + (world.segment > 0) * rng.integers(0, 2, world.size)
    one = np.ones(world.size, np.int64)
    return np.column_stack([executives, one, one, world.users - 2])


def _days_to_join(rng: np.random.Generator, role: Array) -> Array:
    later = (role == USER) & (rng.random(len(role)) < 0.1)
    return np.where(later, rng.integers(30, 700, len(role)), rng.integers(0, 21, len(role)))


def _loyalty(rng: np.random.Generator, account: Array, role: Array) -> Array:
    """Evenly spread from 0 to 1 over each account's users, in random order."""
    users = role != EXECUTIVE
    order = np.lexsort((rng.random(len(account)), ~users, account))
    first = np.searchsorted(account, account)
    place = np.empty(len(account), np.int64)
    place[order] = np.arange(len(account))
    count = np.bincount(account, weights=users)[account]
    return np.minimum((place - first + 0.5) / count, 1.0)


def _leaving(
    rng: np.random.Generator, people: People, life: Life, nature: Nature, mood: Mood
) -> Array:
    """Days on which people leave: by and by, and more so where that is the account's trouble."""
    account, size = people.account, len(people.account)
    left = np.maximum(people.joined, life.first[account])
    left = left + rng.geometric(LEAVES_A_WEEK, size) * 7 - rng.integers(0, 7, size)
    key = people.role < USER
    strength = nature.strength[account, PEOPLE]
    for state, chance in GOES_WHEN:
        turned = _first_turn(mood, state)[account] * 7 + rng.integers(0, 14, size)
        goes = key & (rng.random(size) < chance * strength) & (turned > people.joined)
        left = np.where(goes, np.minimum(left, turned), left)
    return np.where(left > life.last[account], NEVER, left)


def _first_turn(mood: Mood, state: int) -> Array:
    """The week in which each account first entered `state`; far ahead where it did not."""
    account, week = mood.entered(state)
    first = np.full(len(mood.state), NEVER)
    np.minimum.at(first, account, week)
    return first
