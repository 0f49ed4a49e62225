"""What a list shows of an account lies in one table, and one index finds all accounts of a CSM.

The newest run's table gets it where its accounts lie; they come to lie CSM by CSM (on PostgreSQL)
with the next publication. The table that no run holds is filled by it anyway.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.score import OTHERS, Band
from serving.store.leading import pack_leading

revision, down_revision = "0004", "0003"

SLOTS = (0, 1)
TEXTS = {"name": "", "crm_id": "", "extra": "{}"}
BY_CSM = ("risk", "expected_loss")
AT_ONCE = 10_000
VIEW = " UNION ALL ".join(
    f"SELECT * FROM score_latest_{slot} WHERE EXISTS "
    f"(SELECT 1 FROM scoring_run WHERE scoring_run.slot = {slot})"
    for slot in SLOTS
)


def upgrade() -> None:
    """Names and the reasons that are told first are copied from accounts and scores."""
    op.execute("DROP VIEW score_latest")
    for slot in SLOTS:
        _widen(f"score_latest_{slot}")
        for name in BY_CSM:
            op.execute(f"DROP INDEX IF EXISTS ix_score_latest_{slot}_csm_{name}")
    for slot, day in _newest():
        table = f"score_latest_{slot}"
        _fill(table, day)
        op.execute(f"CREATE INDEX ix_{table}_csm_account ON {table} (csm, account_id)")
    op.execute(f"CREATE VIEW score_latest AS {VIEW}")


def downgrade() -> None:
    """Lists find them in accounts and scores again."""
    last = " NULLS LAST" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute("DROP VIEW score_latest")
    for slot in SLOTS:
        op.execute(f"DROP INDEX IF EXISTS ix_score_latest_{slot}_csm_account")
        for name in (*TEXTS, "first_reason"):
            op.drop_column(f"score_latest_{slot}", name)
    for slot, _ in _newest():
        table = f"score_latest_{slot}"
        for name in BY_CSM:
            by = f"csm, {name} DESC{last}, account_id"
            op.execute(f"CREATE INDEX ix_{table}_csm_{name} ON {table} ({by})")
    op.execute(f"CREATE VIEW score_latest AS {VIEW}")


def _widen(table: str) -> None:
    for name, empty in TEXTS.items():
        op.add_column(table, sa.Column(name, sa.String, nullable=False, server_default=empty))
    nothing = sa.text("''")
    first = sa.Column("first_reason", sa.LargeBinary, nullable=False, server_default=nothing)
    op.add_column(table, first)


def _newest() -> list[Any]:
    """The slot and the day of the newest run, where there is one."""
    found = "SELECT slot, as_of FROM scoring_run WHERE slot IS NOT NULL"
    return list(op.get_bind().execute(sa.text(found)))


def _fill(table: str, day: Any) -> None:
    bind = op.get_bind()
    mine = f"FROM account WHERE account.account_id = {table}.account_id"
    told = ", ".join(f"{name} = (SELECT account.{name} {mine})" for name in TEXTS)
    changed = f"{told}, first_reason = :first"
    write = sa.text(f"UPDATE {table} SET {changed} WHERE account_id = :account")
    for some in _leading(bind, table, day):
        bind.execute(write, some)


def _leading(bind: sa.Connection, table: str, day: Any) -> Iterator[list[dict[str, Any]]]:
    """The reason that is told first of each account, some accounts at a time."""
    code = sa.text("SELECT code FROM reason_code WHERE word = :word")
    others = bind.scalar(code, {"word": OTHERS})
    read = sa.text(
        f"SELECT l.account_id, l.band, s.reasons FROM {table} l JOIN score s ON "
        "s.account_id = l.account_id AND s.as_of = :day WHERE l.account_id > :after "
        f"ORDER BY l.account_id LIMIT {AT_ONCE}"
    )
    after = ""
    while rows := bind.execute(read, {"day": day, "after": after}).all():
        ids, bands, packed = zip(*rows, strict=True)
        words = [Band(band) for band in bands]
        first = pack_leading(packed, words, others or 0)
        yield [
            {"account": account, "first": reason}
            for account, reason in zip(ids, first, strict=True)
        ]
        after = ids[-1]
