"""The newest run's accounts in a table of their own, and the sums over each run."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from serving.store.kept import KEPT
from serving.store.run_before import RunBefore
from serving.store.stage import STAGE
from serving.store.tables import LATEST, RUN_TOTAL, SCORE, SCORING_RUN, SEGMENTS, TRANSITION

SORTS = ("risk", "expected_loss", "risk_change", "arr")
"""Columns whose highest come first in a list."""
FORWARD = ("name_key", "renews_at")
"""Columns whose lowest come first."""
COPIED = (
    "account_id", "band", "health_score", "risk", "expected_loss", "name_key",
    "csm", *SEGMENTS, "arr", "renews_at", *(kept.name for kept in KEPT),
    "name", "crm_id", "extra", "first_reason",
)  # fmt: skip


def index_statements(table: Table, dialect: str) -> dict[str, str]:
    """What makes the indexes that the list of accounts is read by, by their names."""
    last = " NULLS LAST" if dialect == "postgresql" else ""
    keys = {name: f"{name} DESC{last}, account_id" for name in SORTS}
    keys |= {name: f"{name}, account_id" for name in FORWARD}
    keys |= {"csm_account": "csm, account_id", "since": "since"}
    return {
        f"ix_{table.name}_{name}": f"CREATE INDEX ix_{table.name}_{name} ON {table.name} ({by})"
        for name, by in keys.items()
    }


def fill(
    connection: Connection, as_of: date, before: RunBefore, slot: int, ascending: bool
) -> None:
    """Make the staged run the newest one: in the table that nobody reads, then say which it is.

    Args:
        connection: in the publishing transaction; the scores are written already.
        as_of: of the staged run.
        before: the run before it.
        slot: of the table to fill.
        ascending: see `Staged`.
    """
    table, dialect = LATEST[slot], connection.dialect.name
    for statement in _emptied(table, dialect):
        connection.execute(text(statement))
    connection.execute(
        insert(table).from_select(*_standing(as_of, before, _order(dialect, ascending)))
    )
    for statement in _indexed(table, dialect):
        connection.execute(text(statement))
    connection.execute(text(f"ANALYZE {table.name}"))
    runs = SCORING_RUN
    connection.execute(update(runs).where(runs.c.slot.is_not(None)).values(slot=None))
    connection.execute(update(runs).where(runs.c.as_of == as_of).values(slot=slot))


def _emptied(table: Table, dialect: str) -> list[str]:
    """What leaves a table of the newest run without rows and without indexes.

    PostgreSQL builds the key's index in bulk in a fraction of the time that adding a million rows
    to it one by one takes; SQLite, which cannot drop a key, adds them at its end.
    """
    indexes = [f"DROP INDEX IF EXISTS {name}" for name in index_statements(table, dialect)]
    if dialect != "postgresql":
        return [*indexes, f"DELETE FROM {table.name}"]
    key = f"ALTER TABLE {table.name} DROP CONSTRAINT IF EXISTS pk_{table.name}"
    return [*indexes, key, f"TRUNCATE {table.name}"]


def _indexed(table: Table, dialect: str) -> list[str]:
    """What makes the indexes, once the rows are there."""
    indexes = [*index_statements(table, dialect).values()]
    if dialect != "postgresql":
        return indexes
    key = f"ALTER TABLE {table.name} ADD CONSTRAINT pk_{table.name} PRIMARY KEY (account_id)"
    return [key, *indexes]


def _order(dialect: str, ascending: bool) -> list[ColumnElement[Any]]:
    """What the rows are put in order by.

    A CSM's list is read off a few pages where the CSM's accounts lie together. SQLite adds to the
    key's index row by row, and looks the run before up so: it keeps the order of ids.
    """
    if dialect == "postgresql":
        return [STAGE.c.csm, STAGE.c.risk.desc().nulls_last()]
    return [] if ascending else [STAGE.c.account_id]


def _standing(
    as_of: date, before: RunBefore, order: Sequence[ColumnElement[Any]]
) -> tuple[list[str], Select[Any]]:
    """The columns of the newest run's table, and the staged accounts beside the run before."""
    was = before.was
    columns: dict[str, ColumnElement[Any]] = {name: STAGE.c[name] for name in COPIED}
    columns |= {"as_of": literal(as_of), "since": since(was, as_of)}
    columns |= {"previous_as_of": was.c.as_of, "previous_band": was.c.band}
    columns |= {"previous_health": was.c.health_score, "previous_risk": was.c.risk}
    columns["risk_change"] = STAGE.c.risk - was.c.risk
    chosen = select(*columns.values()).select_from(STAGE.outerjoin(was, before.same))
    return list(columns), chosen.order_by(*order)


def write_transitions(connection: Connection, slot: int) -> None:
    """Every change of band into the newest run, which its table has beside one another."""
    table = LATEST[slot]
    columns = {
        "account_id": table.c.account_id,
        "as_of": table.c.as_of,
        "previous_as_of": table.c.previous_as_of,
        "from_band": table.c.previous_band,
        "to_band": table.c.band,
        "from_risk": table.c.previous_risk,
        "to_risk": table.c.risk,
    }
    changed = select(*columns.values()).where(table.c.previous_band != table.c.band)
    connection.execute(insert(TRANSITION).from_select(list(columns), changed))


def since(was: FromClause, as_of: date) -> ColumnElement[Any]:
    """Since which run a staged account has its band, given its score of the run before."""
    return case((was.c.band == STAGE.c.band, was.c.since), else_=literal(as_of))


def renew_standing(connection: Connection, slot: int, as_of: date, before: date | None) -> None:
    """Put the newest run beside another run before it, which was published only now."""
    table, was, now = LATEST[slot], SCORE.alias("was"), SCORE.alias("now")
    mine = and_(now.c.account_id == table.c.account_id, now.c.as_of == as_of)
    connection.execute(update(table).values(since=now.c.since).where(mine))
    nothing = dict.fromkeys(
        ("previous_as_of", "previous_band", "previous_health", "previous_risk", "risk_change")
    )
    connection.execute(update(table).values(**nothing))
    values = {
        "previous_as_of": was.c.as_of,
        "previous_band": was.c.band,
        "previous_health": was.c.health_score,
        "previous_risk": was.c.risk,
        "risk_change": table.c.risk - was.c.risk,
    }
    same = and_(was.c.account_id == table.c.account_id, was.c.as_of == before)
    connection.execute(update(table).values(**values).where(same))


def write_totals(connection: Connection, as_of: date, of: Table = STAGE) -> None:
    """The sums over a run, by CSM, tier and band.

    Args:
        connection: in the publishing transaction.
        as_of: of the run.
        of: the table that holds it: the newest run's, whose rows are less wide, or the staged one.
    """
    connection.execute(delete(RUN_TOTAL).where(RUN_TOTAL.c.as_of == as_of))
    by = (of.c.csm, of.c.tier, of.c.band)
    sums = func.sum(of.c.arr), func.sum(of.c.expected_loss)
    totals = select(literal(as_of), *by, func.count(), *sums).group_by(*by)
    connection.execute(insert(RUN_TOTAL).from_select(list(RUN_TOTAL.c.keys()), totals))
