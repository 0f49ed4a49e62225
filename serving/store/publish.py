"""Writing one scoring run into the store: staged in parts, then published in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)

from serving.store import latest, stage
from serving.store.codes import Codes
from serving.store.partitions import partition_statements
from serving.store.records import RunHead, RunPart
from serving.store.room import room
from serving.store.rows import days_of
from serving.store.run_before import RunBefore, run_before
from serving.store.stage import STAGE, Staged, by_account
from serving.store.tables import (
    ACCOUNT,
    LATEST,
    RUN_TOTAL,
    SCORE,
    SCORING_RUN,
    SILENT_SOURCE,
    TRANSITION,
)
from serving.store.told import Told, tell
from serving.store.transactions import writing_on

CARD = [column.name for column in ACCOUNT.c]
OWN = [c.name for c in SCORE.c if c.name not in ("as_of", "since", "model_version")]


def publish_parts(
    engine: Engine,
    head: RunHead,
    parts: Iterable[RunPart],
    codes: Codes,
    now: datetime,
    told: Sequence[Told],
) -> int:
    """Write a run; return the number of scores written, 0 where nothing changed.

    Raises:
        PublishError: the run contradicts itself.
    """
    with engine.connect() as connection:
        try:
            with connection.begin(), room(connection):
                staged = stage.load(connection, head, parts, codes)
            with connection.begin():
                for statement in partition_statements([head.as_of], engine.dialect.name):
                    connection.execute(text(statement))
            with writing_on(connection), room(connection):
                written = _publish(connection, head, staged, now)
                tell(connection, told)
                return written
        finally:
            with connection.begin():
                stage.drop(connection)


def _publish(connection: Connection, head: RunHead, staged: Staged, now: datetime) -> int:
    as_of = head.as_of
    digest = select(SCORING_RUN.c.digest).where(SCORING_RUN.c.as_of == as_of)
    if connection.scalar(digest) == staged.digest:
        return 0
    slot = connection.scalar(select(SCORING_RUN.c.slot).where(SCORING_RUN.c.slot.is_not(None)))
    newest = connection.scalar(select(func.max(SCORING_RUN.c.as_of)))
    late = newest is not None and newest > as_of
    _withdraw(connection, as_of)
    _write_cards(connection, as_of, late, staged)
    _write_run(connection, head, staged, now)
    before = run_before(connection, as_of, slot)
    connection.execute(insert(SCORE).from_select(*_scores(head, staged, before)))
    if late:
        latest.write_totals(connection, as_of)
        if before.as_of is not None:
            _write_transitions(connection, before.as_of, as_of)
        _renew_later(connection, as_of, slot)
    else:
        filled = 0 if slot is None else 1 - slot
        latest.fill(connection, as_of, before, filled, staged.ascending)
        latest.write_totals(connection, as_of, LATEST[filled])
        latest.write_transitions(connection, filled)
    return staged.accounts


def _withdraw(connection: Connection, as_of: date) -> None:
    touched = or_(TRANSITION.c.as_of == as_of, TRANSITION.c.previous_as_of == as_of)
    connection.execute(delete(TRANSITION).where(touched))
    for table in (SCORE, SILENT_SOURCE, RUN_TOTAL, SCORING_RUN):
        connection.execute(delete(table).where(table.c.as_of == as_of))


def _write_cards(connection: Connection, as_of: date, late: bool, staged: Staged) -> None:
    """Add unknown accounts, and renew what changed of those that no later run holds."""
    known = select(ACCOUNT.c.account_id).where(ACCOUNT.c.account_id == STAGE.c.account_id)
    fresh = select(*(STAGE.c[name] for name in CARD)).where(~exists(known))
    adding = insert(ACCOUNT).from_select(CARD, by_account(fresh, staged.ascending))
    new = connection.execute(adding.execution_options(preserve_rowcount=True))
    if new.rowcount == staged.accounts:
        return
    told = {name: STAGE.c[name] for name in CARD if name != "account_id"}
    changed = or_(*(ACCOUNT.c[name].is_distinct_from(value) for name, value in told.items()))
    renew = update(ACCOUNT).where(ACCOUNT.c.account_id == STAGE.c.account_id, changed)
    if late:
        held = and_(SCORE.c.account_id == STAGE.c.account_id, SCORE.c.as_of > as_of)
        renew = renew.where(~exists(select(SCORE.c.as_of).where(held)))
    connection.execute(renew.values(**told))


def _write_run(connection: Connection, head: RunHead, staged: Staged, now: datetime) -> None:
    row = {
        "as_of": head.as_of,
        "model_version": head.model_version,
        "primary_horizon": head.primary_horizon,
        "accounts": staged.accounts,
        "digest": staged.digest,
        "published_at": now,
        "holes": days_of(head.holes) or None,
        "ended": head.ended or None,
    }
    connection.execute(insert(SCORING_RUN), row)
    silent = [{"as_of": head.as_of, **asdict(each)} for each in head.silent]
    if silent:
        connection.execute(insert(SILENT_SOURCE), silent)


def _scores(head: RunHead, staged: Staged, before: RunBefore) -> tuple[list[str], Select[Any]]:
    """The columns of a score, and the staged scores with what the run before says of them."""
    columns: dict[str, ColumnElement[Any]] = {name: STAGE.c[name] for name in OWN}
    columns["as_of"] = literal(head.as_of)
    columns["model_version"] = literal(head.model_version)
    columns["since"] = latest.since(before.was, head.as_of)
    chosen = select(*columns.values()).select_from(STAGE.outerjoin(before.was, before.same))
    return list(columns), by_account(chosen, staged.ascending)


def _renew_later(connection: Connection, as_of: date, slot: int | None) -> None:
    """Put the runs after a late one right: what they follow on, and since when bands hold."""
    later = connection.scalars(
        select(SCORING_RUN.c.as_of).where(SCORING_RUN.c.as_of > as_of).order_by(SCORING_RUN.c.as_of)
    ).all()
    connection.execute(delete(TRANSITION).where(TRANSITION.c.as_of == later[0]))
    _write_transitions(connection, as_of, later[0])
    before = as_of
    for day in later:
        _renew_since(connection, before, day)
        before = day
    if slot is not None:
        runs = [as_of, *later]
        latest.renew_standing(connection, slot, runs[-1], runs[-2])


def _renew_since(connection: Connection, before: date, day: date) -> None:
    was = SCORE.alias("was")
    same = and_(was.c.account_id == SCORE.c.account_id, was.c.as_of == before)
    right = case((was.c.band == SCORE.c.band, was.c.since), else_=literal(day))
    wrong = and_(SCORE.c.as_of == day, SCORE.c.since != right)
    connection.execute(update(SCORE).values(since=right).where(same, wrong))
    held = select(was.c.as_of).where(same)
    gone = and_(SCORE.c.as_of == day, SCORE.c.since != day, ~exists(held))
    connection.execute(update(SCORE).values(since=day).where(gone))


def _write_transitions(connection: Connection, before: date, after: date) -> None:
    old, new = SCORE.alias("old"), SCORE.alias("new")
    columns = {
        "account_id": new.c.account_id,
        "as_of": new.c.as_of,
        "previous_as_of": old.c.as_of,
        "from_band": old.c.band,
        "to_band": new.c.band,
        "from_risk": old.c.risk,
        "to_risk": new.c.risk,
    }
    changed = (
        select(*columns.values())
        .join_from(new, old, new.c.account_id == old.c.account_id)
        .where(new.c.as_of == after, old.c.as_of == before, new.c.band != old.c.band)
    )
    connection.execute(insert(TRANSITION).from_select(list(columns), changed))
