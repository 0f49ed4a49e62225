"""What follows from scores and accounts, made anew for a store whose schema has changed."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, func, insert, literal, null, select

from serving.store import latest, rows, stage
from serving.store.codes import Codes
from serving.store.records import AccountScore, RunHead, RunPart
from serving.store.run_before import in_history
from serving.store.scored import scores
from serving.store.staged_rows import staged_part
from serving.store.tables import ACCOUNT, RUN_TOTAL, SCORE, SCORING_RUN

CHUNK = 10_000


def derive(connection: Connection) -> None:
    """Fill the newest run's table and the sums over all runs, where they are empty.

    Revenue is known of the newest run alone: scores of before revision 0002 did not keep it.
    Signals to filter by are missing until the next run is published.
    """
    runs = connection.scalars(select(SCORING_RUN.c.as_of).order_by(SCORING_RUN.c.as_of)).all()
    if not runs or connection.scalar(select(func.count()).select_from(RUN_TOTAL)):
        return
    for day in runs[:-1]:
        _write_counts(connection, day)
    newest = connection.execute(select(*SCORING_RUN.c).where(SCORING_RUN.c.as_of == runs[-1]))
    info = rows.run_info(newest.mappings().one())
    head = RunHead(info.as_of, info.model_version, info.primary_horizon)
    _stage(connection, head)
    latest.write_totals(connection, info.as_of)
    before = in_history(runs[-2] if len(runs) > 1 else None)
    latest.fill(connection, info.as_of, before, 0, ascending=True)
    stage.drop(connection)


def _write_counts(connection: Connection, day: date) -> None:
    by = (ACCOUNT.c.csm, ACCOUNT.c.tier, SCORE.c.band)
    counts = (
        select(literal(day), *by, func.count(), null(), null())
        .join_from(SCORE, ACCOUNT, SCORE.c.account_id == ACCOUNT.c.account_id)
        .where(SCORE.c.as_of == day)
        .group_by(*by)
    )
    connection.execute(insert(RUN_TOTAL).from_select(list(RUN_TOTAL.c.keys()), counts))


def _stage(connection: Connection, head: RunHead) -> None:
    codes = Codes(connection.engine)
    codes.read(connection)
    stage.create(connection)
    for some in _chunks(connection, head.as_of, codes):
        part = RunPart([each.score for each in some], [each.card for each in some])
        stage.write(connection, staged_part(part, head, codes))
    stage.finish(connection, ascending=True)


def _chunks(connection: Connection, day: date, codes: Codes) -> Iterator[list[AccountScore]]:
    after = ""
    while True:
        some = scores().where(SCORE.c.as_of == day, SCORE.c.account_id > after)
        found = connection.execute(some.order_by(SCORE.c.account_id).limit(CHUNK)).mappings().all()
        if not found:
            return
        yield [rows.account_score(row, codes.word, active=True) for row in found]
        after = found[-1]["account_id"]
