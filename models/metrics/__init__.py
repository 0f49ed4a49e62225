"""How good chances and orders are, each with its interval from a bootstrap over accounts.

`METRICS` take one weight a row and give one number. `FIGURES` take a sample with its draws and
give the number on all rows followed by one for every draw, all draws at once; the difference
of two such arrays is a paired comparison.
"""

from collections.abc import Callable

from models.metrics.bootstrap import Estimate, Resamples, Vector, ratio
from models.metrics.capacity import (
    chosen_at_capacity,
    drawn_arr_recall,
    drawn_precision,
    drawn_recall,
)
from models.metrics.chances import (
    brier,
    drawn_brier,
    drawn_expected_over_observed,
    drawn_log_loss,
    expected_over_observed,
    log_loss,
    log_losses,
)
from models.metrics.lead import LEAD_DAYS, drawn_in_time, drawn_median_lead, lead_days
from models.metrics.profit import Campaign, drawn_profit
from models.metrics.ranking import (
    auc,
    average_precision,
    drawn_auc,
    drawn_average_precision,
    drawn_top_decile_lift,
    top_decile_lift,
)
from models.metrics.reliability import (
    calibration_line,
    drawn_ece,
    drawn_intercept,
    drawn_reliability,
    drawn_resolution,
    drawn_slope,
    drawn_uncertainty,
)
from models.metrics.sample import Sample

Metric = Callable[[Vector, Vector, Vector], float]
"""Takes lost (0 or 1), chance and weight, each of shape (rows,)."""

Figure = Callable[[Sample, Resamples], Vector]
"""Gives the figure on all rows, then by draw, shape (1 + draws,)."""

METRICS: dict[str, Metric] = {
    "log_loss": log_loss,
    "auc": auc,
    "average_precision": average_precision,
    "brier": brier,
    "expected_over_observed": expected_over_observed,
    "top_decile_lift": top_decile_lift,
}

ORDER_FIGURES: dict[str, Figure] = {
    "auc": drawn_auc,
    "average_precision": drawn_average_precision,
    "top_decile_lift": drawn_top_decile_lift,
    "precision_at_capacity": drawn_precision,
    "recall_at_capacity": drawn_recall,
    "arr_recall_at_capacity": drawn_arr_recall,
    "lead_days_median": drawn_median_lead,
    "lead_in_time": drawn_in_time,
    "expected_profit": drawn_profit,
}
"""Figures that look at the order of the rows alone: any score will do."""

CHANCE_FIGURES: dict[str, Figure] = {
    "log_loss": drawn_log_loss,
    "brier": drawn_brier,
    "brier_reliability": drawn_reliability,
    "brier_resolution": drawn_resolution,
    "brier_uncertainty": drawn_uncertainty,
    "expected_over_observed": drawn_expected_over_observed,
    "calibration_slope": drawn_slope,
    "calibration_intercept": drawn_intercept,
    "calibration_error": drawn_ece,
}
"""Figures that take the chances at their word."""

FIGURES: dict[str, Figure] = {**CHANCE_FIGURES, **ORDER_FIGURES}

__all__ = [
    "CHANCE_FIGURES",
    "FIGURES",
    "LEAD_DAYS",
    "METRICS",
    "ORDER_FIGURES",
    "Campaign",
    "Estimate",
    "Figure",
    "Metric",
    "Resamples",
    "Sample",
    "Vector",
    "auc",
    "average_precision",
    "brier",
    "calibration_line",
    "chosen_at_capacity",
    "drawn_in_time",
    "drawn_profit",
    "expected_over_observed",
    "lead_days",
    "log_loss",
    "log_losses",
    "ratio",
    "top_decile_lift",
]
