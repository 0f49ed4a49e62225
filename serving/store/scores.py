"""Scores of every account, newest and past."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, Row, bindparam, func, select

from models.bands.silence import SilentSource
from models.score import Band
from serving.store import listing, pages, rows
from serving.store.codes import Codes
from serving.store.engine import reading
from serving.store.in_memory import answers
from serving.store.lines import LinePage, line_sorted_by, read_lines
from serving.store.listing import Facets
from serving.store.memory import RunMemory
from serving.store.packing import WordOf
from serving.store.pages import Cursor, Page, PageOf, Sort, SortValue
from serving.store.past_runs import PastRun, past_run, runs_before
from serving.store.publications import last_published
from serving.store.publish import publish_parts
from serving.store.question import Question, conditions
from serving.store.read_columns import Held, held
from serving.store.records import (
    AccountScore,
    HistoryPoint,
    RunHead,
    RunInfo,
    RunPart,
    ScoringRun,
    Transition,
)
from serving.store.runs import LAST_PUBLISHED, newest_run
from serving.store.scored import scores
from serving.store.tables import (
    SCORE,
    SCORING_RUN,
    SILENT_SOURCE,
    TRANSITION,
)
from serving.store.told import Told
from serving.store.transactions import glancing, going, once_in_a_go

Found = TypeVar("Found")
Item = TypeVar("Item")

HISTORY_LIMIT = 400
AT_ONCE = 500
"""Accounts that one statement names."""

MINE = (
    scores()
    .add_columns(select(func.max(SCORING_RUN.c.as_of)).scalar_subquery().label("newest"))
    .where(SCORE.c.account_id == bindparam("account"))
    .order_by(SCORE.c.as_of.desc())
    .limit(1)
)
PAST = (
    select(
        SCORE.c.as_of,
        SCORE.c.band,
        SCORE.c.health_score,
        SCORE.c.risk,
        SCORING_RUN.c.primary_horizon,
        SCORE.c.model_version,
    )
    .join_from(SCORE, SCORING_RUN, SCORE.c.as_of == SCORING_RUN.c.as_of)
    .where(SCORE.c.account_id == bindparam("account"))
    .order_by(SCORE.c.as_of.desc())
    .limit(bindparam("most"))
)
CHANGES = (
    select(*TRANSITION.c)
    .where(TRANSITION.c.account_id == bindparam("account"))
    .order_by(TRANSITION.c.as_of.desc())
    .limit(bindparam("most"))
)


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Shown(Generic[Item]):
    """What a list shows of its accounts.

    Attributes:
        read: makes them of the places that were found.
        sorted_by: what one is sorted by.
        account_id: its id.
    """

    read: Callable[[Connection, RunInfo, Sequence[Row[Any]], WordOf], list[Item]]
    sorted_by: Callable[[Item, Sort], SortValue]
    account_id: Callable[[Item], str]


class ScoreRepository:
    """Publishes scoring runs and answers questions about them.

    Args:
        engine: a store opened by `open_store`.
        clock: says when something is published; a fixed one makes tests repeatable.
        columns: what is held in memory of the store's newest run; by default what all share.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime] = utc_now,
        columns: Held | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._held = columns or held(engine)
        self._codes = Codes(engine)
        self._memory, self._runs = RunMemory(), RunMemory()

    def publish(self, run: ScoringRun) -> int:
        """Publish a run in one transaction: readers see the old run or this one, never half.

        The same run again changes nothing. Another run of the same date replaces that
        date's scores. A run older than the newest is added to the history only.

        Returns:
            Number of scores written; 0 where the very same run was published before.

        Raises:
            PublishError: the run contradicts itself; nothing was written.
        """
        return self.publish_parts(run.head, [RunPart(run.scores, run.cards)])

    def publish_parts(
        self, head: RunHead, parts: Iterable[RunPart], told: Sequence[Told] = ()
    ) -> int:
        """Publish a run whose accounts come in parts, so that they never lie in one list.

        Nothing of the store is locked while the parts come, however long that takes. See
        `publish`, which does the same with one part.

        Args:
            head: what holds for every score.
            parts: the scores and cards.
            told: why bands changed into this run and out of it; written with the run, and
                also where the run itself is the same as before.
        """
        return publish_parts(self._engine, head, parts, self._codes, self._clock(), told)

    def newest(self) -> RunInfo | None:
        """The newest published run; None where nothing is published."""

        def read() -> RunInfo | None:
            with glancing(self._engine) as connection:
                return newest_run(connection)

        return self._of_runs("newest", read)

    def last_published(self) -> datetime | None:
        """When something was published last, of whatever date; None where nothing is."""

        def read() -> datetime | None:
            with glancing(self._engine) as connection:
                found: datetime | None = connection.scalar(LAST_PUBLISHED)
                return found

        return once_in_a_go(("last", self._engine), read)

    def info(self, as_of: date) -> RunInfo | None:
        """The run published for a date; None where there is none."""

        def read() -> RunInfo | None:
            with glancing(self._engine) as connection:
                chosen = select(*SCORING_RUN.c).where(SCORING_RUN.c.as_of == as_of)
                row = connection.execute(chosen).mappings().one_or_none()
            return None if row is None else rows.run_info(row)

        return self._of_runs(("info", as_of), read)

    def infos_before(self, as_of: date, most: int) -> list[RunInfo]:
        """The last runs published for dates before one, newest first; at most so many."""

        def read() -> list[RunInfo]:
            before = select(*SCORING_RUN.c).where(SCORING_RUN.c.as_of < as_of)
            chosen = before.order_by(SCORING_RUN.c.as_of.desc()).limit(most)
            with glancing(self._engine) as connection:
                return [rows.run_info(row) for row in connection.execute(chosen).mappings()]

        return list(self._of_runs(("before", as_of, most), read))

    def _of_runs(self, asked: Hashable, read: Callable[[], Found]) -> Found:
        """What is read of runs: in one go from memory, while nothing was published since."""
        if not going():
            return read()
        return self._runs.under(last_published(self._engine), asked, read)

    def dates(self) -> list[date]:
        """The `as_of` of every published run, oldest first."""
        with glancing(self._engine) as connection:
            dates = select(SCORING_RUN.c.as_of).order_by(SCORING_RUN.c.as_of)
            return list(connection.scalars(dates))

    def past_run(self, as_of: date) -> PastRun:
        """The bands and chances of a published run; no accounts where there is none."""
        with reading(self._engine) as connection:
            return past_run(connection, as_of)

    def before(self, as_of: date, days: int, model_version: str) -> Iterator[PastRun]:
        """What a model version said before a date, newest first; one run is read at a time.

        Args:
            as_of: the date; what was published for it or later does not count.
            days: the runs of so many days before it, and the one run before those.
            model_version: a run of another one ends the list; its recalibrations do not.
        """
        with reading(self._engine) as connection:
            yield from runs_before(connection, as_of, days, model_version)

    def silent(self, as_of: date) -> tuple[SilentSource, ...]:
        """The sources that were silent when a date was scored, heaviest first."""
        found = select(*(c for c in SILENT_SOURCE.c if c.name != "as_of"))
        mine = found.where(SILENT_SOURCE.c.as_of == as_of)
        ordered = mine.order_by(SILENT_SOURCE.c.share.desc(), SILENT_SOURCE.c.table)

        def read() -> tuple[SilentSource, ...]:
            with glancing(self._engine) as connection:
                return tuple(SilentSource(*row) for row in connection.execute(ordered))

        return self._of_runs(("silent", as_of), read)

    def latest(
        self,
        question: Question | None = None,
        *,
        bands: Collection[Band] = (),
        sort: Sort = Sort.RISK,
        limit: int = 50,
        cursor: str | None = None,
        owner: str | None = None,
    ) -> Page:
        """One page of the newest run.

        Args:
            question: only accounts like this; all where None.
            bands: only these, where there is no question.
            owner: only accounts of this CSM, in counts too; all where None.
            sort: see `Sort`; the unknown comes last.
            limit: largest number of accounts on the page.
            cursor: `next_cursor` of the page before.

        Raises:
            CursorError: the cursor is damaged or belongs to another filter or order.
            StaleCursorError: a newer run was published since the cursor was made.
        """
        asked = question or Question(bands=tuple(bands))
        shown = Shown(listing.read_whole, listing.sorted_by, attrgetter("card.account_id"))
        return self._listed(asked, sort, limit, cursor, owner, shown)

    def lines(
        self, question: Question, *, sort: Sort, limit: int, cursor: str | None, owner: str | None
    ) -> LinePage:
        """The same page with what a list shows of its accounts; see `latest`."""
        shown = Shown(read_lines, line_sorted_by, attrgetter("account_id"))
        return self._listed(question, sort, limit, cursor, owner, shown)

    def _listed(
        self,
        asked: Question,
        sort: Sort,
        limit: int,
        cursor: str | None,
        owner: str | None,
        shown: "Shown[Item]",
    ) -> PageOf[Item]:
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return PageOf((), None, 0, dict.fromkeys(Band, 0), 0, None)
            start = pages.decode(cursor, sort, asked, run) if cursor else None
            places = self._page(connection, run, asked, sort, limit + 1, start, owner)
            found = shown.read(connection, run, places[:limit], self._codes.word)
            here = self._bands(connection, run, asked, owner)
            counts = self._bands(connection, run, Question(), owner)
        total = sum(here[band] for band in (set(asked.bands) or Band))
        seen = start.seen if start else 0
        following = None
        if len(places) > limit:
            last = found[limit - 1]
            ended = Cursor(shown.sorted_by(last, sort), shown.account_id(last), seen + limit)
            following = pages.encode(ended, sort, asked, run)
        return PageOf(tuple(found), run, total, dict(counts), seen, following)

    def first(
        self, question: Question, *, sort: Sort, limit: int, owner: str | None = None
    ) -> tuple[str, ...]:
        """The ids that a list begins with, in its order."""
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return ()

            def read() -> tuple[str, ...]:
                columns = self._held.of(run)
                if columns and answers(question, sort):
                    return columns.page(columns.passing(question, owner), sort, limit, None) or ()
                table = listing.table_of(run)
                where = conditions(question, table, run.as_of)
                if owner is not None:
                    where.append(table.c.csm == owner)
                return listing.first_ids(connection, table, where, sort, limit)

            asked = ("first", question.tag, sort, limit, owner)
            return self._memory.recall(run, asked, read)

    def _page(
        self,
        connection: Connection,
        run: RunInfo,
        asked: Question,
        sort: Sort,
        limit: int,
        start: Cursor | None,
        owner: str | None,
    ) -> list[Row[Any]]:
        """The accounts of a page; words in names are looked for in memory, where they are there."""
        columns = self._held.of(run)
        if columns and asked.search and answers(asked, sort):
            ids = columns.page(columns.passing(asked, owner), sort, limit, start)
            if ids is not None:
                return listing.find_accounts(connection, run, ids)
        table = listing.table_of(run)
        where = conditions(asked, table, run.as_of)
        if owner is not None:
            where.append(table.c.csm == owner)
        return listing.find_page(connection, run, where, sort, limit, start)

    def _bands(
        self, connection: Connection, run: RunInfo, question: Question, owner: str | None
    ) -> dict[Band, int]:
        """How many accounts each band would show: of a list's counts the part that it needs."""

        def count() -> dict[Band, int]:
            columns = self._held.of(run)
            if columns and answers(question) and not question.countable:  # else sums are stored
                return columns.bands(question, owner)
            return listing.bands(connection, run, question, owner)

        return self._memory.recall(run, ("bands", question.tag, owner), count)

    def facets(self, question: Question, owner: str | None = None) -> Facets:
        """How many accounts each further choice of band, tier and CSM would show."""
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return listing.facets(question, [])
            return self._facets(connection, run, question, owner)

    def _facets(
        self, connection: Connection, run: RunInfo, question: Question, owner: str | None
    ) -> Facets:
        def count() -> Facets:
            columns = self._held.of(run)
            if columns and answers(question) and not question.countable:
                return Facets(
                    columns.bands(question, owner),
                    dict(sorted(columns.counts("tier", question, owner).items())),
                    columns.counts("csm", question, owner),
                )
            return listing.facets(question, listing.cells(connection, run, question, owner))

        return self._memory.recall(run, (question.tag, owner), count)

    def counts(self) -> dict[Band, int]:
        """Number of accounts of the newest run by band."""
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return dict.fromkeys(Band, 0)
            return dict(self._bands(connection, run, Question(), None))

    def account(self, account_id: str, owner: str | None = None) -> AccountScore | None:
        """An account's newest score, even where the newest run no longer holds it.

        None where there is none, or where it is not the account of the CSM `owner`.
        """
        if not rows.storable(account_id):
            return None
        with glancing(self._engine) as connection:
            row = connection.execute(MINE, {"account": account_id}).mappings().one_or_none()
        if row is None or owner not in (None, row["csm"]):
            return None
        return rows.account_score(row, self._codes.word, active=row["as_of"] == row["newest"])

    def history(self, account_id: str, limit: int = HISTORY_LIMIT) -> list[HistoryPoint]:
        """An account's last `limit` scores, oldest first; empty where it is unknown."""
        if not rows.storable(account_id):
            return []
        asked = {"account": account_id, "most": limit}
        with glancing(self._engine) as connection:
            found = connection.execute(PAST, asked).mappings().all()
        return [rows.history_point(row) for row in reversed(found)]

    def transitions(self, account_id: str, limit: int = HISTORY_LIMIT) -> list[Transition]:
        """An account's last `limit` changes of band, oldest first."""
        if not rows.storable(account_id):
            return []
        asked = {"account": account_id, "most": limit}
        with glancing(self._engine) as connection:
            found = connection.execute(CHANGES, asked).mappings().all()
        return [rows.transition(row) for row in reversed(found)]

    def changes_of(self, as_of: date) -> list[Transition]:
        """Every change of band into the run of a date, by account id."""
        mine = select(*TRANSITION.c).where(TRANSITION.c.as_of == as_of)
        with glancing(self._engine) as connection:
            found = connection.execute(mine.order_by(TRANSITION.c.account_id)).mappings()
            return [rows.transition(row) for row in found]

    def run(self, as_of: date, accounts: Collection[str] | None = None) -> tuple[AccountScore, ...]:
        """The scores of one date, by account id; empty where nothing was published for it.

        Args:
            as_of: the date.
            accounts: only these, which is read without the others; all by default.
        """
        query = scores().where(SCORE.c.as_of == as_of)
        wanted = [query]
        if accounts is not None:
            ids = sorted(set(accounts))
            groups = (ids[i : i + AT_ONCE] for i in range(0, len(ids), AT_ONCE))
            wanted = [query.where(SCORE.c.account_id.in_(group)) for group in groups]
        with reading(self._engine) as connection:
            newest = newest_run(connection)
            active = newest is not None and newest.as_of == as_of
            found = [row for each in wanted for row in connection.execute(each).mappings()]
        read = (rows.account_score(row, self._codes.word, active=active) for row in found)
        return tuple(sorted(read, key=lambda each: each.score.account_id))
