"""The log-odds of rows that are put together from two: some columns of one, the rest of another.

With some players (groups of columns) at an account's own values and the others at those of a
reference row, every coalition has a log-odds. What is additive is added up by player; of the
trees, one walk serves all coalitions at once: the walk only parts where the account and the
reference go different ways (the idea of interventional TreeSHAP, Lundberg et al. 2020).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.encoding import Matrix
from models.explain.forest import Forest
from models.explain.shapley import members
from models.explain.walks import Reference, walk
from models.flavours.base import Fitted
from models.flavours.blend import FittedBlend
from models.flavours.constant import FittedConstant
from models.flavours.lightgbm import FittedLightGBM
from models.flavours.logistic import FittedLogistic
from models.flavours.segments import FittedSegments
from models.flavours.shifted import FittedShifted, shift_of

Vector = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Additive = Callable[[Matrix], Matrix]
"""Shares by column and a last one for the base, shape (rows, columns + 1)."""


@dataclass(frozen=True)
class Parts:
    """A fitted hazard as a sum: additive shares, and trees, each with its weight."""

    additive: tuple[tuple[float, Additive], ...] = ()
    trees: tuple[tuple[float, Forest], ...] = ()

    def weighed(self, weight: float) -> "Parts":
        """The same sum, times a weight."""
        return Parts(
            tuple((weight * w, part) for w, part in self.additive),
            tuple((weight * w, part) for w, part in self.trees),
        )

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(self.additive + other.additive, self.trees + other.trees)

    def shares(self, inputs: Matrix) -> Matrix:
        """All additive shares, the base last, shape (rows, columns + 1)."""
        total = np.zeros((len(inputs), inputs.shape[1] + 1))
        for weight, part in self.additive:
            total += weight * part(inputs)
        return total


def parts_of(fitted: Fitted) -> Parts:
    """What a fitted hazard adds up.

    Raises:
        TypeError: a flavour that this module does not know.
    """
    match fitted:
        case FittedLogistic() | FittedSegments() | FittedConstant():
            return Parts(additive=((1.0, fitted.contributions),))
        case FittedLightGBM():
            return Parts(trees=((1.0, fitted.forest),))
        case FittedBlend():
            return (parts_of(fitted.trees) + parts_of(fitted.line)).weighed(0.5)
        case FittedShifted():
            return parts_of(fitted.inner) + Parts(additive=((1.0, _shift_alone(fitted)),))
        case _:
            raise TypeError(f"{type(fitted).__name__} cannot be taken apart: add it to parts_of")


def _shift_alone(fitted: FittedShifted) -> Additive:
    def shares(inputs: Matrix) -> Matrix:
        out = np.zeros((len(inputs), inputs.shape[1] + 1))
        out[:, fitted.column] = shift_of(inputs[:, fitted.column], fitted.shifts)
        return out

    return shares


@dataclass(frozen=True)
class Hybrids:
    """A hazard ready to be asked about coalitions against fixed reference rows.

    Attributes:
        parts: of the hazard.
        reference: rows that lend the values of absent players, shape (rows, columns).
        player: of each column, 0 to `players` - 1; -1 for columns that are always the account's.
        players: how many there are.
    """

    parts: Parts
    reference: Matrix
    player: Places
    players: int

    def log_odds(self, row: Vector) -> Matrix:
        """Raw log-odds of every coalition, shape (2 ** players, reference rows)."""
        inputs = row[None, :]
        own = self.parts.shares(inputs)
        mine, inside = self._by_player(own)[0], members(self.players)
        fixed = own[0, :-1][self.player < 0].sum()
        out = inside @ mine[:, None] + (1 - inside) @ self._reference_shares.T
        out += own[0, -1] + fixed
        for (weight, forest), theirs in zip(self.parts.trees, self._reference_ways, strict=True):
            ways = forest.goes_left(inputs)[0]
            out += weight * walk(forest, ways, theirs, self.player, self.players).T
        return np.asarray(out)

    @cached_property
    def _reference_shares(self) -> Matrix:
        return self._by_player(self.parts.shares(self.reference))

    @cached_property
    def _reference_ways(self) -> list[Reference]:
        return [Reference.of(forest, self.reference) for _, forest in self.parts.trees]

    def _by_player(self, shares: Matrix) -> Matrix:
        out = np.zeros((len(shares), self.players))
        for player, mine in enumerate(self._columns):
            out[:, player] = shares[:, :-1][:, mine].sum(axis=1)
        return out

    @cached_property
    def _columns(self) -> list[npt.NDArray[np.bool_]]:
        """The columns of each player."""
        return [self.player == player for player in range(self.players)]
