"""What lies ahead of each account beside a loss as such: by cause, in revenue, and growth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.score import Outlook

Vector = npt.NDArray[np.float64]
Chances = Mapping[int, Vector]


@dataclass(frozen=True)
class Ahead:
    """What is foretold of some rows beside a loss.

    Attributes:
        by_cause: the chance of each cause by horizon, shape (rows,) each.
        growth: the chance of expansion, likewise.
        lost: the expected share of recurring revenue lost within the primary horizon, shape
            (rows,); None where the outcome does not tell what is lost.
    """

    by_cause: Mapping[str, Chances]
    growth: Chances
    lost: Vector | None

    def outlook(self, row: int, lead_days: int) -> Outlook:
        """Of one row."""
        return Outlook(
            lead_days=lead_days,
            p_by_cause={cause: _row(chances, row) for cause, chances in self.by_cause.items()},
            p_expansion=_row(self.growth, row),
            revenue_lost=None if self.lost is None else float(self.lost[row]),
        )


def _row(chances: Chances, row: int) -> dict[int, float]:
    return {horizon: float(chance[row]) for horizon, chance in chances.items()}
