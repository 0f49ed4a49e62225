"""What a hazard learns in the place of what happened, and whether both say as much.

Chances of loss that later dates give an account add up to the losses that come, but for luck,
where a loss is the same event from whichever date it is looked for: the end of a contract. A
contraction is measured from the level of the date itself. Ten falls of three per cent are no
contraction for any date that sees one of them, and three of them are one for a date before;
and who has grown may grow again, which is nothing to a date that waits for the first time. So
each lesson is held against the rows whose outcome is certain (docs/adr/0064).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.dataset import Mask

Vector = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

APART = 0.2
"""How far expected losses may lie from those that came, as a share of them."""


@dataclass(frozen=True)
class Lesson:
    """What a hazard of an interval learns from.

    Attributes:
        rows: positions in the dataset.
        lost: the expected loss, between 0 and 1, shape (rows,).
    """

    rows: Rows
    lost: Vector

    def borne_out(self, certain: Mask, lost: Vector) -> bool:
        """Whether expected losses add up to those that came, where that is known by now.

        Both learn from the same losses, so there is little luck in the difference: of simulated
        companies with steps of revenue the sums lie within an eighth of each other, of such with
        revenue that drifts they are a quarter to two thirds.

        Args:
            certain: rows of the interval whose outcome was certain when it is learnt.
            lost: what became of those, 0 or 1, in order.
        """
        came = np.full(len(certain), np.nan)
        came[certain] = lost
        known = came[self.rows]
        told = ~np.isnan(known)
        happened = float(known[told].sum())
        return bool(abs(float(self.lost[told].sum()) - happened) <= APART * happened)
