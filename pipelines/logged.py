"""What a training run writes down in MLflow, beside its bundle and its test rows."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

from models import figures
from models.dataset import Dataset
from models.evidence import Evidence
from models.flavours import FLAVOURS, SHIFTED, Flavour
from models.flavours.lightgbm import PARAMETERS, LightGBM
from models.flavours.settings import with_settings
from models.run_record import DatasetRecord, RunRecord, WalkRecord
from models.scorecard import Scorecard, asked_by, sample_of
from models.signature import signature_of
from pipelines.train_result import TrainResult
from pipelines.workspace import Workspace

KEYS = ("account_id", "as_of")
Monthly = dict[str, dict[int, float]]


def dataset_record(
    dataset: Dataset, digest: str, fingerprint: str, workspace: Workspace
) -> DatasetRecord:
    """What a model is trained from, in the registry's words."""
    days = dataset.dates
    columns = len(dataset.frame.columns) - len(KEYS)
    source = str((workspace.root / "lake").resolve())
    return DatasetRecord(
        digest, len(dataset.frame), columns, fingerprint, (days[0], days[-1]), source
    )


def run_record(result: TrainResult, digest: str, folder: Path, evidence: str) -> RunRecord:
    """Everything that is written down about a run.

    Args:
        result: what the run found.
        digest: SHA-256 of the bundle's manifest.
        folder: files to keep.
        evidence: SHA-256 of the test rows' manifest; empty where none are kept.
    """
    trained = result.trained
    flavours = with_settings(FLAVOURS, trained.plan.settings if trained.plan else {})
    return RunRecord(
        version=trained.model.version,
        digest=digest,
        parameters=parameters(result),
        metrics=metrics(result),
        folder=folder,
        evidence=evidence,
        monthly=by_month(result.card) if result.card else {},
        walks=tuple(walk_record(name, found, flavours) for name, found in trained.walked.items()),
        data=result.data,
        signature=signature_of(trained.model),
    )


def parameters(result: TrainResult) -> dict[str, str]:
    """Facts of the run; `first_test_month` says which month the monthly figures call 0."""
    summary = result.summary()
    names = ("flavour", "outcome", "data_as_of", "rows", "columns", "primary_horizon", "horizons")
    found = {name: str(summary[name]) for name in names}
    first = first_month(result.card)
    return {**found, **first, "fingerprint": result.trained.model.fingerprint}


def metrics(result: TrainResult) -> dict[str, float]:
    """Each horizon's figures, with slope and the gains over the baselines."""
    card, found = result.card, {}
    if card:
        overall = {f"{k}_{card.horizon}": e.value for k, e in card.overall.figures.items()}
        found = {name: value for name, value in overall.items() if isfinite(value)}
    for horizon, report in result.trained.reports.items():
        for name, estimate in report.metrics.items():
            found[f"{name}_{horizon}"] = estimate.value
        found[f"calibration_slope_{horizon}"] = report.slope
        for name, gain in report.gains.items():
            found[f"gain_over_{name.replace(' ', '_')}_{horizon}"] = gain.value
    return {**found, **result.beside.figures(), **result.trained.honesty.figures()}


def by_month(card: Scorecard) -> Monthly:
    """Each figure at the primary horizon by test month, as `month_NAME_HORIZON`.

    The first test month is 0 and later ones are counted from it, so that a month without enough
    evidence leaves a gap. Which month is the first is the parameter `first_test_month`.
    """
    found: Monthly = {}
    months = card.slices.get("month", {})
    first = _number(min(months)) if months else 0
    for month, part in months.items():
        for name, estimate in part.figures.items():
            if isfinite(estimate.value):
                steps = found.setdefault(f"month_{name}_{card.horizon}", {})
                steps[_number(month) - first] = estimate.value
    return found


def first_month(card: Scorecard | None) -> dict[str, str]:
    """The parameter that says which month is 0."""
    months = card.slices.get("month", {}) if card else {}
    return {"first_test_month": min(months)} if months else {}


def walk_record(
    name: str, found: Mapping[int, Mapping[str, float]], flavours: Mapping[str, Flavour]
) -> WalkRecord:
    """A flavour that was walked forward, with its settings and its figures by horizon."""
    metrics = {
        f"{figure}_{horizon}": value
        for horizon, figures_at in found.items()
        for figure, value in figures_at.items()
        if isfinite(value)
    }
    part = name.removesuffix(SHIFTED)
    shifted = {"intercepts_by_segment": str(part != name)}
    return WalkRecord(name, {**settings_of(flavours[part]), **shifted}, metrics)


def settings_of(flavour: Flavour) -> dict[str, str]:
    """What a flavour is fitted with, as MLflow's parameters; parts of a blend by their names."""
    found = _flat(asdict(flavour))  # type: ignore[call-overload]
    trees = LightGBM in (type(flavour), type(getattr(flavour, "trees", None)))
    fixed = {f"lightgbm.{name}": str(value) for name, value in PARAMETERS.items()} if trees else {}
    return {**fixed, **found}


def draw_further(result: TrainResult, evidence: Evidence | None, folder: Path) -> None:
    """The figures of lead time and of bands; nothing where no model could be tested."""
    if evidence is None:
        return
    rows, horizon = evidence.at(evidence.primary_horizon), evidence.primary_horizon
    sample = sample_of(rows, rows["chance"].to_numpy(float), asked_by(evidence))
    lead = figures.lead_time(sample.lead, horizon, evidence.lead_days)
    lead.savefig(folder / f"lead-time-{horizon}.png")
    model = result.trained.model
    bands = figures.bands(result.trained.bands, model.primary_horizon)
    bands.savefig(folder / f"bands-{model.primary_horizon}.png")


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = str(value)
    return found


def _number(month: str) -> int:
    """A month such as 2026-03 as a running number."""
    day = date.fromisoformat(f"{month}-01")
    return 12 * day.year + day.month
