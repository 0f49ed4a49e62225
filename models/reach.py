"""How far ahead a model may speak: no farther than where it tells more than the base rate."""

from collections.abc import Mapping
from dataclasses import replace

from models.baselines import BASE_RATE
from models.churn_model import ChurnModel
from models.evaluation import HorizonReport


def beaten(model: ChurnModel, reports: Mapping[int, HorizonReport]) -> dict[int, str]:
    """Why each horizon beside the primary one is left empty that is worse than the base rate.

    That is: on later dates its chances had the higher log loss beyond doubt (with the whole 95 %
    interval over accounts). The primary horizon is the verdict's. Horizons beyond one that is
    beaten are left empty with it, since their chances are built on its own.

    Args:
        model: as it was fitted.
        reports: its figures by horizon.
    """
    primary = model.primary_horizon
    found = {h: _words(report) for h, report in reports.items() if h != primary and _is(report)}
    farthest = min((h for h in found if h > primary), default=None)
    if farthest is not None:
        built_on = f"its chances are built on those of {farthest} days, which are left empty"
        found |= {h: built_on for h in model.horizons if h > farthest and h not in found}
    return found


def _is(report: HorizonReport) -> bool:
    return BASE_RATE in report.gains and report.gains[BASE_RATE].high < 0


def _words(report: HorizonReport) -> str:
    gain = report.gains[BASE_RATE]
    return (
        f"on later dates its log loss was {-gain.value:.4f} higher than the base rate's "
        f"({-gain.high:.4f} to {-gain.low:.4f}), so the base rate tells more"
    )


def without(model: ChurnModel, empty: Mapping[int, str]) -> ChurnModel:
    """The model, silent at some horizons, and about all days after those beyond the primary one."""
    end = min((h for h in empty if h > model.primary_horizon), default=None)
    hazards = tuple(h for h in model.hazards if end is None or h.interval.end < end)
    shown = tuple(h for h in model.shown if h not in empty)
    return replace(model, hazards=hazards, shown=shown)
