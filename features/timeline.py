"""A bucket seen at many dates at once: for each row, the dates at which it is visible."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

import numpy as np

from features.clock import DAY, MISSING, NEVER, Floats, Instants, cut_of
from features.columns import Values
from features.compiled import compiled
from features.facts import Bucket, Facts
from features.kernel import UNDATED, Int16, Int32, Int64, active_days, edges, first_rows, odd_rows
from features.kernel.cells import rows_by_code, split
from features.words import Array, Words

Key = TypeVar("Key", bound=Hashable)
DATED = np.iinfo(np.int32).max
"""Days back from any cut that reach over all that is dated, and nothing else."""
MILLION = 1_000_000
LARGEST = 1e12
CENTURY = 36_525
"""Days before the first cut beyond which a fact's day no longer matters."""


@dataclass(frozen=True)
class Grid:
    """The cuts in days of one table.

    Attributes:
        base: the table's first day, days since 1970.
        cuts: the first day that is not visible at each date, from `base`, shape (K,).
        reach: for each day from `base` to the last cut the first date whose cut lies
            after it; K for the last.
    """

    base: int
    cuts: Int64
    reach: Int16

    def dates_after(self, moments: Instants) -> Int16:
        """For each instant the first date whose cut lies after it; 0 where MISSING."""
        day = np.clip(moments // DAY - self.base, -1, self.cuts[-1])
        first: Int16 = np.where(day < 0, np.int16(0), self.reach[day])
        return first


@dataclass(frozen=True)
class Rows:
    """Facts of one table grouped by account, with the dates at which each is visible.

    Attributes:
        begin: the first row of each account, and the number of rows, shape (A + 1,).
        day: when each fact happened, in days from the grid's base; UNDATED if always.
        first: the first date at which it is visible, K if never, shape (rows,).
        last: the first date at which it is visible no more, K if it stays.
        source: the rows these were taken from, and which of them they are.
        expected: edges that will be asked for, to be found together.
    """

    facts: Facts
    grid: Grid
    begin: Int64
    day: Int32
    first: Int16
    last: Int16
    source: "tuple[Rows, Array] | None" = field(default=None, repr=False)
    expected: tuple[int, ...] = ()

    @cached_property
    def odd(self) -> tuple[Int32, Int32]:
        """Rows not simply visible from their own day on, and where each account's begin."""
        return odd_rows(self.begin, self.day, self.first, self.last, self.grid.reach)

    def edge(self, back: int) -> Int32:
        """The first row at or after `back` days before each cut, FOREVER for the very first."""
        return self.edges((back,))[back]

    def edges(self, backs: Iterable[int]) -> dict[int, Int32]:
        """Several edges, by how many days they lie back."""
        asked = dict.fromkeys((*backs, *(self.expected if not self._edges else ())))
        missing = [back for back in asked if back not in self._edges]
        if missing:
            found = edges(self.begin, self.day, self.grid.cuts, np.array(missing, np.int64))
            self._edges.update(zip(missing, found, strict=True))
        return self._edges

    @cached_property
    def _edges(self) -> dict[int, Int32]:
        return {}

    @cached_property
    def active_days(self) -> "Rows":
        """The days on which each account has a fact, as rows without facts."""
        days = active_days(self.begin, self.day, self.first, self.last, self.grid.reach)
        return Rows(self.facts.nothing(), self.grid, *days, None, self.expected)

    def __len__(self) -> int:
        return len(self.day)

    @property
    def dates(self) -> int:
        """Number of dates."""
        return len(self.grid.cuts)

    def exact(self, column: str) -> tuple[Int64, Int64]:
        """A numeric column as whole parts and millionths, so that sums are exact in any order.

        Whole parts come empty where every value is 1, and millionths where all are whole.

        Raises:
            ValueError: a number is too large for its sums to fit 64 bits.
        """
        if column not in self._exact:
            self._exact[column] = self._inherited(column) if self.source else self._split(column)
        return self._exact[column]

    @cached_property
    def _exact(self) -> dict[str, tuple[Int64, Int64]]:
        return {}

    def _inherited(self, column: str) -> tuple[Int64, Int64]:
        assert self.source is not None
        parent, rows = self.source
        whole, millionths = parent.exact(column)
        return whole[rows] if len(whole) else whole, (
            millionths[rows] if len(millionths) else millionths
        )

    def running(self, column: str) -> tuple[Int64, Int64]:
        """Sums of whole parts and of millionths before each row, one more than rows.

        Empty where `exact` is.
        """
        if column not in self._running:
            whole, millionths = (running_sums(values) for values in self.exact(column))
            self._running[column] = whole, millionths
        return self._running[column]

    @cached_property
    def _running(self) -> dict[str, tuple[Int64, Int64]]:
        return {}

    @cached_property
    def running_days(self) -> Int64:
        """Sums of the days before each row."""
        return running_sums(self.day)

    def _split(self, column: str) -> tuple[Int64, Int64]:
        values, none = self.facts.numbers(column), np.empty(0, np.int64)
        whole, millionths, largest, ones, fractions = split(values, MILLION)
        if largest > LARGEST:
            raise ValueError(
                f"{self.facts.table.name}.{column} holds {largest:g}, more than {LARGEST:g}: "
                "give it in a larger unit, e.g. gigabytes for bytes"
            )
        return none if ones else whole, millionths if fractions else none

    def take(self, rows: Array) -> "Rows":
        """Some of the rows, given as ascending indices."""
        facts, begin = self.facts.take(rows), np.searchsorted(rows, self.begin)
        visible = self.day[rows], self.first[rows], self.last[rows]
        return Rows(facts, self.grid, begin, *visible, (self, rows), self.expected)

    def where(self, column: str, wanted: tuple[str, ...]) -> "Rows":
        """The rows that hold one of the words in a text column that is visible by then."""
        rows = self.revealed(column)
        if column not in rows._by_word:
            words = rows.facts.words(column)
            rows._by_word[column] = rows_by_code(words.codes, len(words.words))
        order, begin = rows._by_word[column]
        codes = [c for c, word in enumerate(rows.facts.words(column).words) if word in wanted]
        some = [order[begin[c + 1] : begin[c + 2]] for c in codes]
        return rows.take(some[0] if len(some) == 1 else np.sort(np.concatenate([order[:0], *some])))

    @cached_property
    def _by_word(self) -> dict[str, tuple[Int32, Int64]]:
        return {}

    def filled(self, *columns: str) -> "Rows":
        """The rows with a value in each column, from when all of them are visible."""
        if columns not in self._filled:
            rows = self
            for column in columns:
                rows = rows.revealed(column)
                present = _present(rows.facts.columns[column])
                rows = rows if present.all() else rows.take(np.flatnonzero(present))
            # None stands for these rows: holding themselves, they would outlive their use.
            self._filled[columns] = None if rows is self else rows
        found = self._filled[columns]
        return self if found is None else found

    @cached_property
    def _filled(self) -> dict[tuple[str, ...], "Rows | None"]:
        return {}

    @property
    def dated(self) -> "Rows":
        """The rows that happened at some time, without those that always held."""
        some = self._dated
        return self if some is None else some

    @cached_property
    def _dated(self) -> "Rows | None":
        """None where all are dated: rows that held themselves would outlive their use."""
        undated = self.day == UNDATED
        return self.take(np.flatnonzero(~undated)) if undated.any() else None

    def revealed(self, column: str) -> "Rows":
        """The rows from when a column that is hidden at first is visible."""
        hidden_until = self.facts.table.column(column).hidden_until
        if not hidden_until:
            return self
        moments = self.facts.dates(hidden_until)
        happened = np.flatnonzero(moments != MISSING)
        rows = self.take(happened)
        return rows.from_date(rows.grid.dates_after(moments[happened]))

    def from_date(self, first: Int16) -> "Rows":
        """The rows visible no earlier than `first`."""
        return replace(self, first=np.maximum(self.first, first))

    def until_date(self, last: Int16) -> "Rows":
        """The rows visible no longer than to `last`."""
        return replace(self, last=np.minimum(self.last, last))

    def until_instants(self, column: str) -> "Rows":
        """The rows until the date in a column has passed; without a date they stay."""
        moments = self.facts.dates(column)
        passed = np.where(moments == MISSING, np.int16(self.dates), self.grid.dates_after(moments))
        return self.until_date(passed)


def _present(values: Values) -> Array:
    if isinstance(values, Words):
        return values.codes >= 0
    return values != MISSING if values.dtype == np.int64 else ~np.isnan(values)


def running_sums(values: Array) -> Int64:
    """The sum of the whole numbers before each, and of all; empty of an empty array."""
    sums = np.zeros(len(values) + 1 if len(values) else 0, np.int64)
    np.cumsum(values, dtype=np.int64, out=sums[1:])
    return sums


def offsets(account: Array, size: int) -> Int64:
    """Where each account's rows begin in rows ordered by account, shape (size + 1,)."""
    return np.searchsorted(account, np.arange(size + 1)).astype(np.int64)


class Timeline:
    """One bucket at several dates; what signals share is computed once."""

    def __init__(self, bucket: Bucket, dates: Sequence[date]) -> None:
        """Look at `bucket` at `dates`, which are ascending and differ."""
        self.bucket, self.dates = bucket, tuple(dates)
        self.cuts: Int64 = np.array([cut_of(day) for day in dates], np.int64)
        self.expected: dict[str, tuple[int, ...]] = {}
        self._rows: dict[str, Rows] = {}
        self._made: dict[Hashable, Floats] = {}
        self._held: dict[int, Rows] = {}
        self._windows: dict[tuple[int, str], dict[Hashable, Floats]] = {}

    @property
    def size(self) -> int:
        """Number of accounts."""
        return len(self.bucket.accounts)

    def connected(self, table: str) -> bool:
        """Whether the company brings `table` at all."""
        return table in self.bucket.tables

    def rows(self, table: str) -> Rows:
        """All rows of a connected table."""
        if table not in self._rows:
            rows = _dated(self.bucket.tables[table], self.size, self.cuts)
            self._rows[table] = replace(rows, expected=self.expected.get(table, ()))
        return self._rows[table]

    def windows(self, rows: Rows, what: str) -> dict[Hashable, Floats]:
        """The windows of some rows for which something was computed already, by window."""
        self._held[id(rows)] = rows  # so that no other rows get the same id
        return self._windows.setdefault((id(rows), what), {})

    def once(self, key: Key, make: Callable[[Key], Floats]) -> Floats:
        """What `make` gives for a key, made at the first asking."""
        if key not in self._made:
            self._made[key] = make(key)
        return self._made[key]

    @cached_property
    def life_days(self) -> Floats:
        """Days from the first trace of an account to each cut, shape (A, K); NaN without any.

        A trace is any dated row that was visible then, of whatever table.
        """
        first = np.full((self.size, len(self.cuts)), NEVER)
        for table in self.bucket.tables:
            rows = self.rows(table)
            first = np.minimum(first, earliest(rows))
        known = first != NEVER
        days = (self.cuts - np.where(known, first, 0)) / DAY
        return np.where(known, days, np.nan)


def earliest(rows: Rows) -> Instants:
    """When the earliest visible dated row happened, shape (A, K); NEVER without any."""
    found = first_rows(rows.edge(DATED), rows.edge(0), rows.first, rows.last)
    start: Instants = np.append(rows.facts.start, NEVER)[found]
    return start


def _dated(facts: Facts, size: int, cuts: Instants) -> Rows:
    """Each row's day and the dates at which it is visible."""
    begin = offsets(facts.account, size)
    grid = _grid(facts.start, begin, cuts)
    versioned = len(facts) > 0 and facts.until.min() != NEVER
    until = facts.until if versioned else np.empty(0, np.int64)
    clocks = facts.start, facts.known, until
    day, first, last = _visibility(*clocks, grid.base, grid.cuts, grid.reach)
    return Rows(facts, grid, begin, day, first, last)


def _grid(start: Instants, begin: Int64, cuts: Instants) -> Grid:
    days = cuts // DAY
    base = max(min(_first_dated(start, begin) // DAY, int(days[0])), int(days[0]) - CENTURY)
    relative = days - base
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
    for i in range(n):
        d = start[i] // DAY - base
        day[i] = UNDATED if start[i] == MISSING else min(max(d, 0), end)
        seen = max(start[i], known[i]) // DAY - base
        first[i] = reach[min(max(seen, 0), end)] if seen >= 0 else 0
        if not len(until):
            last[i] = dates
            continue
        gone = until[i] // DAY - base
        last[i] = dates if gone >= end else (reach[gone] if gone >= 0 else 0)
    return day, first, last
