"""Reasons of a score: one for each family of signals, and the rest as one sum."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.encoding import Matrix
from models.explain.families import Families, alone, positions, sums
from models.explain.reference import Reference
from models.score import OTHERS, Reason

Vector = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Cell = Callable[[str], object]
"""An account's value of a column."""

REASONS_KEPT = 8
"""How many reasons are kept with a score; the others are kept as one sum."""
MOST_REASONS = 15
"""Reasons of an explanation."""


@dataclass(frozen=True)
class Grouping:
    """How shares by column become reasons.

    Attributes:
        columns: that the model reads, in order.
        families: what is named once.
        place: the family of each column.
        steady_from: by family the size from which a reason is named.
        most: how many are named.
    """

    columns: tuple[str, ...]
    families: Families
    place: Places
    steady_from: Vector
    most: int = REASONS_KEPT

    @classmethod
    def of(cls, columns: tuple[str, ...], reference: Reference | None) -> "Grouping":
        """As the reference has it; without one every column speaks for itself."""
        families = reference.families if reference else alone(columns)
        steady = reference.steady_from if reference else np.zeros(len(columns))
        return cls(columns, families, positions(families, columns), steady)

    def sums(self, shares: Matrix) -> Matrix:
        """Shares by family, shape (rows, families)."""
        return sums(shares, self.place)

    def named(self, total: Vector) -> list[int]:
        """The families that are named as reasons, largest first.

        Args:
            total: one row's shares by family.
        """
        order = np.argsort(-np.abs(total), kind="stable")
        steady = (np.abs(total) >= self.steady_from) & (total != 0)
        return [int(i) for i in order if steady[i]][: self.most]

    @cached_property
    def in_full(self) -> "Grouping":
        """The same with as many reasons as an explanation has; made once, as its members are."""
        return replace(self, most=MOST_REASONS)

    @cached_property
    def members(self) -> list[Places]:
        """The columns of each family."""
        return [np.flatnonzero(self.place == i) for i in range(len(self.families))]

    @cached_property
    def speaker_of(self) -> dict[str, str]:
        """The first column of each column's family."""
        return {name: each[0] for each in self.families for name in each}

    @cached_property
    def family_of(self) -> dict[str, int]:
        """The family of each column, by name."""
        return dict(zip(self.columns, self.place.tolist(), strict=True))

    def reasons(self, cell: Cell, shares: Vector, total: Vector) -> tuple[Reason, ...]:
        """One account's reasons, largest first, then all others together.

        A family is told by its largest share that pushes the way the whole does.

        Args:
            cell: the account's value of a column.
            shares: of the log-odds by column.
            total: the same by family.
        """
        found, rest = [], shares != 0
        for family in self.named(total):
            mine = self.members[family]
            whole, own = float(total[family]), shares[mine]
            lead = self.columns[mine[(own if whole > 0 else -own).argmax()]]
            found.append(Reason(lead, plain(cell(lead)), whole, int(rest[mine].sum())))
            rest[mine] = False
        if rest.any():
            found.append(Reason(OTHERS, float(rest.sum()), float(shares[rest].sum())))
        return tuple(found)


def plain(value: object) -> float | str | None:
    """A cell as a plain value: None where missing."""
    if type(value) is float:  # what a stored row holds: hundreds in one explanation
        return value if value == value else None
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return float(value)  # type: ignore[arg-type]
