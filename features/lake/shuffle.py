"""The first half of a shuffle: rows brought together by part, a group of rows at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.lake.hashing import Hashes
from features.lake.numbers import Numbers, Usual, in_order, usual_of
from features.lake.order import Int32, Int64, in_blocks, rows_of
from features.lake.spill import Spill
from features.lake.text import Text

THIS_LOAD = 0
ROWS_OF_A_BLOCK = 1 << 15
"""Rows that are brought into another order at once: few enough for a core's own cache."""


@dataclass(frozen=True)
class Rows:
    """Some rows of a table, as columns.

    Attributes:
        numbers: all that is no text.
        texts: the text columns by name; None where every row is null.
        facts: a hash of each row's key, 0 where it has none; None where no row has one.
        loads: which load brought each row, or THIS_LOAD; None where this brought them all.
    """

    numbers: Numbers
    texts: Mapping[str, Text | None]
    facts: Hashes | None = None
    loads: Int32 | None = None

    def __len__(self) -> int:
        return self.numbers.size


@dataclass(frozen=True)
class Group:
    """Rows ordered by part within each block.

    Attributes:
        rows: the rows.
        begins: where each part begins within each block, shape (blocks, parts + 1).
        first: the number of the group's first row in the shuffle.
    """

    rows: Rows
    begins: Int64
    first: int

    def of(self, parts: Sequence[int]) -> Int32:
        """The rows of some parts, by their place in the group, ascending."""
        return rows_of(self.begins, np.asarray(parts, np.int64))


class Shuffle:
    """Rows by part, 0 to `parts` - 1, numbered as they are put aside."""

    def __init__(self, spill: Spill, parts: int) -> None:
        self.parts, self.rows = parts, 0
        self.groups: list[Group] = []
        self._usual: tuple[Usual | None, ...] | None = None
        self._spill = spill

    def add(self, columns: Sequence[Int64], rows: Rows, part: Int32) -> None:
        """Put rows aside, each in its part.

        Args:
            columns: all that is no text, each of shape (rows,).
            rows: the rest of the rows; its numbers are not looked at.
            part: the part of each row.
        """
        order, begins = in_blocks(part, self.parts, ROWS_OF_A_BLOCK)
        keep = self._spill.keep
        self._usual = usual_of(columns) if self._usual is None else self._usual
        moved = Rows(
            in_order(columns, self._usual, order).kept(keep),
            {name: self._moved(text, order) for name, text in rows.texts.items()},
            None if rows.facts is None else keep(rows.facts[order]),
            None if rows.loads is None else keep(rows.loads[order]),
        )
        self.groups.append(Group(moved, begins, self.rows))
        self.rows += len(part)

    def _moved(self, text: Text | None, order: Int32) -> Text | None:
        if text is None:
            return None
        moved = text.in_order(order)
        keep = self._spill.keep
        return replace(moved, codes=keep(moved.codes), ends=keep(moved.ends), data=keep(moved.data))

    def take(self, numbers: Int64) -> Iterator[tuple[Group, Int32]]:
        """Some rows by their numbers, which must ascend: groups, and the places in them."""
        for group in self.groups:
            begin, end = np.searchsorted(numbers, [group.first, group.first + len(group.rows)])
            if end > begin:
                yield group, (numbers[begin:end] - group.first).astype(np.int32)
