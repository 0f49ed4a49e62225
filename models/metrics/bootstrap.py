"""Intervals from a bootstrap over accounts.

Rows of one account are not independent, so whole accounts are drawn, never rows. The same
draws serve every figure, so that the figures of two models can be compared draw by draw.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Vector) -> "Estimate":
        """From the figure on all rows followed by its draws; draws without one are left out."""
        known = figures[1:][~np.isnan(figures[1:])]
        if not len(known):
            return cls(float(figures[0]), float("nan"), float("nan"))
        low, high = np.percentile(known, [2.5, 97.5])
        return cls(float(figures[0]), float(low), float(high))


@dataclass(frozen=True)
class Resamples:
    """Resampling of whole accounts.

    Attributes:
        owner: the account of each row, shape (rows,).
        drawn: how often each draw took each account, shape (draws, accounts).
    """

    owner: npt.NDArray[np.int64]
    drawn: npt.NDArray[np.int64]

    @classmethod
    def of(cls, accounts: npt.NDArray[np.object_], draws: int, seed: int) -> "Resamples":
        """Draw whole accounts with replacement, `draws` times."""
        _, owner = np.unique(accounts, return_inverse=True)
        size = int(owner.max()) + 1
        rng = np.random.default_rng(seed)
        return cls(owner, rng.multinomial(size, np.full(size, 1 / size), size=draws))

    @cached_property
    def _times(self) -> Matrix:
        """`drawn` the other way round, shape (accounts, draws)."""
        return np.ascontiguousarray(self.drawn.T, dtype=np.float64)

    def take(self, rows: npt.NDArray[np.bool_]) -> "Resamples":
        """The same draws, seen on some of the rows; accounts without any are left out."""
        present, owner = np.unique(self.owner[rows], return_inverse=True)
        return Resamples(owner, self.drawn[:, present])

    def interval(self, figure: Callable[[Vector], float]) -> Estimate:
        """A figure that takes one weight a row, on all rows and with its interval."""
        value = figure(np.ones(len(self.owner)))
        drawn = [figure(times[self.owner].astype(np.float64)) for times in self.drawn]
        return Estimate.of(np.array([value, *drawn]))

    def sums(self, *values: Vector) -> Matrix:
        """Weighted sums of values by row, on all rows and then draw by draw.

        Each account is summed once, so that a draw costs as much as there are accounts.

        Returns:
            Shape (1 + draws, number of values).
        """
        size = self.drawn.shape[1]
        by_account = np.column_stack([np.bincount(self.owner, v, minlength=size) for v in values])
        return np.vstack([by_account.sum(axis=0), self._times.T @ by_account])

    def binned(self, values: Vector, bins: Ints) -> Matrix:
        """Weighted sums of values by bin, on all rows and then draw by draw.

        Args:
            values: by row, shape (rows,).
            bins: the bin of each row from 0 up, likewise.

        Returns:
            Shape (1 + draws, bins).
        """
        shape = (int(bins.max()) + 1, self.drawn.shape[1])
        by_bin = coo_array((values, (bins, self.owner)), shape=shape).tocsr()
        return np.vstack([by_bin.sum(axis=1), (by_bin @ self._times).T])


def quantile_bins(values: Vector, count: int) -> Ints:
    """The bin of each value, lowest first, in bins of nearly equal size; equals stay together."""
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) <= count:
        return np.asarray(place, np.int64)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, count + 1)[1:-1]))
    found = np.searchsorted(edges, values, side="right")
    return np.asarray(np.unique(found, return_inverse=True)[1], np.int64)


def ratio(above: Vector, below: Vector) -> Vector:
    """`above / below`, NaN where there is nothing below."""
    return np.asarray(np.divide(above, below, out=np.full(len(below), np.nan), where=below != 0))
