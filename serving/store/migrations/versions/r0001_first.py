"""The first schema: what stores held before there were migrations."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from serving.store.growing import growing_statements

revision, down_revision = "0001", None

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
TABLES = sa.MetaData(naming_convention=NAMES)


def key(name: str, *more: sa.ForeignKey, primary: bool = False) -> sa.Column[str]:
    """Text compared byte by byte."""
    kind = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    return sa.Column(name, kind, *more, primary_key=primary, nullable=False)


def need(name: str, kind: Any = sa.String) -> sa.Column[object]:
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def day(name: str, to: str = "", primary: bool = False) -> sa.Column[object]:
    """A date, perhaps one of a run."""
    more = [sa.ForeignKey(to)] if to else []
    return sa.Column(name, sa.Date, *more, primary_key=primary, nullable=False)


def instant(name: str, nullable: bool = False) -> sa.Column[object]:
    """An instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def band(name: str) -> sa.Column[str]:
    """One of four words."""
    words = sa.Enum(
        "red", "yellow", "green", "grey", native_enum=False, create_constraint=True, length=6,
        name=name,
    )  # fmt: skip
    return sa.Column(name, words, nullable=False)


def score(name: str, by_date: bool) -> sa.Table:
    """The scores, all or the newest."""
    numbers = ("p_loss_30", "p_loss_90", "p_loss_180", "p_loss_365", "base")
    return sa.Table(
        name,
        TABLES,
        key("account_id", sa.ForeignKey("account.account_id"), primary=True),
        day("as_of", "scoring_run.as_of", primary=by_date),
        band("band"),
        sa.Column("health_score", sa.Float, comment="0 to 100, 100 is healthy"),
        sa.Column("risk", sa.Float, comment="chance of loss within the primary horizon"),
        *(sa.Column(number, sa.Float) for number in numbers),
        need("reasons", sa.Text),
        need("model_version"),
    )


sa.Table(
    "account",
    TABLES,
    key("account_id", primary=True),
    need("name"),
    key("name_key"),
    *(need(name) for name in ("industry", "region", "csm", "crm_id", "tier")),
    sa.Column("arr", sa.BigInteger),
    sa.Column("renews_at", sa.Date),
    need("extra", sa.Text),
    day("card_as_of"),
)
sa.Table(
    "scoring_run",
    TABLES,
    day("as_of", primary=True),
    need("model_version"),
    need("primary_horizon", sa.Integer),
    need("accounts", sa.Integer),
    need("digest", sa.String(64)),
    instant("published_at"),
)
SCORE, LATEST = score("score", True), score("score_latest", False)
sa.Index(None, SCORE.c.as_of)
sa.Index("ix_score_latest_risk", LATEST.c.risk.desc(), LATEST.c.account_id)
OUTLOOK = sa.Table(
    "outlook",
    TABLES,
    key("account_id", sa.ForeignKey("account.account_id"), primary=True),
    day("as_of", "scoring_run.as_of", primary=True),
    need("lead_days", sa.Integer),
    need("p_by_cause", sa.Text),
    need("p_expansion", sa.Text),
    sa.Column("revenue_lost", sa.Float),
)
sa.Table(
    "silent_source",
    TABLES,
    day("as_of", "scoring_run.as_of", primary=True),
    sa.Column("table", sa.String, primary_key=True),
    day("since"),
    need("share", sa.Float),
)
sa.Table(
    "transition",
    TABLES,
    key("account_id", sa.ForeignKey("account.account_id"), primary=True),
    day("as_of", "scoring_run.as_of", primary=True),
    day("previous_as_of", "scoring_run.as_of"),
    band("from_band"),
    band("to_band"),
)
MODEL_VERSION = sa.Table(
    "model_version",
    TABLES,
    sa.Column("version", sa.String, primary_key=True),
    instant("created_at"),
    need("flavour"),
    need("outcome"),
    need("horizons", sa.Text),
    need("primary_horizon", sa.Integer),
    need("metrics", sa.Text),
    need("bands", sa.Text),
    day("data_as_of"),
    need("run_id"),
    need("digest"),
    need("is_champion", sa.Boolean(create_constraint=True, name="is_champion")),
)
sa.Index(
    "uq_model_version_champion",
    MODEL_VERSION.c.is_champion,
    unique=True,
    sqlite_where=MODEL_VERSION.c.is_champion,
    postgresql_where=MODEL_VERSION.c.is_champion,
)
sa.Table(
    "model_change",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True),
    instant("changed_at"),
    need("changed_by"),
    need("action"),
    sa.Column("from_version", sa.String),
    *(need(name) for name in ("to_version", "digest", "reason")),
    need("verdict", sa.Text),
)
sa.Table(
    "delivery",
    TABLES,
    key("destination", primary=True),
    key("account_id", primary=True),
    need("digest", sa.String(64)),
    instant("received_at"),
)
sa.Table(
    "api_key",
    TABLES,
    sa.Column("prefix", sa.String(10), primary_key=True),
    need("digest", sa.String(64)),
    *(need(name) for name in ("name", "role", "csm")),
    instant("created_at"),
    instant("expires_at", nullable=True),
    instant("revoked_at", nullable=True),
)
sa.Table(
    "login",
    TABLES,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("prefix", sa.String(10), sa.ForeignKey("api_key.prefix"), nullable=False),
    instant("until"),
)
sa.Table(
    "audit",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    instant("at"),
    *(need(name) for name in ("by", "action", "subject")),
    need("details", sa.Text),
    need("digest", sa.String(64)),
)
sa.Table("destination", TABLES, key("destination", primary=True), day("as_of"))


def upgrade() -> None:
    """Make every table that is missing, and the triggers of the audit log with it."""
    bind = op.get_bind()
    known = sa.inspect(bind).has_table("audit")
    TABLES.create_all(bind)
    if not known:
        for statement in growing_statements("audit", bind.dialect.name):
            op.execute(sa.text(statement))


def downgrade() -> None:
    """Nothing comes before the first: an empty store is another file or database.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("There is no schema before the first; make an empty store instead.")
