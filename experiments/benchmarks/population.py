"""The accounts of the benchmark's company: how big they are, how long they live, who uses them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Int = npt.NDArray[np.int64]
DAY = 86_400_000_000
FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)
DAYS = (LAST - FIRST).days + 1
EPOCH = int(np.datetime64(FIRST, "us").astype(np.int64))
USERS_PER_ACCOUNT = 14.5
NEVER = DAYS + 10_000


@dataclass(frozen=True)
class Population:
    """Accounts by number, 0 to accounts - 1.

    Attributes:
        accounts: how many there are.
        users: how many people use the product.
        weight: each account's share of the events, shape (accounts,).
        begins: the day an account became a customer, 0 is `FIRST`, negative before it.
        ends: the day it left, or `NEVER`.
        first_user: each account's people are numbered from here, shape (accounts + 1,).
    """

    accounts: int
    users: int
    weight: npt.NDArray[np.float64]
    begins: Int
    ends: Int
    first_user: Int

    def alive(self, day: int) -> npt.NDArray[np.bool_]:
        """The accounts that are customers on a day."""
        return (self.begins <= day) & (day < self.ends)


def populate(accounts: int, random: np.random.Generator) -> Population:
    """Draw the accounts: a few big ones, many small ones, some new, some lost."""
    size = random.permutation((np.arange(accounts) + 20.0) ** -0.8)
    users = max(accounts, round(accounts * USERS_PER_ACCOUNT))
    begins = np.where(
        random.random(accounts) < 0.45,
        random.integers(-1200, 0, accounts),
        random.integers(0, DAYS - 30, accounts),
    )
    lost = random.random(accounts) < 0.2
    ends = np.where(lost, np.maximum(begins, 0) + random.integers(90, 700, accounts), NEVER)
    return Population(accounts, users, size / size.sum(), begins, ends, _first_users(size, users))


def _first_users(size: npt.NDArray[np.float64], users: int) -> Int:
    """At least one person an account, the rest by the root of its size."""
    root = np.sqrt(size)
    spread = np.floor(np.cumsum(root) / root.sum() * (users - len(size)))
    return np.concatenate([[0], np.arange(1, len(size) + 1) + spread.astype(np.int64)])


def numbered(prefix: str, count: int, random: np.random.Generator | None = None) -> list[str]:
    """Ids such as "acc-0012345"; in a random order where `random` is given."""
    numbers = np.arange(count) if random is None else random.permutation(count)
    return [f"{prefix}-{number:07d}" for number in numbers.tolist()]


def skewed(weights: npt.NDArray[np.float64], size: int, random: np.random.Generator) -> Int:
    """`size` draws of indices by weight, by a table look-up: quick, and exact to 1 in 4 million."""
    slots = 1 << 22
    counts = np.diff(np.floor(np.cumsum(weights) / weights.sum() * slots), prepend=0.0)
    table = np.repeat(np.arange(len(weights), dtype=np.int32), counts.astype(np.int64))
    return table[random.integers(0, len(table), size)]
