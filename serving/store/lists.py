"""Lists of the newest run's accounts, and how many there are of each kind."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine

from models.score import Band
from serving.store import listing, pages
from serving.store.by_ids import Shown, of_one_state, read_at_once
from serving.store.codes import Codes
from serving.store.engine import reading
from serving.store.in_memory import answers, narrow
from serving.store.known_runs import KnownRuns
from serving.store.lines import LINES, LinePage
from serving.store.listing import Facets
from serving.store.memory import RunMemory
from serving.store.pages import Cursor, Page, PageOf, Sort
from serving.store.question import Question, conditions
from serving.store.read_columns import Held, held
from serving.store.records import RunInfo
from serving.store.rows import clean
from serving.store.runs import newest_run
from serving.store.transactions import glancing, going
from serving.store.whole import WHOLE

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that is asked for; see `Lists.latest`."""

    question: Question
    sort: Sort
    limit: int
    cursor: str | None
    owner: str | None

    @property
    def quick(self) -> bool:
        """Whether memory finds its accounts quicker than the database."""
        return narrow(self.question, self.owner) and answers(self.question, self.sort)

    @property
    def csm(self) -> str | None:
        """Whose all of its accounts are; None where they may be of several."""
        if self.owner is not None:
            return self.owner
        return clean(self.question.csms[0]) if len(self.question.csms) == 1 else None

    def start(self, run: RunInfo) -> Cursor | None:
        """Where the page before ended; None for the first."""
        return pages.decode(self.cursor, self.sort, self.question, run) if self.cursor else None


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
        self._known = KnownRuns(engine)

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
        question = question or Question(bands=tuple(bands))
        return self._shown(Asked(question, sort, limit, cursor, owner), WHOLE)

    def lines(
        self, question: Question, *, sort: Sort, limit: int, cursor: str | None, owner: str | None
    ) -> LinePage:
        """The same page with what a list shows of its accounts; see `latest`."""
        return self._shown(Asked(question, sort, limit, cursor, owner), LINES)

    def _shown(self, asked: Asked, shown: Shown[Item]) -> PageOf[Item]:
        found = self._from_memory(asked, shown) if self._held.some and asked.quick else None
        return self._listed(asked, shown) if found is None else found

    def _from_memory(self, asked: Asked, shown: Shown[Item]) -> PageOf[Item] | None:
        """A page whose accounts are found and counted in memory, and read by one statement.

        None where it needs the database, or another state of it came meanwhile.
        """
        with glancing(self._engine) as connection:
            run = self._known.newest() if going() else newest_run(connection)
            ids = self._ids(run, asked) if run else None
            columns = self._held.of(run) if run else None
            if run is None or ids is None or columns is None:
                return None
            shortly = ids[: asked.limit]
            found = read_at_once(connection, run, shortly, shown, self._codes.word, asked.csm)
        if found is None:
            return None
        owner = asked.owner
        key = ("bands", Question().tag, owner)
        counts = self._memory.recall(run, key, lambda: columns.bands(Question(), owner))
        here = counts if asked.question == Question() else columns.bands(asked.question, owner)
        return _page_of(asked, run, _Found(found, len(ids) > asked.limit, here, counts), shown)

    def _ids(self, run: RunInfo, asked: Asked) -> Sequence[str] | None:
        """The ids of a page and of one more account, where memory finds them quicker."""
        columns = self._held.of(run) if asked.quick else None
        if columns is None:
            return None
        places = columns.places(asked.question, asked.owner)
        return columns.page(places, asked.sort, asked.limit + 1, asked.start(run))

    def _listed(self, asked: Asked, shown: Shown[Item]) -> PageOf[Item]:
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return PageOf((), None, 0, dict.fromkeys(Band, 0), 0, None)
            ids = self._page(connection, run, asked)
            shortly = ids[: asked.limit]
            them = read_at_once(connection, run, shortly, shown, self._codes.word, asked.csm)
            found = of_one_state(them)
            here = self._bands(connection, run, asked.question, asked.owner)
            counts = self._bands(connection, run, Question(), asked.owner)
        return _page_of(asked, run, _Found(found, len(ids) > asked.limit, here, counts), shown)

    def _page(self, connection: Connection, run: RunInfo, asked: Asked) -> Sequence[str]:
        """The ids of a page and of one more; those of a CSM or a word come from memory."""
        ids = self._ids(run, asked)
        if ids is not None:
            return ids
        where = _where(run, asked.question, asked.owner)
        start = asked.start(run)
        return listing.find_page(connection, run, where, asked.sort, asked.limit + 1, start)

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
                    return columns.page(columns.places(question, owner), sort, limit, None) or ()
                where = _where(run, question, owner)
                return tuple(listing.find_page(connection, run, where, sort, limit, None))

            asked = ("first", question.tag, sort, limit, owner)
            return self._memory.recall(run, asked, read)

    def _bands(
        self, connection: Connection, run: RunInfo, question: Question, owner: str | None
    ) -> dict[Band, int]:
        """How many accounts each band would show: of a list's counts the part that it needs."""

        def count() -> dict[Band, int]:
            columns = self._held.of(run)
            if columns and answers(question) and (not question.countable or question.csms):
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


@dataclass(frozen=True, slots=True)
class _Found(Generic[Item]):
    """What was found of a page: whether more follows, and accounts by band, here and of all."""

    items: Sequence[Item]
    more: bool
    here: Mapping[Band, int]
    counts: Mapping[Band, int]


def _page_of(asked: Asked, run: RunInfo, found: _Found[Item], shown: Shown[Item]) -> PageOf[Item]:
    """A page of accounts, with what leads to the next one."""
    total = sum(found.here[band] for band in (set(asked.question.bands) or Band))
    start, following = asked.start(run), None
    seen = start.seen if start else 0
    if found.more:
        last = found.items[asked.limit - 1]
        value, key = shown.sorted_by(last, asked.sort), shown.account_id(last)
        ended = Cursor(value, key, seen + asked.limit)
        following = pages.encode(ended, asked.sort, asked.question, run)
    return PageOf(tuple(found.items), run, total, dict(found.counts), seen, following)


def _where(run: RunInfo, question: Question, owner: str | None) -> list[ColumnElement[bool]]:
    """What accounts of the newest run's table must fulfil."""
    table = listing.table_of(run)
    where = conditions(question, table, run.as_of)
    return where if owner is None else [*where, table.c.csm == owner]
