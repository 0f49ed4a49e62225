"""What rows hold, whenever they are visible: facts, and exact numbers for sums."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from features.clock import MISSING
from features.columns import Values
from features.contract import LARGEST
from features.facts import Facts
from features.kernel.cells import split
from features.parts import Lanes, Parts, running_sums
from features.words import Array, Words

MILLION = 1_000_000


@dataclass(frozen=True)
class Held:
    """Facts with what is computed of their columns.

    Attributes:
        source: what these were taken from, and which of it they are.
        part: where they lie together, if they are all that hold one word.
    """

    facts: Facts
    source: "tuple[Held, Array] | None" = field(default=None, repr=False)
    part: tuple[Parts, slice] | None = field(default=None, repr=False)

    def take(self, rows: Array, part: tuple[Parts, slice] | None = None) -> "Held":
        """What some of the rows hold, given as ascending indices."""
        return Held(self.facts.take(rows), (self, rows), part)

    @property
    def origin(self) -> tuple[Facts, Array]:
        """The facts that all filters began with, and which of them these rows are.

        The indices are empty where they are all of them.
        """
        if self.source is None:
            return self.facts, np.empty(0, np.int32)
        parent, rows = self.source
        facts, above = parent.origin
        return facts, (above[rows] if len(above) else rows).astype(np.int32, copy=False)

    def complete(self, column: str) -> bool:
        """Whether every row has a value in a column."""
        if column not in self._complete:
            inherited = self.source is not None and self.source[0].complete(column)
            self._complete[column] = inherited or bool(present(self.facts.columns[column]).all())
        return self._complete[column]

    @cached_property
    def _complete(self) -> dict[str, bool]:
        return {}

    def exact(self, column: str) -> Lanes:
        """A numeric column as whole parts and millionths, so that sums are exact in any order.

        Whole parts come empty where every value is 1, and millionths where all are whole.

        Raises:
            ValueError: a number is too large for its sums to fit 64 bits.
        """
        if column not in self._exact:
            self._exact[column] = self._inherited(column) if self.source else self._split(column)
        return self._exact[column]

    @cached_property
    def _exact(self) -> dict[str, Lanes]:
        return {}

    def _inherited(self, column: str) -> Lanes:
        assert self.source is not None
        parent, rows = self.source
        whole, millionths = parent.exact(column)
        return whole[rows] if len(whole) else whole, (
            millionths[rows] if len(millionths) else millionths
        )

    def running(self, column: str) -> Lanes:
        """Sums of whole parts and of millionths before each row, one more than rows.

        Empty where `exact` is; only differences mean anything.
        """
        if column not in self._running:
            self._running[column] = self._sums_before(column)
        return self._running[column]

    @cached_property
    def _running(self) -> dict[str, Lanes]:
        return {}

    def _sums_before(self, column: str) -> Lanes:
        if self.source and self.part:
            parts, places = self.part
            whole, millionths = parts.running(column, self.source[0].exact)
            with_end = slice(places.start, places.stop + 1)
            return whole[with_end], millionths[with_end]
        whole, millionths = self.exact(column)
        return running_sums(whole), running_sums(millionths)

    def _split(self, column: str) -> Lanes:
        values, none = self.facts.numbers(column), np.empty(0, np.int64)
        whole, millionths, largest, ones, fractions = split(values, MILLION)
        if largest > LARGEST:
            raise ValueError(
                f"{self.facts.table.name}.{column} holds {largest:g}, more than {LARGEST:g}: "
                "give it in a larger unit, e.g. gigabytes for bytes"
            )
        return none if ones else whole, millionths if fractions else none


def present(values: Values) -> Array:
    """Which values of a column are there, shape (rows,)."""
    if isinstance(values, Words):
        return values.codes >= 0
    return values != MISSING if values.dtype == np.int64 else ~np.isnan(values)
