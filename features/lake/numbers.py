"""Columns of numbers on their way through a shuffle: whole, or only what is not usual of them.

Most events are known as they happen, and most are of one: such a column takes a few rows instead
of eight bytes for each, which is less to move, and less memory that the system must clear.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from features.compiled import inlined, part
from features.lake.hashing import Bytes
from features.lake.packed import Packed, packed, unpacked

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Kind = TypeVar("Kind", bound=npt.NDArray[Any])

MOST_ODD = 1 / 4
"""Share of odd rows up to which only those are held; each takes twelve bytes."""
LOOKED_AT = 256
"""Rows by which is guessed what is usual; a wrong guess costs memory, and nothing else."""


@dataclass(frozen=True)
class Usual:
    """What most rows have in a column: one number, or what they have in an earlier column.

    Attributes:
        value: the number.
        like: which earlier column; None where it is the number.
    """

    value: int = 0
    like: int | None = None

    def of(self, columns: Sequence[Int64] | Int64) -> Int64 | int:
        """What each row has, or all of them."""
        return self.value if self.like is None else columns[self.like]


@dataclass(frozen=True)
class Held:
    """A column of some rows.

    Attributes:
        values: of every row, or of the odd ones.
        odd: the places of rows that have not what is usual, ascending; None where all are held.
    """

    values: Packed
    odd: Int32 | None = None

    def put(self, rows: Int32, column: Int64, to: Int32) -> None:
        """Write what some rows, by ascending place, have to their places `to` of a column.

        What is usual must be there already.
        """
        held = self.values.data, self.values.least, self.values.width
        if self.odd is None:
            _put(*held, rows, column, to)
        else:
            _put_odd(*held, self.odd, rows, column, to)


@dataclass(frozen=True)
class Numbers:
    """All columns of numbers of some rows.

    Attributes:
        size: how many rows.
        usual: what most rows have, by column; None where nothing is usual.
        columns: as they are held.
    """

    size: int
    usual: tuple[Usual | None, ...] = ()
    columns: tuple[Held, ...] = ()

    def kept(self, keep: "Keep") -> "Numbers":
        """The same, its arrays put aside."""
        columns = (
            Held(one.values.kept(keep), None if one.odd is None else keep(one.odd))
            for one in self.columns
        )
        return replace(self, columns=tuple(columns))


class Keep(Protocol):
    """What puts an array aside, and gives the same to read."""

    def __call__(self, array: Kind, /) -> Kind: ...  # noqa: D102


def usual_of(columns: Sequence[Int64]) -> tuple[Usual | None, ...]:
    """What most rows have in each column, as far as a few of them tell."""
    step = max(1, len(columns[0]) // LOOKED_AT)
    few = [values[::step] for values in columns]
    return tuple(_usual(few, column) for column in range(len(few)))


def _usual(few: Sequence[Int64], column: int) -> Usual | None:
    found, times = np.unique(few[column], return_counts=True)
    choices = [Usual(int(found[times.argmax()])), *(Usual(like=n) for n in range(column))]
    odd = [np.mean(few[column] != choice.of(few)) for choice in choices]
    best = int(np.argmin(odd))
    return choices[best] if odd[best] <= MOST_ODD else None


def in_order(columns: Sequence[Int64], usual: tuple[Usual | None, ...], order: Int32) -> Numbers:
    """Columns of shape (rows,) in another order of the rows."""
    held = (_held(columns, n, one, order) for n, one in enumerate(usual))
    return Numbers(len(order), usual, tuple(held))


def _held(columns: Sequence[Int64], column: int, usual: Usual | None, order: Int32) -> Held:
    values = np.ascontiguousarray(columns[column])
    if usual is not None:
        differs = values != usual.of(columns)
        if np.count_nonzero(differs) <= MOST_ODD * len(values):
            odd = _marked(differs, order)
            return Held(packed(values, order[odd]), odd)
    return Held(packed(values, order))


def together(found: Sequence[tuple[Numbers, Int32]], to: Int32) -> Int64:
    """Some rows of several groups as whole columns, shape (columns, rows).

    Args:
        found: groups that hold the same as usual, and places in each, ascending.
        to: where each row goes, groups one after the other.
    """
    usual = found[0][0].usual
    whole = np.empty((len(usual), len(to)), np.int64)
    for column, one in enumerate(usual):
        if one is not None:
            whole[column] = one.of(whole)
        at = 0
        for numbers, rows in found:
            numbers.columns[column].put(rows, whole[column], to[at : at + len(rows)])
            at += len(rows)
    return whole


@part
def _marked(marks: Mask, order: Int32) -> Int32:
    """The places in an order at which a marked row stands."""
    places = np.empty(len(order), np.int32)
    count = 0
    for i in range(len(order)):
        places[count] = i  # stays where the row is marked: no jump that a processor must guess
        count += marks[order[i]]
    return places[:count].copy()


@part
def _put(data: Bytes, least: int, width: int, rows: Int32, column: Int64, to: Int32) -> None:
    for i in range(len(rows)):
        column[to[i]] = unpacked(data, least, width, rows[i])


@part
def _put_odd(
    data: Bytes, least: int, width: int, odd: Int32, rows: Int32, column: Int64, to: Int32
) -> None:
    """The same of odd rows alone. Both places ascend, and rows lie in long runs."""
    n, i = 0, 0
    while n < len(odd) and i < len(rows):
        ahead = odd[n] - rows[i]
        if ahead < 0:
            n = _first(odd, n, rows[i])
            continue
        at = min(i + ahead, len(rows) - 1)  # within a run that is its place
        if rows[at] == odd[n]:
            column[to[at]] = unpacked(data, least, width, n)
            i = at
            n += 1
        else:
            i = _first(rows, i, odd[n])


@inlined
def _first(ascending: Int32, begin: int, value: int) -> int:
    """The first place from `begin` on that holds `value` or more."""
    end = len(ascending)
    while begin < end:
        middle = (begin + end) // 2
        if ascending[middle] < value:
            begin = middle + 1
        else:
            end = middle
    return begin
