"""Facts of one table with the dates at which each is visible, and what is derived of them."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features.clock import DAY, MISSING, Floats, Instants
from features.facts import Facts
from features.held import Held, present
from features.kernel import (
    UNDATED,
    Int16,
    Int32,
    Int64,
    active_days,
    day_runs,
    edges,
    edges_at,
    odd_rows,
)
from features.kernel.layout import begins_among
from features.parts import Parts, running_sums
from features.span import Span
from features.words import Array

DATED = np.iinfo(np.int32).max
"""Days back from any cut that reach over all that is dated, and nothing else."""


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
        if len(self.cuts) == 1:
            beyond: Int16 = (moments >= (self.base + self.cuts[0]) * DAY).astype(np.int16)
            return beyond
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
        expected: edges that will be asked for, to be found together.
    """

    held: Held
    grid: Grid
    begin: Int64
    day: Int32
    first: Int16
    last: Int16
    expected: tuple[int, ...] = ()

    @property
    def facts(self) -> Facts:
        """The facts themselves."""
        return self.held.facts

    def told(self, what: str, spans: tuple[Span, ...]) -> Floats | None:
        """What is known of windows without looking at rows; None where rows must be read."""
        del what, spans
        return None

    def windows(self, what: str) -> dict[Hashable, Floats]:
        """What was computed already, by window."""
        return self._windows.setdefault(what, {})

    @cached_property
    def _windows(self) -> dict[str, dict[Hashable, Floats]]:
        return {}

    @cached_property
    def odd(self) -> tuple[Int32, Int32]:
        """Rows not simply visible from their own day on, and where each account's begin."""
        return odd_rows(self.begin, self.day, self.first, self.last, self.grid.reach)

    @cached_property
    def runs(self) -> tuple[Int64, Int32]:
        """Where rows of one account and day lie together."""
        return day_runs(self.begin, self.day)

    def edge(self, back: int) -> Int32:
        """The first row at or after `back` days before each cut, FOREVER for the very first."""
        found, places = self.edges((back,))
        only: Int32 = found[places[0]]
        return only

    def edges(self, backs: Iterable[int]) -> tuple[Int32, Int64]:
        """Several edges, shape (B, A, K), and the place of each of `backs` among them."""
        asked = tuple(backs)
        every = dict.fromkeys((*asked, *(() if self._places else self.expected)))
        missing = [back for back in every if back not in self._places]
        if missing:
            far_back = np.array(missing, np.int64)
            found = self._edges(far_back)
            self._found[:] = [np.concatenate([*self._found, found]) if self._found else found]
            self._places.update({back: len(self._places) + i for i, back in enumerate(missing)})
        return self._found[0], np.array([self._places[back] for back in asked], np.int64)

    def _edges(self, back: Int64) -> Int32:
        if self.dates == 1:
            return edges_at(self.begin, self.day, int(self.grid.cuts[0]), back)
        return edges(*self.runs, self.day, self.grid.cuts, back)

    @cached_property
    def _found(self) -> list[Int32]:
        """All edges asked for so far, in one array."""
        return []

    @cached_property
    def _places(self) -> dict[int, int]:
        return {}

    @cached_property
    def active_days(self) -> "Rows":
        """The days on which each account has a fact, as rows without facts."""
        days = active_days(*self.runs, self.day, self.first, self.last, self.grid.reach)
        return Rows(Held(self.facts.nothing()), self.grid, *days, self.expected)

    def __len__(self) -> int:
        return len(self.day)

    @property
    def dates(self) -> int:
        """Number of dates."""
        return len(self.grid.cuts)

    @cached_property
    def running_days(self) -> Int64:
        """Sums of the days before each row."""
        return running_sums(self.day)

    def take(self, rows: Array) -> "Rows":
        """Some of the rows, given as ascending indices."""
        visible = self.day[rows], self.first[rows], self.last[rows]
        return self._taken(self.held.take(rows), rows, visible)

    def _taken(self, held: Held, rows: Array, visible: tuple[Int32, Int16, Int16]) -> "Rows":
        begin = begins_among(rows, self.begin)
        return Rows(held, self.grid, begin, *visible, self.expected)

    def where(self, column: str, wanted: tuple[str, ...]) -> "Rows":
        """The rows that hold one of the words in a text column that is visible by then."""
        rows = self.revealed(column)
        words = rows.facts.words(column)
        some = [code for code, word in enumerate(words.words) if word in wanted]
        if len(some) == 1:
            parts = rows._parted(column)
            return rows._lying_at(parts, parts.places(some[0]))
        passing = words.among(wanted)
        if passing.all():
            return rows
        return rows.take(np.flatnonzero(passing).astype(np.int32))

    def _lying_at(self, parts: Parts, places: slice) -> "Rows":
        """The rows of one word, as views of where they lie together."""
        visible = parts.day[places], parts.first[places], parts.last[places]
        rows = parts.order[places]
        return self._taken(self.held.take(rows, (parts, places)), rows, visible)

    def _parted(self, column: str) -> Parts:
        if column not in self._parts:
            words = self.facts.words(column)
            self._parts[column] = Parts.of(words, self.day, self.first, self.last)
        return self._parts[column]

    @cached_property
    def _parts(self) -> dict[str, Parts]:
        return {}

    def filled(self, *columns: str) -> "Rows":
        """The rows with a value in each column, from when all of them are visible."""
        if columns not in self._filled:
            rows = self
            for column in columns:
                rows = rows.revealed(column)
                if not rows.held.complete(column):
                    rows = rows.take(np.flatnonzero(present(rows.facts.columns[column])))
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
        rows = self if len(happened) == len(moments) else self.take(happened)
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
