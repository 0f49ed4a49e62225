"""Whether a model's chances came true, as kept with its record: overall, by tier and tenure."""

from dataclasses import asdict
from typing import Any

from models.scorecard import Scorecard, Slice

FIGURES = (
    "expected_over_observed",
    "calibration_slope",
    "calibration_intercept",
    "calibration_error",
    "brier",
    "brier_reliability",
    "brier_resolution",
    "brier_uncertainty",
)
"""What is kept of a scorecard; see `models.metrics`."""
DIMENSIONS = ("tier", "tenure")


def calibration_of(card: Scorecard | None) -> dict[str, Any]:
    """The part of a scorecard that tells whether chances come true, as plain values."""
    if card is None:
        return {}
    rows = [{"of": "all accounts", **_kept(card.overall)}]
    for dimension in DIMENSIONS:
        for name, part in card.slices.get(dimension, {}).items():
            rows.append({"of": f"{dimension}: {name}", **_kept(part)})
    return {"horizon": card.horizon, "rows": rows}


def _kept(part: Slice) -> dict[str, Any]:
    figures = {name: asdict(part.figures[name]) for name in FIGURES if name in part.figures}
    return {"figures": figures, "not_enough": part.not_enough}
