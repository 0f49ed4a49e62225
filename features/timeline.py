"""A bucket seen at many dates at once: for each row, the dates at which it is visible."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TypeVar

import numpy as np

from features.clock import DAY, MISSING, NEVER, Floats, Instants, cut_of
from features.compiled import compiled
from features.contract import TABLES
from features.facts import Facts
from features.held import Held
from features.kernel import UNDATED, Int16, Int32, Int64, first_rows
from features.kernel.cells import picked
from features.rows import DATED, Grid, Rows
from features.view import Bucket
from features.words import Array

Key = TypeVar("Key", bound=Hashable)
CENTURY = 36_525
"""Days before the first cut beyond which a fact's day no longer matters."""


class Timeline:
    """One bucket at several dates; what signals share is computed once."""

    def __init__(self, bucket: Bucket, dates: Sequence[date]) -> None:
        """Look at `bucket` at `dates`, which are ascending and differ."""
        self.bucket, self.dates = bucket, tuple(dates)
        self.cuts: Int64 = np.array([cut_of(day) for day in dates], np.int64)
        self.expected: dict[str, tuple[int, ...]] = {}
        self._rows: dict[str, Rows] = {}
        self._begun: dict[str, Instants] = {}
        self._computed: dict[Hashable, Floats] = {}

    @property
    def size(self) -> int:
        """Number of accounts."""
        return len(self.bucket.accounts)

    def connected(self, table: str) -> bool:
        """Whether the company brings `table` at all."""
        return table in self.bucket.tables

    def rows(self, table: str) -> Rows:
        """All rows of a connected table."""
        rows = self._rows.get(table)
        if rows is None:
            rows = replace(self._made(table), expected=self.expected.get(table, ()))
            self._rows[table] = rows
        return rows

    def _made(self, table: str) -> Rows:
        return _dated(self.bucket.tables[table], self.size, self.cuts)

    def let_go(self, table: str) -> None:
        """Forget the rows of a table; they are made anew where they are asked for again."""
        self.life_days  # noqa: B018  reads every table, and is needed to the end
        self._rows.pop(table, None)

    def once(self, key: Key, make: Callable[[Key], Floats]) -> Floats:
        """What `make` gives for a key, made at the first asking."""
        if key not in self._computed:
            self._computed[key] = make(key)
        return self._computed[key]

    @cached_property
    def life_days(self) -> Floats:
        """Days from the first trace of an account to each cut, shape (A, K); NaN without any.

        A trace is any dated row that was visible then, of whatever table but those that tell
        what is known of an account.
        """
        first = np.full((self.size, len(self.cuts)), NEVER)
        for table in self.bucket.tables:
            if TABLES[table].is_trace:
                first = np.minimum(first, self.begun(table))
        known = first != NEVER
        days = (self.cuts - np.where(known, first, 0)) / DAY
        return np.where(known, days, np.nan)

    def begun(self, table: str) -> Instants:
        """When each account's earliest visible dated row of a table happened; NEVER without any.

        Looked for once, shape (A, K).
        """
        if table not in self._begun:
            self._begun[table] = self._earliest(table)
        return self._begun[table]

    def _earliest(self, table: str) -> Instants:
        return earliest(self.rows(table))


def earliest(rows: Rows) -> Instants:
    """When the earliest visible dated row happened, shape (A, K); NEVER without any."""
    found = first_rows(rows.edge(DATED), rows.edge(0), rows.first, rows.last)
    return picked(rows.facts.start, found.ravel(), NEVER).reshape(found.shape)


def offsets(account: Array, size: int) -> Int64:
    """Where each account's rows begin in rows ordered by account, shape (size + 1,)."""
    wanted = np.arange(size + 1, dtype=account.dtype)  # of another type, all rows are copied
    return np.searchsorted(account, wanted).astype(np.int64)


def _dated(facts: Facts, size: int, cuts: Instants) -> Rows:
    """Each row's day and the dates at which it is visible."""
    begin = offsets(facts.account, size)
    grid = _grid(facts.start, begin, cuts)
    versioned = len(facts) > 0 and facts.until.min() != NEVER
    until = facts.until if versioned else np.empty(0, np.int64)
    clocks = facts.start, facts.known, until
    day, first, last = _visibility(*clocks, grid.base, grid.cuts, grid.reach)
    return Rows(Held(facts), grid, begin, day, first, last)


def _grid(start: Instants, begin: Int64, cuts: Instants) -> Grid:
    days = cuts // DAY
    base = max(min(_first_dated(start, begin) // DAY, int(days[0])), int(days[0]) - CENTURY)
    return grid_of(base, days - base)


def grid_of(base: int, relative: Int64) -> Grid:
    """The grid of cuts given in days from a table's first day."""
    reach = np.searchsorted(relative, np.arange(relative[-1] + 1), side="right").astype(np.int16)
    return Grid(base, relative, reach)


@compiled
def _first_dated(start: Instants, begin: Int64) -> int:
    """The smallest instant that is not MISSING; NEVER without any. Accounts are in order."""
    first = NEVER
    for a in range(len(begin) - 1):
        for i in range(begin[a], begin[a + 1]):
            if start[i] != MISSING:
                first = min(first, start[i])
                break
    return first


@compiled
def _visibility(
    start: Instants, known: Instants, until: Instants, base: int, cuts: Int64, reach: Int16
) -> tuple[Int32, Int16, Int16]:
    """The `day`, `first` and `last` of `Rows`; without `until` all rows stay."""
    n, dates, end = len(start), len(cuts), cuts[-1]
    day = np.empty(n, np.int32)
    first = np.empty(n, np.int16)
    last = np.empty(n, np.int16)
    midnight, next_midnight, d = np.int64(1), np.int64(0), np.int64(0)
    for i in range(n):
        if start[i] == MISSING:
            day[i], seen = UNDATED, known[i] // DAY - base
        else:
            if not midnight <= start[i] < next_midnight:  # divides once a day, not once a row
                d = start[i] // DAY - base
                midnight = (d + base) * DAY
                next_midnight = midnight + DAY
            day[i] = min(max(d, 0), end)
            seen = d if known[i] < next_midnight else known[i] // DAY - base
        first[i] = reach[min(max(seen, 0), end)] if seen >= 0 else 0
        if not len(until):
            last[i] = dates
            continue
        gone = until[i] // DAY - base
        last[i] = dates if gone >= end else (reach[gone] if gone >= 0 else 0)
    return day, first, last
