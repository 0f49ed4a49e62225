"""The tables of accounts and their scores.

`score` keeps every score ever published, one row per account and date; on PostgreSQL it is
partitioned by month. The newest run's accounts lie once more in one of two tables that take
turns (`LATEST`): a publication fills the one that nobody reads, builds its indexes, and the
run's row says which it is. So a page of the list never searches the history, a reader never
waits, and loading costs no upkeep of indexes. It holds all that the API's list shows of an
account, on PostgreSQL CSM by CSM, those at most risk first: a page lies in a few places of one
table. The view `score_latest` shows the one that holds.

Scores and the tables of the newest run have no foreign keys: they are written by publications
alone, from one staged table, and checking a million rows costs more than writing them.
"""

from sqlalchemy import (
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)

from models.score import HORIZONS
from serving.store.columns import Json, Money, UtcInstant, band_word, text_key
from serving.store.kept import KEPT
from serving.store.metadata import METADATA
from serving.store.service_tables import (
    API_KEY,
    AUDIT,
    DELIVERY,
    DESTINATION,
    IDEMPOTENCY,
    JOB,
    LOGIN,
    MODEL_CHANGE,
    MODEL_VERSION,
    OUTBOX,
    REASON_CODE,
    SAVED_VIEW,
)

__all__ = [
    "ACCOUNT",
    "API_KEY",
    "AUDIT",
    "DELIVERY",
    "DESTINATION",
    "IDEMPOTENCY",
    "JOB",
    "LATEST",
    "LOGIN",
    "METADATA",
    "MODEL_CHANGE",
    "MODEL_VERSION",
    "OUTBOX",
    "REASON_CODE",
    "RUN_TOTAL",
    "SAVED_VIEW",
    "SCORE",
    "SCORING_RUN",
    "SEGMENTS",
    "SHOW_LATEST",
    "SILENT_SOURCE",
    "TRANSITION",
    "p_loss_column",
]

SEGMENTS = ("tier", "industry", "region", "size_class", "revenue_class", "stage", "paid_or_free")
"""The columns by which accounts are told apart; empty words where not known."""

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
    Column("size_class", String, nullable=False, server_default=""),
    Column("revenue_class", String, nullable=False, server_default=""),
    Column("stage", String, nullable=False, server_default=""),
    Column("paid_or_free", String, nullable=False, server_default=""),
    comment="what accounts are recognised by, as of the newest run that held them",
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
    Column("slot", SmallInteger, comment="which table of the newest run holds it; none if older"),
    Column("holes", Json, comment="days without usage that the scores tell of; none where none"),
    Column("ended", Integer, comment="accounts missing since the day itself; none where few"),
)


def p_loss_column(horizon: int) -> str:
    """Name of the column that holds the chance of loss within `horizon` days."""
    return f"p_loss_{horizon}"


SCORE = Table(
    "score",
    METADATA,
    Column("account_id", text_key(), primary_key=True),
    Column("as_of", Date, primary_key=True),
    Column("band", band_word("band"), nullable=False),
    Column("since", Date, nullable=False, comment="the first run of this band in a row"),
    Column("health_score", Float, comment="0 to 100, 100 is healthy"),
    Column("risk", Float, comment="chance of loss within the primary horizon"),
    *(Column(p_loss_column(horizon), Float) for horizon in HORIZONS),
    Column("base", Float),
    Column("reasons", LargeBinary, nullable=False, comment="see packing.py"),
    Column("model_version", String, nullable=False),
    Column("lead_days", Integer, nullable=False, comment="a loss within them does not count"),
    Column("ahead", LargeBinary, nullable=False, comment="by cause and growth, see packing.py"),
    Column("revenue_lost", Float, comment="expected share within the primary horizon, 0 to 1"),
    Column("arr", Money, comment="at as_of"),
    postgresql_partition_by="RANGE (as_of)",
)
Index(None, SCORE.c.as_of)


def _latest(slot: int) -> Table:
    return Table(
        f"score_latest_{slot}",
        METADATA,
        Column("account_id", text_key(), primary_key=True),
        Column("as_of", Date, nullable=False),
        Column("band", band_word("band"), nullable=False),
        Column("since", Date, nullable=False, comment="the first run of this band in a row"),
        Column("health_score", Float, comment="0 to 100, 100 is healthy"),
        Column("risk", Float, comment="chance of loss within the primary horizon"),
        Column("previous_as_of", Date, comment="the run before, where it held the account"),
        Column("previous_band", band_word("previous_band")),
        Column("previous_health", Float),
        Column("previous_risk", Float),
        Column("risk_change", Float, comment="risk less previous_risk"),
        Column("expected_loss", Money, comment="per year, within the primary horizon"),
        Column("name_key", text_key(), nullable=False),
        Column("csm", text_key(), nullable=False),
        *(Column(name, text_key(), nullable=False) for name in SEGMENTS),
        Column("arr", Money),
        Column("renews_at", Date),
        *(Column(kept.name, Float, comment=kept.words) for kept in KEPT),
        Column("name", String, nullable=False),
        Column("crm_id", String, nullable=False),
        Column("extra", Json, nullable=False),
        Column("first_reason", LargeBinary, nullable=False, comment="packed; no bytes where none"),
    )


LATEST = (_latest(0), _latest(1))

SHOW_LATEST = "CREATE VIEW score_latest AS " + " UNION ALL ".join(
    f"SELECT * FROM {table.name} WHERE EXISTS "
    f"(SELECT 1 FROM scoring_run WHERE scoring_run.slot = {slot})"
    for slot, table in enumerate(LATEST)
)

RUN_TOTAL = Table(
    "run_total",
    METADATA,
    Column("as_of", Date, ForeignKey("scoring_run.as_of"), primary_key=True),
    Column("csm", text_key(), primary_key=True),
    Column("tier", text_key(), primary_key=True),
    Column("band", band_word("band"), primary_key=True),
    Column("accounts", Integer, nullable=False),
    Column("arr", Money, comment="of the accounts whose revenue is known; none if of none"),
    Column("expected_loss", Money, comment="likewise"),
    comment="sums over each run, so that a portfolio is not counted account by account",
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
    Column("from_risk", Float, comment="chance of loss before"),
    Column("to_risk", Float, comment="chance of loss since"),
    Column("cause", String, nullable=False, server_default="", comment="empty until it is told"),
    Column("terms", Json, comment="what the change adds up from; none until it is told"),
)
Index(None, TRANSITION.c.as_of)
