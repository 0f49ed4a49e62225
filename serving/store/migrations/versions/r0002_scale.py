"""Scores by month, reasons as codes, the newest run in tables of its own, and the work under way.

The newest run's tables and the sums by run are left empty: they follow from the rest, and
`serving.store.upgrade` derives them once the schema is the newest.
"""

import sqlalchemy as sa
from alembic import op

from serving.store.migrations import repacking
from serving.store.migrations.versions.r0001_first import OUTLOOK, SCORE, band, day, key, need

revision, down_revision = "0002", "0001"

HORIZONS = ("p_loss_30", "p_loss_90", "p_loss_180", "p_loss_365")
SEGMENTS = ("tier", "industry", "region", "size_class", "revenue_class", "stage", "paid_or_free")
KEPT = ("last_spoke", "users", "users_change", "utilisation")
NEW_OF_ACCOUNT = ("size_class", "revenue_class", "stage", "paid_or_free")
VIEW = " UNION ALL ".join(
    f"SELECT * FROM score_latest_{slot} WHERE EXISTS "
    f"(SELECT 1 FROM scoring_run WHERE scoring_run.slot = {slot})"
    for slot in (0, 1)
)


def upgrade() -> None:
    """Every score of before is kept, with its reasons and its outlook."""
    bind = op.get_bind()
    op.drop_table("score_latest")
    op.add_column("scoring_run", sa.Column("slot", sa.SmallInteger))
    for name in NEW_OF_ACCOUNT:
        op.add_column("account", sa.Column(name, sa.String, nullable=False, server_default=""))
    op.drop_column("account", "card_as_of")
    for name in ("name_key", "csm", "renews_at"):
        op.create_index(f"ix_account_{name}", "account", [name])
    _transitions()
    _work()
    _scores(bind)
    for slot in (0, 1):
        _latest(slot)
    op.execute(f"CREATE VIEW score_latest AS {VIEW}")


def _transitions() -> None:
    for name in ("from", "to"):
        op.add_column("transition", sa.Column(f"{name}_risk", sa.Float))
        which = "as_of" if name == "to" else "previous_as_of"
        op.execute(
            f"UPDATE transition SET {name}_risk = (SELECT risk FROM score WHERE "
            f"score.account_id = transition.account_id AND score.as_of = transition.{which})"
        )
    op.add_column("transition", sa.Column("cause", sa.String, nullable=False, server_default=""))
    op.add_column("transition", sa.Column("terms", sa.Text))
    op.create_index("ix_transition_as_of", "transition", ["as_of"])


def _scores(bind: sa.Connection) -> None:
    bind.execute(sa.text("ALTER TABLE score RENAME TO score_before"))
    op.drop_index("ix_score_as_of", "score_before")
    if bind.dialect.name == "postgresql":
        op.execute("ALTER TABLE score_before RENAME CONSTRAINT pk_score TO pk_score_before")
        op.execute("ALTER TABLE score_before RENAME CONSTRAINT ck_score_band TO ck_before_band")
    op.create_table(
        "score",
        key("account_id"),
        day("as_of"),
        band("band"),
        day("since"),
        *(sa.Column(n, sa.Float) for n in ("health_score", "risk", *HORIZONS, "base")),
        need("reasons", sa.LargeBinary),
        need("model_version"),
        need("lead_days", sa.Integer),
        need("ahead", sa.LargeBinary),
        sa.Column("revenue_lost", sa.Float),
        sa.Column("arr", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "as_of", name="pk_score"),
        postgresql_partition_by="RANGE (as_of)",
    )
    op.create_index("ix_score_as_of", "score", ["as_of"])
    repacking.pack(bind)
    op.drop_table("score_before")
    op.drop_table("outlook")


def _latest(slot: int) -> None:
    words = ("name_key", "csm", *SEGMENTS)
    op.create_table(
        f"score_latest_{slot}",
        key("account_id"),
        day("as_of"),
        band("band"),
        day("since"),
        sa.Column("health_score", sa.Float),
        sa.Column("risk", sa.Float),
        sa.Column("previous_as_of", sa.Date),
        _optional(band("previous_band")),
        *(sa.Column(n, sa.Float) for n in ("previous_health", "previous_risk", "risk_change")),
        sa.Column("expected_loss", sa.BigInteger),
        sa.Column("top_reason", sa.Integer),
        *(key(word) for word in words),
        sa.Column("arr", sa.BigInteger),
        sa.Column("renews_at", sa.Date),
        *(sa.Column(name, sa.Float) for name in KEPT),
        sa.PrimaryKeyConstraint("account_id", name=f"pk_score_latest_{slot}"),
    )


def _optional(column: sa.Column[str]) -> sa.Column[str]:
    column.nullable = True
    return column


def _work() -> None:
    _dictionary_and_sums()
    op.create_table(
        "job",
        sa.Column("job_id", sa.String(32), nullable=False),
        need("kind"),
        need("asked_by"),
        need("asked", sa.Text),
        need("state", sa.String(10)),
        need("progress", sa.Float),
        need("message"),
        need("created_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        need("result", sa.Text),
        sa.PrimaryKeyConstraint("job_id", name="pk_job"),
    )
    op.create_index("ix_job_created_at", "job", ["created_at"])
    op.create_table(
        "idempotency",
        key("key"),
        key("principal"),
        need("operation"),
        need("request_digest", sa.String(64)),
        need("status", sa.Integer),
        need("body", sa.Text),
        need("created_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("key", "principal", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    _outbox_and_views()


def _dictionary_and_sums() -> None:
    op.create_table(
        "reason_code",
        sa.Column("code", sa.Integer, nullable=False, autoincrement=False),
        key("word"),
        sa.PrimaryKeyConstraint("code", name="pk_reason_code"),
        sa.UniqueConstraint("word", name="uq_reason_code_word"),
    )
    op.create_table(
        "run_total",
        day("as_of"),
        key("csm"),
        key("tier"),
        band("band"),
        need("accounts", sa.Integer),
        sa.Column("arr", sa.BigInteger),
        sa.Column("expected_loss", sa.BigInteger),
        sa.PrimaryKeyConstraint("as_of", "csm", "tier", "band", name="pk_run_total"),
        sa.ForeignKeyConstraint(["as_of"], ["scoring_run.as_of"], name="fk_run_total_as_of"),
    )


def _outbox_and_views() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        need("kind"),
        need("payload", sa.Text),
        need("created_at", sa.DateTime(timezone=True)),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
    )
    op.create_index("ix_outbox_delivered_at_number", "outbox", ["delivered_at", "number"])
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.String(32), nullable=False),
        key("owner"),
        key("name"),
        need("query", sa.Text),
        need("version", sa.Integer),
        need("created_at", sa.DateTime(timezone=True)),
        need("updated_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("view_id", name="pk_saved_view"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_view_owner_name"),
    )


def downgrade() -> None:
    """Scores, reasons and outlooks go back; what only this schema holds is lost.

    Lost are the work under way, saved views, causes of transitions, and the sums of past runs.
    """
    bind = op.get_bind()
    op.execute("DROP VIEW score_latest")
    for table in ("score_latest_0", "score_latest_1", "run_total", "job", "idempotency"):
        op.drop_table(table)
    for table in ("outbox", "saved_view"):
        op.drop_table(table)
    bind.execute(sa.text("ALTER TABLE score RENAME TO score_after"))
    op.drop_index("ix_score_as_of", "score_after")
    if bind.dialect.name == "postgresql":
        op.execute("ALTER TABLE score_after RENAME CONSTRAINT pk_score TO pk_score_after")
    _accounts_before()
    for before in (SCORE, OUTLOOK):
        before.create(bind)
    repacking.unpack(bind)
    op.drop_table("score_after")
    op.drop_table("reason_code")
    _latest_before(bind)


def _accounts_before() -> None:
    for name in ("name_key", "csm", "renews_at"):
        op.drop_index(f"ix_account_{name}", "account")
    for name in NEW_OF_ACCOUNT:
        op.drop_column("account", name)
    # SQLite adds a column that is never empty only with a default; no row keeps it but that of
    # an account which no run holds any more.
    column = sa.Column("card_as_of", sa.Date, nullable=False, server_default="1970-01-01")
    op.add_column("account", column)
    op.execute(
        "UPDATE account SET card_as_of = (SELECT max(as_of) FROM score_after "
        "WHERE score_after.account_id = account.account_id) "
        "WHERE account_id IN (SELECT account_id FROM score_after)"
    )
    op.drop_index("ix_transition_as_of", "transition")
    for name in ("from_risk", "to_risk", "cause", "terms"):
        op.drop_column("transition", name)
    op.drop_column("scoring_run", "slot")


def _latest_before(bind: sa.Connection) -> None:
    latest = SCORE.metadata.tables["score_latest"]
    latest.create(bind)
    names = ", ".join(column.name for column in latest.c)
    op.execute(
        f"INSERT INTO score_latest ({names}) SELECT {names} FROM score "
        "WHERE as_of = (SELECT max(as_of) FROM scoring_run)"
    )
