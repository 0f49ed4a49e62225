"""Rows laid out word by word, so that filters on one column are slices and not copies."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from features.kernel import Int16, Int32, Int64
from features.kernel.layout import laid_out, running_in
from features.words import Array, Words

Lanes = tuple[Int64, Int64]
"""Whole parts and millionths of numbers, each empty where it says nothing."""


@dataclass(frozen=True)
class Parts:
    """Rows of a table ordered by the word they hold, and among those in their own order.

    Attributes:
        begin: the place of the first row of each code, from -1 (none) on.
        order: which row lies at each place, shape (rows,).
        day, first, last: of the rows in this order, see `Rows`.
    """

    begin: Int64
    order: Int32
    day: Int32
    first: Int16
    last: Int16
    _running: dict[str, Lanes] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, words: Words, day: Int32, first: Int16, last: Int16) -> "Parts":
        """Lay out rows by the words they hold."""
        return cls(*laid_out(words.codes, len(words.words), day, first, last))

    def places(self, code: int) -> slice:
        """Where the rows of one code lie."""
        return slice(int(self.begin[code + 1]), int(self.begin[code + 2]))

    def running(self, column: str, exact: Callable[[str], Lanes]) -> Lanes:
        """A column's sums before each row, over all words: only differences mean anything.

        `exact` gives its numbers in the rows' own order.
        """
        if column not in self._running:
            whole, millionths = (self._sums(values) for values in exact(column))
            self._running[column] = whole, millionths
        return self._running[column]

    def _sums(self, values: Int64) -> Int64:
        return running_in(self.order, values) if len(values) else values


def running_sums(values: Array) -> Int64:
    """The sum of the whole numbers before each, and of all; empty of an empty array."""
    sums = np.zeros(len(values) + 1 if len(values) else 0, np.int64)
    np.cumsum(values, dtype=np.int64, out=sums[1:])
    return sums
