"""The store: scores with their history, accounts, model versions and deliveries.

One repository per noun, each over the SQLAlchemy engine that `open_store` gives:
`ScoreRepository`, `ModelVersionRepository`, `ModelChangeRepository`, `DeliveryRepository`,
`AccessRepository`, `AuditRepository`.
"""

from serving.store.access import AccessRepository, KeyInfo
from serving.store.audit import AuditEntry, AuditRepository, ChainCheck, Deed
from serving.store.deliveries import DeliveryRepository
from serving.store.engine import open_store
from serving.store.errors import (
    AccessError,
    CursorError,
    PublishError,
    StaleCursorError,
    StoreAddressError,
    StoreError,
)
from serving.store.model_changes import ModelChangeRepository, served_before
from serving.store.model_versions import ModelVersionRepository
from serving.store.pages import Page, Sort
from serving.store.past_runs import PastRun
from serving.store.records import (
    AccountScore,
    Cause,
    HistoryPoint,
    ModelAction,
    ModelChange,
    ModelRecord,
    Payload,
    RunInfo,
    ScoringRun,
    Transition,
)
from serving.store.scores import ScoreRepository

__all__ = [
    "AccessError",
    "AccessRepository",
    "AccountScore",
    "AuditEntry",
    "AuditRepository",
    "Cause",
    "ChainCheck",
    "CursorError",
    "Deed",
    "DeliveryRepository",
    "HistoryPoint",
    "KeyInfo",
    "ModelAction",
    "ModelChange",
    "ModelChangeRepository",
    "ModelRecord",
    "ModelVersionRepository",
    "Page",
    "PastRun",
    "Payload",
    "PublishError",
    "RunInfo",
    "ScoreRepository",
    "ScoringRun",
    "Sort",
    "StaleCursorError",
    "StoreAddressError",
    "StoreError",
    "Transition",
    "open_store",
    "served_before",
]
