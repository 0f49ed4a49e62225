"""How the share of contraction goes with the chance of loss itself.

A share that is the same for all makes each cause as steep as any loss. Where the likeliest to be
lost leave, and the others shrink, it is too steep for one cause and too flat for the other. One
coefficient on the log-odds of loss, shared by all intervals, mends both: shares still add up to 1.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tilt:
    """What the log-odds of loss in an interval add to the log-odds of contraction.

    Attributes:
        by_odds: for one unit of them.
        level: added to all, so that the mean share stays.
        low, high: beyond these log-odds of loss nothing more is added.
    """

    by_odds: float = 0.0
    level: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def apply(self, share: Vector, loss: Vector) -> Vector:
        """Log-odds of contraction given a loss, shape (rows,), of those without the tilt."""
        return share + self.level + self.by_odds * np.clip(loss, self.low, self.high)
