"""Intervals from a bootstrap over accounts.

Rows of one account are not independent, so whole accounts are drawn, never rows. The same
draws serve every figure, so that the figures of two models can be compared draw by draw.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

CELLS = 4_000_000
"""Weights held at a time: about 32 MB."""


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

    def take(self, rows: npt.NDArray[np.bool_]) -> "Resamples":
        """The same draws, seen on some of the rows."""
        return Resamples(self.owner[rows], self.drawn)

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
        drawn = self.drawn.astype(np.float64) @ by_account
        return np.vstack([by_account.sum(axis=0), drawn])

    def weights(self) -> Iterator[Matrix]:
        """The weights of the rows, all ones and then draw by draw, as many as fit in memory.

        Yields:
            Shapes (some, rows), (1 + draws, rows) together.
        """
        yield np.ones((1, len(self.owner)))
        step = max(1, CELLS // max(1, len(self.owner)))
        for begin in range(0, len(self.drawn), step):
            yield self.drawn[begin : begin + step, self.owner].astype(np.float64)


def ratio(above: Vector, below: Vector) -> Vector:
    """`above / below`, NaN where there is nothing below."""
    return np.asarray(np.divide(above, below, out=np.full(len(below), np.nan), where=below != 0))
