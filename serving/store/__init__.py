"""The store: scores with their history, accounts, model versions and deliveries.

One repository per noun, each over the SQLAlchemy engine that `open_store` gives:
`ScoreRepository`, `ModelVersionRepository`, `ModelChangeRepository`, `DeliveryRepository`,
`AccessRepository`, `AuditRepository`, `JobRepository`, `IdempotencyRepository`,
`OutboxRepository`, `SavedViewRepository`.
"""

from serving.store.access import AccessRepository, KeyInfo
from serving.store.audit import AuditEntry, AuditRepository, ChainCheck, Deed
from serving.store.deliveries import DeliveryRepository
from serving.store.engine import open_store
from serving.store.errors import (
    AccessError,
    BackupError,
    ChangedSinceError,
    CursorError,
    KeyReusedError,
    NameTakenError,
    PublishError,
    SchemaError,
    StaleCursorError,
    StoreAddressError,
    StoreError,
    TooManyViewsError,
)
from serving.store.idempotency import Answer, IdempotencyRepository, Request, digest_of
from serving.store.jobs import Job, JobRepository, JobState
from serving.store.kept import KEPT, KeptSignal
from serving.store.listing import Facets
from serving.store.model_changes import ModelChangeRepository, served_before
from serving.store.model_versions import ModelVersionRepository
from serving.store.outbox import Letter, OutboxRepository
from serving.store.pages import Page, Sort
from serving.store.past_runs import PastRun
from serving.store.portfolio import PortfolioRepository
from serving.store.portfolio_records import (
    BandSum,
    Before,
    MapPoint,
    Moved,
    Moves,
    PortfolioSummary,
    RenewalMonth,
    TierSum,
)
from serving.store.question import Between, Question
from serving.store.records import (
    AccountScore,
    Cause,
    HistoryPoint,
    ModelAction,
    ModelChange,
    ModelRecord,
    Payload,
    RunHead,
    RunInfo,
    RunPart,
    ScoringRun,
    Standing,
    Transition,
)
from serving.store.saved_views import SavedView, SavedViewRepository
from serving.store.scores import ScoreRepository
from serving.store.told import Told

__all__ = [
    "KEPT",
    "AccessError",
    "AccessRepository",
    "AccountScore",
    "Answer",
    "AuditEntry",
    "AuditRepository",
    "BandSum",
    "BackupError",
    "Before",
    "Between",
    "Cause",
    "ChainCheck",
    "ChangedSinceError",
    "CursorError",
    "Deed",
    "DeliveryRepository",
    "Facets",
    "HistoryPoint",
    "IdempotencyRepository",
    "Job",
    "JobRepository",
    "JobState",
    "KeyInfo",
    "KeyReusedError",
    "KeptSignal",
    "Letter",
    "MapPoint",
    "ModelAction",
    "ModelChange",
    "ModelChangeRepository",
    "ModelRecord",
    "ModelVersionRepository",
    "Moved",
    "Moves",
    "NameTakenError",
    "OutboxRepository",
    "Page",
    "PastRun",
    "Payload",
    "PortfolioRepository",
    "PortfolioSummary",
    "PublishError",
    "Question",
    "RenewalMonth",
    "Request",
    "RunHead",
    "RunInfo",
    "RunPart",
    "SavedView",
    "SavedViewRepository",
    "SchemaError",
    "ScoreRepository",
    "ScoringRun",
    "Sort",
    "StaleCursorError",
    "Standing",
    "StoreAddressError",
    "StoreError",
    "Told",
    "TierSum",
    "TooManyViewsError",
    "Transition",
    "digest_of",
    "open_store",
    "served_before",
]
