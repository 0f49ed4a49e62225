"""Lists of the newest run's accounts, and how many there are of each kind."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, Row

from models.score import Band
from serving.store import listing, pages
from serving.store.codes import Codes
from serving.store.engine import reading
from serving.store.in_memory import answers
from serving.store.lines import LinePage, line_sorted_by, read_lines
from serving.store.listing import Facets
from serving.store.memory import RunMemory
from serving.store.packing import WordOf
from serving.store.pages import Cursor, Page, PageOf, Sort, SortValue
from serving.store.question import Question, conditions
from serving.store.read_columns import Held, held
from serving.store.records import RunInfo
from serving.store.runs import newest_run

Item = TypeVar("Item")


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


class Lists:
    """Answers what is asked of all accounts of the newest run.

    Args:
        engine: a store opened by `open_store`.
        columns: what is held in memory of the store's newest run; by default what all share.
    """

    def __init__(self, engine: Engine, columns: Held | None = None) -> None:
        self._engine = engine
        self._held = columns or held(engine)
        self._codes = Codes(engine)
        self._memory = RunMemory()

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
        shown: Shown[Item],
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
