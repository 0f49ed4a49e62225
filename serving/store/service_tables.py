"""Tables of the service: models, keys, deliveries, and the work that is under way."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from serving.store.columns import Json, UtcInstant, text_key
from serving.store.metadata import METADATA

MODEL_VERSION = Table(
    "model_version",
    METADATA,
    Column("version", String, primary_key=True),
    Column("created_at", UtcInstant, nullable=False),
    Column("flavour", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("horizons", Json, nullable=False),
    Column("primary_horizon", Integer, nullable=False, comment="days"),
    Column("metrics", Json, nullable=False),
    Column("bands", Json, nullable=False),
    Column("data_as_of", Date, nullable=False),
    Column("run_id", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("is_champion", Boolean(create_constraint=True, name="is_champion"), nullable=False),
)
Index(
    "uq_model_version_champion",
    MODEL_VERSION.c.is_champion,
    unique=True,
    sqlite_where=MODEL_VERSION.c.is_champion,
    postgresql_where=MODEL_VERSION.c.is_champion,
)

MODEL_CHANGE = Table(
    "model_change",
    METADATA,
    Column("number", Integer, primary_key=True, comment="in the order of the changes"),
    Column("changed_at", UtcInstant, nullable=False),
    Column("changed_by", String, nullable=False, comment="who ran the command"),
    Column(
        "action", String, nullable=False, comment="trained, promoted, rolled back, recalibrated"
    ),
    Column("from_version", String, comment="what served before; none before the first"),
    Column("to_version", String, nullable=False, comment="what serves since"),
    Column("digest", String, nullable=False, comment="of the bundle, verified before"),
    Column("reason", String, nullable=False),
    Column("verdict", Json, nullable=False, comment="sentences of the comparison"),
)

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("destination", text_key(), primary_key=True),
    Column("account_id", text_key(), primary_key=True),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the content delivered"),
    Column("received_at", UtcInstant, nullable=False),
)

API_KEY = Table(
    "api_key",
    METADATA,
    Column("prefix", String(10), primary_key=True),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the key"),
    Column("name", String, nullable=False, comment="whose it is"),
    Column("role", String, nullable=False),
    Column("csm", String, nullable=False, comment="whose accounts are theirs; empty for nobody's"),
    Column("created_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant),
    Column("revoked_at", UtcInstant),
)

LOGIN = Table(
    "login",
    METADATA,
    Column("digest", String(64), primary_key=True, comment="SHA-256 of the cookie's token"),
    Column("prefix", String(10), ForeignKey("api_key.prefix"), nullable=False),
    Column("until", UtcInstant, nullable=False),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcInstant, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("details", Json, nullable=False),
    Column("digest", String(64), nullable=False, comment="SHA-256 of this and the one before"),
)

DESTINATION = Table(
    "destination",
    METADATA,
    Column("destination", text_key(), primary_key=True),
    Column("as_of", Date, nullable=False, comment="the newest run it was given"),
)

REASON_CODE = Table(
    "reason_code",
    METADATA,
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("word", text_key(), nullable=False, unique=True),
    comment="words that scores hold as numbers: signals, their values in words, causes of loss",
)

JOB = Table(
    "job",
    METADATA,
    Column("job_id", String(32), primary_key=True),
    Column("kind", String, nullable=False, comment="what is done, e.g. score"),
    Column("asked_by", String, nullable=False),
    Column("asked", Json, nullable=False, comment="with what"),
    Column("state", String(10), nullable=False, comment="waiting, running, done, failed"),
    Column("progress", Float, nullable=False, comment="0 to 1"),
    Column("message", String, nullable=False, comment="the last thing it said"),
    Column("created_at", UtcInstant, nullable=False),
    Column("started_at", UtcInstant),
    Column("ended_at", UtcInstant),
    Column("result", Json, nullable=False),
)
Index(None, JOB.c.created_at)

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    Column("key", text_key(), primary_key=True, comment="the caller's"),
    Column("principal", text_key(), primary_key=True, comment="whose key it is"),
    Column("operation", String, nullable=False, comment="method and path"),
    Column("request_digest", String(64), nullable=False, comment="SHA-256 of the request"),
    Column("status", Integer, nullable=False, comment="of the answer"),
    Column("body", Json, nullable=False, comment="of the answer"),
    Column("created_at", UtcInstant, nullable=False),
)
Index(None, IDEMPOTENCY.c.created_at)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="in their order"),
    Column("kind", String, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("delivered_at", UtcInstant),
)
Index(None, OUTBOX.c.delivered_at, OUTBOX.c.number)

SAVED_VIEW = Table(
    "saved_view",
    METADATA,
    Column("view_id", String(32), primary_key=True),
    Column("owner", text_key(), nullable=False),
    Column("name", text_key(), nullable=False),
    Column("query", Json, nullable=False, comment="the question, as the list takes it"),
    Column("version", Integer, nullable=False, comment="grows with each change"),
    Column("created_at", UtcInstant, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    UniqueConstraint("owner", "name"),
)
