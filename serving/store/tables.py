"""The tables of the store.

`score` keeps every score ever published, one row per account and date. `score_latest` is a
copy of the newest run's rows, so that a page of the list never searches the history. What
came later (`outlook`) has a table of its own, since opening a store creates tables that are
missing and changes none that is there: a store from before needs no migration.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

from models.score import HORIZONS
from serving.store.columns import Json, Money, Reasons, UtcInstant, band_word, text_key
from serving.store.growing import only_grows

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ACCOUNT = Table(
    "account",
    METADATA,
    Column("account_id", text_key(), primary_key=True),
    Column("name", String, nullable=False),
    Column("name_key", text_key(), nullable=False, comment="what the name sorts by"),
    Column("industry", String, nullable=False),
    Column("region", String, nullable=False),
    Column("csm", String, nullable=False),
    Column("crm_id", String, nullable=False),
    Column("tier", String, nullable=False),
    Column("arr", Money, comment="per year, company's currency, ten-thousandths"),
    Column("renews_at", Date),
    Column("extra", Json, nullable=False),
    Column("card_as_of", Date, nullable=False, comment="the run these columns come from"),
)

SCORING_RUN = Table(
    "scoring_run",
    METADATA,
    Column("as_of", Date, primary_key=True),
    Column("model_version", String, nullable=False),
    Column("primary_horizon", Integer, nullable=False, comment="days"),
    Column("accounts", Integer, nullable=False),
    Column("digest", String(64), nullable=False, comment="SHA-256 of everything published"),
    Column("published_at", UtcInstant, nullable=False),
)


def p_loss_column(horizon: int) -> str:
    """Name of the column that holds the chance of loss within `horizon` days."""
    return f"p_loss_{horizon}"


def _score_table(name: str, key: tuple[str, ...]) -> Table:
    return Table(
        name,
        METADATA,
        Column("account_id", text_key(), primary_key="account_id" in key),
        Column("as_of", Date, primary_key="as_of" in key, nullable=False),
        Column("band", band_word("band"), nullable=False),
        Column("health_score", Float, comment="0 to 100, 100 is healthy"),
        Column("risk", Float, comment="chance of loss within the primary horizon"),
        *(Column(p_loss_column(horizon), Float) for horizon in HORIZONS),
        Column("base", Float),
        Column("reasons", Reasons, nullable=False),
        Column("model_version", String, nullable=False),
        ForeignKeyConstraint(["account_id"], ["account.account_id"]),
        ForeignKeyConstraint(["as_of"], ["scoring_run.as_of"]),
    )


SCORE = _score_table("score", ("account_id", "as_of"))
SCORE_LATEST = _score_table("score_latest", ("account_id",))
Index(None, SCORE.c.as_of)
Index("ix_score_latest_risk", SCORE_LATEST.c.risk.desc(), SCORE_LATEST.c.account_id)

OUTLOOK = Table(
    "outlook",
    METADATA,
    Column("account_id", text_key(), ForeignKey("account.account_id"), primary_key=True),
    Column("as_of", Date, ForeignKey("scoring_run.as_of"), primary_key=True),
    Column("lead_days", Integer, nullable=False, comment="a loss within them does not count"),
    Column("p_by_cause", Json, nullable=False, comment="by cause and horizon in days"),
    Column("p_expansion", Json, nullable=False, comment="by horizon in days"),
    Column("revenue_lost", Float, comment="expected share within the primary horizon, 0 to 1"),
    comment="what a score foretells beside the chance of loss; no row where that is nothing",
)

SILENT_SOURCE = Table(
    "silent_source",
    METADATA,
    Column("as_of", Date, ForeignKey("scoring_run.as_of"), primary_key=True),
    Column("table", String, primary_key=True, comment="of the contract"),
    Column("since", Date, nullable=False, comment="the last day anything became known"),
    Column("share", Float, nullable=False, comment="of what moves the scores, 0 to 1"),
)

TRANSITION = Table(
    "transition",
    METADATA,
    Column("account_id", text_key(), ForeignKey("account.account_id"), primary_key=True),
    Column("as_of", Date, ForeignKey("scoring_run.as_of"), primary_key=True),
    Column("previous_as_of", Date, ForeignKey("scoring_run.as_of"), nullable=False),
    Column("from_band", band_word("from_band"), nullable=False),
    Column("to_band", band_word("to_band"), nullable=False),
)

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
only_grows(AUDIT)

DESTINATION = Table(
    "destination",
    METADATA,
    Column("destination", text_key(), primary_key=True),
    Column("as_of", Date, nullable=False, comment="the newest run it was given"),
)
