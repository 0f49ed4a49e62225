"""Training a model on everything known at a date, and promoting it if it is fit to use."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from features.history import begins, main_events
from features.lake import Lake
from features.outcomes import Label
from features.runners.job import SnapshotJob
from features.signals import EVENTS_FOLLOWED
from features.snapshot import fingerprint
from models import bundle, figures
from models.dataset import Dataset, join
from models.explain.wording import Phrase, phrases
from models.run_record import BUNDLE, RunRecord
from models.training import Provenance, Trained, TrainingPlan, train, version_of
from pipelines.company import (
    catalogue_of,
    columns_of,
    label_of,
    own_columns,
    plan_of,
    rates_of,
    snapshot_dates,
)
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.snapshot import build
from pipelines.workspace import Workspace
from serving.store import ModelRecord, ModelVersionRepository, open_store

Progress = Callable[[str], None]


@dataclass(frozen=True)
class TrainResult:
    """What a training run found.

    Attributes:
        promoted: whether the model now serves.
        unsafe: signals left out because their past values are not known.
        own: how people speak of the company's own signals.
    """

    trained: Trained
    run_id: str
    promoted: bool
    unsafe: tuple[str, ...]
    own: tuple[Phrase, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        found = self.trained
        return {
            "model_version": found.model.version,
            "run_id": self.run_id,
            "promoted": self.promoted,
            "fit_to_use": found.verdict.fit,
            "verdict": list(found.verdict.sentences),
            "flavour": found.model.flavour,
            "flavours_log_loss": found.flavours,
            "outcome": found.model.outcome,
            "data_as_of": found.model.data_as_of.isoformat(),
            "rows": found.rows,
            "columns": len(found.model.schema.columns),
            "primary_horizon": found.model.primary_horizon,
            "horizons": list(found.model.horizons),
            "horizons_without_evidence": {str(h): why for h, why in found.missing.items()},
            "left_out_as_unsafe": list(self.unsafe),
            "horizon_reports": {str(h): asdict(r) for h, r in found.reports.items()},
            "bands": [asdict(b) for b in found.bands],
            "policy": found.model.policy.as_dict(),
            "leading_signals": dict(list(found.importance.items())[:15]),
        }


def train_model(
    workspace: Workspace, config: Config, as_of: date, say: Progress, promote: bool = True
) -> TrainResult:
    """Train on what was known at `as_of`; promote the model if it is fit to use.

    Raises:
        InputError: nothing is loaded, or nothing was known by then.
        NoEvidence: too little has happened to fit and check any model.
    """
    lake = loaded(workspace)
    label = label_of(config, lake.manifest.tables)
    dates = snapshot_dates(config, as_of, first_day(lake, as_of))
    events = main_events(lake, dates[0], EVENTS_FOLLOWED)
    catalogue = catalogue_of(config, events)
    folder = workspace.snapshots / "training"
    shutil.rmtree(folder, ignore_errors=True)
    job = SnapshotJob(lake, catalogue, tuple(dates), label, rates_of(config), folder, as_of)
    dataset = _joined(*build(job, say), label, as_of)
    columns, unsafe = columns_of(catalogue, lake.manifest.tables["accounts"].versioned)
    plan = plan_of(config)
    origin = Provenance(
        version=version_of(as_of, _digest(dataset, plan, label)),
        outcome=label.name,
        fingerprint=fingerprint(catalogue),
        events=events,
    )
    trained = train(dataset, columns, plan, origin, say)
    fit = promote and trained.verdict.fit
    own = phrases(own_columns(catalogue, events))
    return _recorded(workspace, TrainResult(trained, "", fit, tuple(unsafe), own))


def loaded(workspace: Workspace) -> Lake:
    """The workspace's lake; InputError where nothing was loaded yet."""
    lake = workspace.lake()
    if not lake.exists:
        raise InputError(f"{workspace.root} holds no data: run `forewarn load` first.")
    return lake


def first_day(lake: Lake, as_of: date) -> date:
    """The first day of the history known at `as_of`, as the user's own mistake if none."""
    try:
        return begins(lake, as_of)
    except ValueError as error:
        raise InputError(f"--as-of {as_of}: {error}; choose a later date.") from error


def _joined(snapshots: pd.DataFrame, fates: pd.DataFrame, label: Label, as_of: date) -> Dataset:
    if snapshots.empty:
        raise InputError(
            f"no account was in the population of {label.name} at any date up to {as_of}: "
            "check that subscriptions or activity are connected and dated."
        )
    return join(snapshots, fates, label.lag_days, as_of)


def _digest(dataset: Dataset, plan: TrainingPlan, label: Label) -> str:
    """SHA-256 of what a model is made from: only what was visible at its date counts."""
    total = sha256(repr((plan, label)).encode())
    total.update(pd.util.hash_pandas_object(dataset.frame, index=False).to_numpy().tobytes())
    total.update(dataset.event_days.tobytes() + dataset.followed_days.tobytes())
    return total.hexdigest()


def _recorded(workspace: Workspace, result: TrainResult) -> TrainResult:
    """Save the bundle and figures, log the run, and promote where it is to serve."""
    model = result.trained.model
    folder = workspace.runs / model.version
    shutil.rmtree(folder, ignore_errors=True)
    digest = bundle.save(model, folder / BUNDLE)
    _write_evidence(result, folder)
    registry = workspace.registry()
    run = RunRecord(model.version, digest, _parameters(result), _metrics(result.trained), folder)
    result = replace(result, run_id=registry.record(run))
    shutil.rmtree(folder)  # MLflow has its own copy
    if result.promoted:
        registry.promote(result.run_id)
        engine = open_store(workspace.store_address)
        ModelVersionRepository(engine).promote(_record(result, digest))
        engine.dispose()
    return result


def _write_evidence(result: TrainResult, folder: Path) -> None:
    result.trained.band_rows.write(folder)
    (folder / "evidence.json").write_text(json.dumps(result.summary(), indent=2), encoding="utf-8")
    for horizon, test in result.trained.tests.items():
        for name, draw in (("reliability", figures.reliability), ("lift", figures.lift)):
            draw(test.lost, test.chance, horizon).savefig(folder / f"{name}-{horizon}.png")


def _parameters(result: TrainResult) -> dict[str, str]:
    summary = result.summary()
    names = ("flavour", "outcome", "data_as_of", "rows", "columns", "primary_horizon", "horizons")
    parameters = {name: str(summary[name]) for name in names}
    return {**parameters, "fingerprint": result.trained.model.fingerprint}


def _metrics(trained: Trained) -> dict[str, float]:
    """Each horizon's figures, with slope and the gains over the baselines."""
    found = {}
    for horizon, report in trained.reports.items():
        for name, estimate in report.metrics.items():
            found[f"{name}_{horizon}"] = estimate.value
        found[f"calibration_slope_{horizon}"] = report.slope
        for name, gain in report.gains.items():
            found[f"gain_over_{name.replace(' ', '_')}_{horizon}"] = gain.value
    return found


def _record(result: TrainResult, digest: str) -> ModelRecord:
    model, summary = result.trained.model, result.summary()
    return ModelRecord(
        version=model.version,
        created_at=datetime.now(UTC),
        flavour=model.flavour,
        outcome=model.outcome,
        horizons=model.horizons,
        primary_horizon=model.primary_horizon,
        metrics={
            "horizons": summary["horizon_reports"],
            "bands": summary["bands"],
            "leading_signals": summary["leading_signals"],
            "events": list(model.events),
            "own_signals": [asdict(phrase) for phrase in result.own],
        },
        bands={"all": summary["policy"]["default"], **summary["policy"]["tiers"]},
        data_as_of=model.data_as_of,
        run_id=result.run_id,
        digest=digest,
    )
