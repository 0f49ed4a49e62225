"""Training a model on everything known at a date, and promoting it if it is fit to use."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from features.snapshot import fingerprint
from models import bundle, figures
from models.evidence import Evidence
from models.evidence import save as save_evidence
from models.explain.wording import phrases
from models.run_record import BUNDLE, EVIDENCE
from models.scorecard import scorecard
from models.trained import Provenance
from models.training import train, version_of
from pipelines.assemble import assemble, digest_of
from pipelines.beside import learnt_beside
from pipelines.calibration_note import calibration_of
from pipelines.company import learning_plan, own_columns
from pipelines.config import Config
from pipelines.kept import asked_of, described, evidence_of, track_of
from pipelines.logged import dataset_record, draw_further, run_record
from pipelines.promotion import (
    Decision,
    decide,
    judged,
    keep_waiting,
    put_in_service,
    serves,
    trained_cause,
)
from pipelines.refusal import keep as keep_refusal
from pipelines.scratch import scratch
from pipelines.stale import beside_champion, keep_since
from pipelines.train_result import TrainResult
from pipelines.tune import tuned
from pipelines.versions import find
from pipelines.workspace import Workspace
from serving.store import ModelRecord

if TYPE_CHECKING:
    from models.registry import Registry

Progress = Callable[[str], None]
UNASKED = Decision(False, ("--no-promote was given",))


def train_model(
    workspace: Workspace, config: Config, as_of: date, say: Progress, promote: bool = True
) -> TrainResult:
    """Train on what was known at `as_of`; promote the model if it is fit to use.

    Raises:
        InputError: nothing is loaded, or nothing was known by then.
        NoEvidence: too little has happened to fit and check any model.
    """
    found = assemble(workspace, config, as_of, say)
    dataset, catalogue = found.dataset, found.catalogue
    columns, unsafe = found.columns, found.unsafe
    plan = learning_plan(config, catalogue)
    name = digest_of(found, plan)
    plan, tuning = tuned(workspace, config, dataset, columns, plan, name, say)
    digest = digest_of(found, plan)
    origin = Provenance(
        version=version_of(as_of, digest),
        outcome=found.label.name,
        fingerprint=fingerprint(catalogue),
        followed=found.followed,
    )
    trained = train(dataset, columns, plan, origin, say)
    beside = learnt_beside(trained, (dataset, found.beside), columns, origin, say)
    trained = beside.on(trained)
    asked, own = asked_of(config), phrases(own_columns(catalogue, found.followed.events))
    data = dataset_record(dataset, digest, origin.fingerprint, workspace)
    result = TrainResult(trained, "", tuple(unsafe), own, tuning, data=data, beside=beside,
        holes=found.holes,
    )  # fmt: skip
    if not trained.tests:
        return _recorded(workspace, result, None, promote)
    evidence = evidence_of(dataset, trained, asked)
    say(f"working out all figures at {evidence.primary_horizon} days, by segment and month")
    rows = evidence.at(evidence.primary_horizon)
    card = scorecard(rows, rows["chance"].to_numpy(float), asked)
    newer = beside_champion(workspace, dataset, trained, columns, say)
    result = replace(result, card=card, since=newer, track=track_of(evidence, trained))
    return _recorded(workspace, result, evidence, promote)


def _recorded(
    workspace: Workspace, result: TrainResult, evidence: Evidence | None, promote: bool
) -> TrainResult:
    """Save the bundle and figures, log the run, and promote where it is to serve."""
    model, registry = result.trained.model, workspace.registry()
    with scratch(workspace.runs) as folder:  # MLflow makes its own copy
        digest = bundle.save(model, folder / BUNDLE)
        record = _record(result, digest)
        evidence = described(evidence, record, result.trained) if evidence else None
        evidence = keep_since(result.since, evidence, folder / EVIDENCE) if evidence else None
        kept = save_evidence(evidence, folder / EVIDENCE) if evidence else ""
        _write_evidence(result, folder)
        draw_further(result, evidence, folder)
        run = run_record(result, digest, folder, kept)
        result = replace(result, run_id=registry.record(run))
    champion = registry.champion()
    decision = _decision(registry, result, evidence) if promote else UNASKED
    refused = not (result.trained.verdict.fit or champion)
    keep_refusal(workspace, result.trained.verdict.sentences if refused else ())
    record = judged(record, result.run_id, decision)
    if decision.serves and not serves(workspace, digest):
        registered = find(registry, model.version)
        cause = trained_cause(decision.reasons)
        put_in_service(workspace, registered, record, cause, champion)
    elif not decision.serves:
        keep_waiting(workspace, record)
    return replace(result, decision=decision)


def _decision(registry: "Registry", result: TrainResult, evidence: Evidence | None) -> Decision:
    if evidence is None or not result.trained.verdict.fit:
        return Decision(False, ("the model is not fit to use",))
    return decide(registry, evidence)


def _write_evidence(result: TrainResult, folder: Path) -> None:
    if result.trained.band_rows:
        result.trained.band_rows.write(folder)
    (folder / "evidence.json").write_text(json.dumps(result.summary(), indent=2), encoding="utf-8")
    for horizon, test in result.trained.tests.items():
        for name, draw in (("reliability", figures.reliability), ("lift", figures.lift)):
            draw(test.lost, test.chance, horizon).savefig(folder / f"{name}-{horizon}.png")


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
            "calibration": calibration_of(result.card),
            "honesty": result.trained.honesty.summary(),
            "fit": result.trained.verdict.fit,
            "verdict": list(result.trained.verdict.sentences),
            "track_record": asdict(result.track) if result.track else {},
            "minimum_lead_days": model.lead,
            "beside": result.beside.summary(),
            "leading_signals": summary["leading_signals"],
            **model.followed.as_dict(),
            "own_signals": [asdict(phrase) for phrase in result.own],
        },
        bands={"all": summary["policy"]["default"], **summary["policy"]["tiers"]},
        data_as_of=model.data_as_of,
        run_id=result.run_id,
        digest=digest,
    )
