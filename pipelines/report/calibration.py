"""Whether the chances came true: all accounts, then by tier and by age as a customer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.metrics import Estimate
from serving.format import MINUS

TOLD = {
    "expected_over_observed": (100.0, 0),
    "calibration_slope": (1.0, 2),
    "calibration_intercept": (1.0, 2),
    "calibration_error": (100.0, 1),
    "brier_reliability": (1000.0, 1),
    "brier_resolution": (1000.0, 1),
    "brier_uncertainty": (1000.0, 1),
}
"""What the report shows, times what, with how many decimals."""


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """The figures of some accounts as text.

    Attributes:
        of: which accounts.
        cells: in the order of `TOLD`; empty where there was not enough.
        not_enough: why there are none.
    """

    of: str
    cells: tuple[str, ...]
    not_enough: str = ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """All rows at one horizon, in days; no rows where a model kept none."""

    horizon: int
    rows: tuple[CalibrationRow, ...]


NOT_KEPT = Calibration(0, ())


def calibration(metrics: Mapping[str, Any]) -> Calibration:
    """What a model version's metrics say of its calibration."""
    kept = metrics.get("calibration") or {}
    return Calibration(kept["horizon"], tuple(_rows(kept["rows"]))) if kept else NOT_KEPT


def _rows(kept: Any) -> Iterator[CalibrationRow]:
    for row in kept:
        cells = tuple(_cell(row["figures"].get(name), *how) for name, how in TOLD.items())
        yield CalibrationRow(row["of"], () if row["not_enough"] else cells, row["not_enough"])


def _cell(kept: Mapping[str, float | None] | None, times: float, decimals: int) -> str:
    """`103 (91 to 117)`; a dash where it is not known."""
    values = [kept.get(name) for name in ("value", "low", "high")] if kept else [None]
    numbers = [value for value in values if value is not None]
    if len(numbers) < 3:
        return "–"
    found = Estimate(*(times * number for number in numbers))
    value, low, high = (_number(each, decimals) for each in (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", MINUS)
