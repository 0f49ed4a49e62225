"""The rows of one table as arrays, and what of them is visible at an instant: the cut.

Outcomes and populations see one instant, through `features.view`; signals see many at once,
through `features.timeline`. Both cut by the same two clocks, and no switch turns the cut off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from features.clock import MISSING, Instants, Mask
from features.columns import Values
from features.contract import Kind, Table
from features.words import Array, Codes, Words


class Taken(Mapping[str, Values]):
    """Some rows of columns, each cut only when it is first asked for."""

    def __init__(self, columns: Mapping[str, Values], rows: Array | slice) -> None:
        self._columns, self._rows = columns, rows
        self._cut: dict[str, Values] = {}

    def __getitem__(self, name: str) -> Values:
        if name not in self._cut:
            values = self._columns[name]
            rows = self._rows
            self._cut[name] = values.take(rows) if isinstance(values, Words) else values[rows]
        return self._cut[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True)
class Facts:
    """Rows of one table, ordered by account and then by when they happened.

    Attributes:
        size: number of rows.
        clocks: `account`, `start`, `known` and `until`, see there.
        columns: the other columns; numbers as float64 with NaN, dates as microseconds
            with MISSING, text as Words.
    """

    table: Table
    size: int
    clocks: Mapping[str, Values]
    columns: Mapping[str, Values]

    def __len__(self) -> int:
        return self.size

    @property
    def account(self) -> Codes:
        """The index of each row's account in the bucket, shape (rows,)."""
        return cast("Codes", self.clocks["account"])

    @property
    def start(self) -> Instants:
        """When each fact happened, microseconds; MISSING means it always held."""
        return cast("Instants", self.clocks["start"])

    @property
    def known(self) -> Instants:
        """When each became known, likewise."""
        return cast("Instants", self.clocks["known"])

    @property
    def until(self) -> Instants:
        """When a newer version took its place, NEVER where none has."""
        return cast("Instants", self.clocks["until"])

    def take(self, rows: Array) -> "Facts":
        """The facts of some rows, given as a mask or as indices."""
        size = int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows)
        return Facts(self.table, size, Taken(self.clocks, rows), Taken(self.columns, rows))

    def of_accounts(self, first: int, end: int) -> "Facts":
        """The facts of the accounts `first` to `end - 1`, numbered anew from 0, as views."""
        begin, stop = np.searchsorted(self.account, [first, end]).tolist()
        rows = slice(begin, stop)
        clocks = dict(Taken(self.clocks, rows))
        clocks["account"] = self.account[rows] - np.int32(first)
        return Facts(self.table, stop - begin, clocks, Taken(self.columns, rows))

    def nothing(self) -> "Facts":
        """The table without rows."""
        return self.take(np.empty(0, np.int64))

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """A numeric column, NaN where empty, shape (rows,)."""
        values = self.columns[name]
        kind = self.table.column(name).kind
        if isinstance(values, Words) or kind is Kind.TIMESTAMP:
            raise TypeError(f"{self.table.name}.{name} holds a {kind} each, and no numbers")
        return values.astype(np.float64, copy=False)

    def dates(self, name: str) -> Instants:
        """A date column in microseconds, MISSING where empty, shape (rows,)."""
        values = self.columns[name]
        if isinstance(values, Words) or values.dtype != np.int64:
            raise TypeError(f"{self.table.name}.{name} holds no dates")
        return values.view(np.int64)

    def words(self, name: str) -> Words:
        """A text column."""
        values = self.columns[name]
        if not isinstance(values, Words):
            raise TypeError(f"{self.table.name}.{name} holds no words")
        return values


def visible(facts: Facts, cut: int) -> Facts:
    """The facts that happened and were known before `cut`, hidden columns emptied.

    The version known last holds even where it moves its fact to a date after `cut`:
    the fact has then not happened yet, and older versions do not come back.
    """
    seen = (facts.known < cut) & (facts.start < cut) & (facts.until >= cut)
    return _hide(facts.take(seen), cut)


def _hide(facts: Facts, cut: int) -> Facts:
    """Empty the columns that were revealed only at or after `cut`."""
    columns = dict(facts.columns)
    for column in facts.table.columns:
        if column.hidden_until and column.name in columns:
            until = facts.dates(column.hidden_until)
            gone = (until >= cut) | (until == MISSING)
            columns[column.name] = _emptied(columns[column.name], gone)
    return replace(facts, columns=columns)


def _emptied(values: Values, gone: Mask) -> Values:
    if isinstance(values, Words):
        return Words(np.where(gone, np.int32(-1), values.codes), values.words)
    empty = MISSING if values.dtype == np.int64 else np.nan
    return np.where(gone, empty, values)
