"""Two shares compared: how many of one group do something, and how many of another."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import fisher_exact

from models.dataset import Mask


@dataclass(frozen=True)
class Shares:
    """Two groups, and how many of each do something.

    Attributes:
        sizes: accounts in the first and the second group.
        doing: how many of them do it.
        p: Fisher's exact test of equal shares, two-sided.
    """

    sizes: tuple[int, int]
    doing: tuple[int, int]
    p: float

    @property
    def first(self) -> float:
        """Share of the first group, NaN where it is empty."""
        return self.doing[0] / self.sizes[0] if self.sizes[0] else float("nan")

    @property
    def second(self) -> float:
        """Share of the second group, NaN where it is empty."""
        return self.doing[1] / self.sizes[1] if self.sizes[1] else float("nan")


def shares_of(doing: Mask, first: Mask, second: Mask) -> Shares:
    """Compare the shares of two groups (Fisher 1922)."""
    sizes = int(first.sum()), int(second.sum())
    does = int((doing & first).sum()), int((doing & second).sum())
    if not all(sizes):
        return Shares(sizes, does, float("nan"))
    table = [[d, s - d] for d, s in zip(does, sizes, strict=True)]
    return Shares(sizes, does, float(np.asarray(fisher_exact(table).pvalue)))
