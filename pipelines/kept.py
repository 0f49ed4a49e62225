"""What a training run keeps beside its model: the rows it was tested on, and its record."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from models.dataset import Dataset
from models.evidence import Described, Evidence, evidence_rows
from models.evidence.rows import BESIDE
from models.scorecard import Asked
from models.track_record import TrackRecord, track_record
from models.trained import Trained, TrainingPlan
from pipelines.config import Config
from serving.store import ModelRecord
from serving.store.columns import finite

SIMPLE_RULE = "best single signal"
"""The baseline that a model is shown beside."""
DESCRIBED = Described(
    monthly_revenue="profile__mrr",
    tenure=("profile__age", "profile__subscribed_for", "consumption__first_used"),
    segments={
        "tier": "profile__tier",
        "size": "profile__size_class",
        "revenue": "profile__revenue_class",
        "paid": "profile__paid_or_free",
        "stage": "profile__stage",
        "industry": "profile__industry",
        "region": "profile__region",
    },
)


def asked_of(config: Config) -> Asked:
    """What the company asks of a score."""
    return Asked(config.bands.red_capacity, config.models.lead_days)


def evidence_of(dataset: Dataset, trained: Trained, asked: Asked) -> Evidence:
    """The rows a model was tested on; its bundle's sum and its record are added later.

    Segments describe an account as it was known at each date. Where only today's values of
    `accounts` are known they describe it with those, which no model has learnt from.
    """
    model, embargo = trained.model, trained.plan.embargo if trained.plan else 0
    return Evidence(
        version=model.version,
        bundle="",
        outcome=model.question,
        fingerprint=model.fingerprint,
        data_as_of=model.data_as_of,
        lag_days=dataset.lag_days,
        primary_horizon=_decided(trained),
        capacity=asked.capacity,
        lead_days=asked.lead_days,
        rows=evidence_rows(dataset, trained.tests, trained.beside, DESCRIBED, embargo),
        embargo=embargo,
    )


def _decided(trained: Trained) -> int:
    """The primary horizon, or the one that decided where the model was not tested at it."""
    primary = trained.model.primary_horizon
    return primary if primary in trained.tests else trained.verdict.horizon


def track_of(evidence: Evidence, trained: Trained) -> TrackRecord:
    """What became of what a model said, beside the best of its signals alone."""
    rows = evidence.at(evidence.primary_horizon)
    rule = SIMPLE_RULE if rows.get(f"{BESIDE}{SIMPLE_RULE}", pd.Series()).notna().any() else ""
    return track_record(rows, trained.model.policy, rule)


def described(evidence: Evidence, record: ModelRecord, trained: Trained) -> Evidence:
    """The rows with the bundle they belong to, and what a later promotion needs to know."""
    notes = {
        "fit": trained.verdict.fit,
        "verdict": list(trained.verdict.sentences),
        "record": record_note(record),
        "tuned": _tuned(trained.plan) if trained.plan else {},
    }
    return replace(evidence, bundle=record.digest, notes=notes)


def record_note(record: ModelRecord) -> dict[str, Any]:
    """A model's record as plain JSON values; `record_in` reads it back."""
    instants = {"created_at": record.created_at, "data_as_of": record.data_as_of}
    return dict(finite({**asdict(record), **{k: v.isoformat() for k, v in instants.items()}}))


def _tuned(plan: TrainingPlan) -> dict[str, Any]:
    begins = plan.report_from.isoformat() if plan.report_from else ""
    return {"settings": plan.settings, "report_from": begins}


def as_tuned(plan: TrainingPlan, notes: Mapping[str, Any]) -> TrainingPlan:
    """The plan with the settings that tuning had found when a model was trained."""
    kept = notes.get("tuned") or {"settings": {}, "report_from": ""}
    begins = date.fromisoformat(kept["report_from"]) if kept["report_from"] else None
    return replace(plan, settings=kept["settings"], report_from=begins)


def record_in(notes: Mapping[str, Any], run_id: str) -> ModelRecord:
    """The record that a training run kept beside its test rows."""
    kept = dict(notes["record"])
    return ModelRecord(
        **{
            **kept,
            "created_at": datetime.fromisoformat(kept["created_at"]),
            "data_as_of": date.fromisoformat(kept["data_as_of"]),
            "horizons": tuple(kept["horizons"]),
            "run_id": run_id,
        }
    )
