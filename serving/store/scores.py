"""Scores of every account, newest and past."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    func,
    select,
    true,
)

from models.bands.silence import SilentSource
from models.score import Band
from serving.store import pages, rows
from serving.store.engine import reading, writing
from serving.store.pages import Cursor, Page, Sort, SortValue
from serving.store.past_runs import PastRun, runs_before
from serving.store.publish import publish_run
from serving.store.records import AccountScore, HistoryPoint, RunInfo, ScoringRun, Transition
from serving.store.tables import (
    ACCOUNT,
    OUTLOOK,
    SCORE,
    SCORE_LATEST,
    SCORING_RUN,
    SILENT_SOURCE,
    TRANSITION,
)

HISTORY_LIMIT = 400


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class ScoreRepository:
    """Publishes scoring runs and answers questions about them.

    Args:
        engine: a store opened by `open_store`.
        clock: says when something is published; a fixed one makes tests repeatable.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def publish(self, run: ScoringRun) -> int:
        """Publish a run in one transaction: readers see the old run or this one, never half.

        The same run again changes nothing. Another run of the same date replaces that
        date's scores. A run older than the newest is added to the history only.

        Returns:
            Number of scores written; 0 where the very same run was published before.

        Raises:
            PublishError: the run contradicts itself; nothing was written.
        """
        with writing(self._engine) as connection:
            return publish_run(connection, run, self._clock())

    def newest(self) -> RunInfo | None:
        """The newest published run; None where nothing is published."""
        with reading(self._engine) as connection:
            return _newest(connection)

    def info(self, as_of: date) -> RunInfo | None:
        """The run published for a date; None where there is none."""
        with reading(self._engine) as connection:
            chosen = select(*SCORING_RUN.c).where(SCORING_RUN.c.as_of == as_of)
            row = connection.execute(chosen).mappings().one_or_none()
        return None if row is None else rows.run_info(row)

    def dates(self) -> list[date]:
        """The `as_of` of every published run, oldest first."""
        with reading(self._engine) as connection:
            dates = select(SCORING_RUN.c.as_of).order_by(SCORING_RUN.c.as_of)
            return list(connection.scalars(dates))

    def before(self, as_of: date, days: int, model_version: str) -> list[PastRun]:
        """What a model version said before a date, newest first.

        Args:
            as_of: the date; what was published for it or later does not count.
            days: the runs of so many days before it, and the one run before those.
            model_version: a run of another one ends the list; its recalibrations do not.
        """
        with reading(self._engine) as connection:
            return runs_before(connection, as_of, days, model_version)

    def silent(self, as_of: date) -> tuple[SilentSource, ...]:
        """The sources that were silent when a date was scored, heaviest first."""
        found = select(*(c for c in SILENT_SOURCE.c if c.name != "as_of"))
        mine = found.where(SILENT_SOURCE.c.as_of == as_of)
        ordered = mine.order_by(SILENT_SOURCE.c.share.desc(), SILENT_SOURCE.c.table)
        with reading(self._engine) as connection:
            return tuple(SilentSource(*row) for row in connection.execute(ordered))

    def latest(
        self,
        *,
        bands: Collection[Band] = (),
        sort: Sort = Sort.RISK,
        limit: int = 50,
        cursor: str | None = None,
        owner: str | None = None,
    ) -> Page:
        """One page of the newest run.

        Args:
            owner: only accounts of this CSM, in counts too; all where None.
            bands: only these; all where empty.
            sort: by risk or ARR, highest first, or by name; the unknown comes last.
            limit: largest number of accounts on the page.
            cursor: `next_cursor` of the page before.

        Raises:
            CursorError: the cursor is damaged or belongs to another filter or order.
            StaleCursorError: a newer run was published since the cursor was made.
        """
        with reading(self._engine) as connection:
            run = _newest(connection)
            if run is None:
                return Page((), None, 0, dict.fromkeys(Band, 0), 0, None)
            start = pages.decode(cursor, sort, bands, run) if cursor else None
            asked = _owned(owner), _of_bands(bands)
            found = _page(connection, asked, sort, limit + 1, start)
            counts = _counts(connection, owner)
        return _as_page(found, run, counts, bands, sort, limit, start)

    def counts(self) -> dict[Band, int]:
        """Number of accounts of the newest run by band."""
        with reading(self._engine) as connection:
            return _counts(connection)

    def account(self, account_id: str, owner: str | None = None) -> AccountScore | None:
        """An account's newest score, even where the newest run no longer holds it.

        None where there is none, or where it is not the account of the CSM `owner`.
        """
        if not rows.storable(account_id):
            return None
        with reading(self._engine) as connection:
            query = _scores(SCORE).where(SCORE.c.account_id == account_id, _owned(owner))
            newest = query.order_by(SCORE.c.as_of.desc()).limit(1)
            row = connection.execute(newest).mappings().one_or_none()
            run = _newest(connection)
        if row is None or run is None:
            return None
        return rows.account_score(row, active=row["as_of"] == run.as_of)

    def history(self, account_id: str, limit: int = HISTORY_LIMIT) -> list[HistoryPoint]:
        """An account's last `limit` scores, oldest first; empty where it is unknown."""
        if not rows.storable(account_id):
            return []
        past = (
            select(
                SCORE.c.as_of,
                SCORE.c.band,
                SCORE.c.health_score,
                SCORE.c.risk,
                SCORING_RUN.c.primary_horizon,
                SCORE.c.model_version,
            )
            .join_from(SCORE, SCORING_RUN, SCORE.c.as_of == SCORING_RUN.c.as_of)
            .where(SCORE.c.account_id == account_id)
            .order_by(SCORE.c.as_of.desc())
        )
        with reading(self._engine) as connection:
            found = connection.execute(past.limit(limit)).mappings().all()
        return [rows.history_point(row) for row in reversed(found)]

    def transitions(self, account_id: str, limit: int = HISTORY_LIMIT) -> list[Transition]:
        """An account's last `limit` changes of band, oldest first."""
        if not rows.storable(account_id):
            return []
        changes = select(*TRANSITION.c).where(TRANSITION.c.account_id == account_id)
        newest = changes.order_by(TRANSITION.c.as_of.desc()).limit(limit)
        with reading(self._engine) as connection:
            found = connection.execute(newest).mappings().all()
        return [rows.transition(row) for row in reversed(found)]

    def run(self, as_of: date) -> tuple[AccountScore, ...]:
        """All scores of one date, by account id; empty where nothing was published for it."""
        query = _scores(SCORE).where(SCORE.c.as_of == as_of).order_by(SCORE.c.account_id)
        with reading(self._engine) as connection:
            newest = _newest(connection)
            active = newest is not None and newest.as_of == as_of
            found = connection.execute(query).mappings().all()
        return tuple(rows.account_score(row, active=active) for row in found)


def _newest(connection: Connection) -> RunInfo | None:
    newest = select(*SCORING_RUN.c).order_by(SCORING_RUN.c.as_of.desc()).limit(1)
    row = connection.execute(newest).mappings().one_or_none()
    return None if row is None else rows.run_info(row)


def _owned(owner: str | None) -> ColumnElement[bool]:
    """The condition that accounts are those of a CSM; always true for None."""
    return true() if owner is None else ACCOUNT.c.csm == owner


def _of_bands(bands: Collection[Band]) -> ColumnElement[bool]:
    return SCORE_LATEST.c.band.in_(sorted(set(bands))) if bands else true()


def _counts(connection: Connection, owner: str | None = None) -> dict[Band, int]:
    counts = select(SCORE_LATEST.c.band, func.count().label("number")).group_by(SCORE_LATEST.c.band)
    if owner is not None:
        mine = SCORE_LATEST.c.account_id == ACCOUNT.c.account_id
        counts = counts.join_from(SCORE_LATEST, ACCOUNT, mine).where(_owned(owner))
    found: dict[Band, int] = {row.band: row.number for row in connection.execute(counts)}
    return {band: found.get(band, 0) for band in Band}


def _scores(table: Table) -> Select[tuple[object, ...]]:
    """Every column of account, score and outlook, and the horizon that the run rests on."""
    own = [column for column in table.c if column.name != "account_id"]
    ahead = [column for column in OUTLOOK.c if column.name not in ("account_id", "as_of")]
    same = and_(OUTLOOK.c.account_id == table.c.account_id, OUTLOOK.c.as_of == table.c.as_of)
    return (
        select(*ACCOUNT.c, *own, *ahead, SCORING_RUN.c.primary_horizon)
        .join_from(ACCOUNT, table, ACCOUNT.c.account_id == table.c.account_id)
        .join(SCORING_RUN, table.c.as_of == SCORING_RUN.c.as_of)
        .outerjoin(OUTLOOK, same)
    )


def _page(
    connection: Connection,
    asked: Sequence[ColumnElement[bool]],
    sort: Sort,
    limit: int,
    start: Cursor | None,
) -> tuple[AccountScore, ...]:
    query = _scores(SCORE_LATEST).where(*asked).order_by(*pages.order(sort)).limit(limit)
    if start is not None:
        query = query.where(pages.after(sort, start))
    found = connection.execute(query).mappings()
    return tuple(rows.account_score(row, active=True) for row in found)


def _as_page(
    found: tuple[AccountScore, ...],
    run: RunInfo,
    counts: dict[Band, int],
    bands: Collection[Band],
    sort: Sort,
    limit: int,
    start: Cursor | None,
) -> Page:
    seen = start.seen if start else 0
    items = found[:limit]
    following = None
    if len(found) > limit:
        last = Cursor(_sorted_by(items[-1], sort), items[-1].card.account_id, seen + limit)
        following = pages.encode(last, sort, bands, run)
    total = sum(counts[band] for band in (set(bands) or Band))
    return Page(items, run, total, counts, seen, following)


def _sorted_by(item: AccountScore, sort: Sort) -> SortValue:
    if sort is Sort.RISK:
        return item.risk
    return rows.name_key(item.card) if sort is Sort.NAME else item.card.arr
