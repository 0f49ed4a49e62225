"""What lies ahead of each account beside a loss as such: by cause, in revenue, and growth."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.causes.shares import CHURN
from models.encoding import Cells, Matrix
from models.hazards import p_loss
from models.intervals import Interval
from models.score import Outlook

if TYPE_CHECKING:
    from models.churn_model import ChurnModel

Vector = npt.NDArray[np.float64]
Chances = Mapping[int, Vector]


def outlooks(
    model: "ChurnModel",
    odds: Mapping[Interval, Vector],
    snapshot: pd.DataFrame | Cells,
    inputs: Matrix,
) -> list[Outlook]:
    """One for each row.

    Args:
        model: what foretells.
        odds: its calibrated log-odds of loss by interval.
        snapshot: the rows, with the columns that a model of expansion reads.
        inputs: the same rows as the model reads them.
    """
    causes = model.causes.p_by_cause(odds, inputs, model.horizons) if model.causes else {}
    growth: Chances = {}
    if model.expansion:
        growth = model.expansion.chances(model.expansion.schema.encode(snapshot))
    lost = revenue_lost(model, odds, inputs)
    return [
        Outlook(
            lead_days=model.lead,
            p_by_cause={cause: _row(chances, i) for cause, chances in causes.items()},
            p_expansion=_row(growth, i),
            revenue_lost=None if lost is None else float(lost[i]),
        )
        for i in range(len(snapshot))
    ]


def revenue_lost(
    model: "ChurnModel", odds: Mapping[Interval, Vector], inputs: Matrix
) -> Vector | None:
    """The expected share of recurring revenue lost within the primary horizon, shape (rows,).

    Whoever leaves takes all of it, whoever contracts the share that contractions took before.
    None where the outcome does not tell what is lost.
    """
    horizon = model.primary_horizon
    if model.outcome == CHURN:
        return p_loss(odds, [horizon])[horizon]
    if model.causes is None:
        return None
    chances = model.causes.p_by_cause(odds, inputs, [horizon])
    if not set(chances) <= set(model.causes.revenue):
        return None
    parts = [model.causes.revenue[cause] * of[horizon] for cause, of in chances.items()]
    return np.asarray(sum(parts))


def _row(chances: Chances, row: int) -> dict[int, float]:
    return {horizon: float(chance[row]) for horizon, chance in chances.items()}
