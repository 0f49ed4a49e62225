"""What a band depends on beside the chance of loss: tier and yearly revenue."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.encoding import Cells

Vector = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]
Rows = npt.NDArray[np.bool_] | npt.NDArray[np.int64]

TIER, MRR = "profile__tier", "profile__mrr"
"""The snapshot columns that tell them."""
MONTHS = 12


@dataclass(frozen=True)
class Accounts:
    """Tier and yearly revenue of some rows, each of shape (rows,).

    Attributes:
        tier: empty where unknown.
        revenue: per year in the company's currency; NaN where unknown.
    """

    tier: Words
    revenue: Vector

    @classmethod
    def unknown(cls, rows: int) -> "Accounts":
        """Rows of which neither is known."""
        return cls(np.full(rows, "", object), np.full(rows, np.nan))

    @classmethod
    def of(cls, snapshot: pd.DataFrame | Cells) -> "Accounts":
        """As a snapshot tells them; unknown where it has no such columns."""
        if isinstance(snapshot, tuple):
            each = [cls.of_one(cells) for cells in snapshot]
            tiers, revenues = [one.tier for one in each], [one.revenue for one in each]
            return cls(np.concatenate(tiers), np.concatenate(revenues))
        nothing = cls.unknown(len(snapshot))
        tier, revenue = nothing.tier, nothing.revenue
        if TIER in snapshot:
            words = snapshot[TIER].astype(object)
            tier = words.where(words.notna(), "").to_numpy(object)
        if MRR in snapshot:
            revenue = MONTHS * snapshot[MRR].to_numpy(np.float64)
        return cls(tier, revenue)

    @classmethod
    def of_one(cls, cells: Mapping[str, object]) -> "Accounts":
        """The account with these signals."""
        tier, mrr = cells.get(TIER), cells.get(MRR)
        word = tier if isinstance(tier, str) else ""
        known = MONTHS * mrr if isinstance(mrr, int | float) else np.nan
        return cls(np.array([word], object), np.array([known], np.float64))

    def take(self, rows: Rows) -> "Accounts":
        """Some of the rows."""
        return Accounts(self.tier[rows], self.revenue[rows])

    def __len__(self) -> int:
        return len(self.tier)
