"""How many accounts each further choice of a filter would show, for every filter that chooses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, case, func, select, true

from models.score import Band
from serving.store import listing
from serving.store.in_memory import Columns, answers
from serving.store.memory import RunMemory
from serving.store.question import Question, conditions
from serving.store.read_columns import Held, held
from serving.store.records import RunInfo
from serving.store.runs import newest_run
from serving.store.tables import SEGMENTS
from serving.store.transactions import reading

MOST_WORDS = 200
"""Words of one column that are told, those of most accounts first."""
WORDS = tuple(name for name in SEGMENTS if name != "tier")


@dataclass(frozen=True, slots=True)
class Window:
    """Days after the run in which a renewal lies, first and last included; None where open."""

    first: int | None
    last: int | None


WINDOWS = (
    Window(None, -1), Window(0, 30), Window(31, 90), Window(91, 180), Window(181, 365),
    Window(366, None),
)  # fmt: skip
"""Every renewal lies in one of them."""


@dataclass(frozen=True, slots=True)
class AllFacets:
    """Accounts by what they may be filtered by further; each as if it were not filtered yet.

    Attributes:
        run: the newest.
        accounts: those that pass every filter.
        segments: by column, the words of most accounts first.
        renewals: by window.
        renewal_unknown: accounts of which no renewal is known.
    """

    run: RunInfo
    accounts: int
    bands: Mapping[Band, int]
    tiers: Mapping[str, int]
    csms: Mapping[str, int]
    segments: Mapping[str, Mapping[str, int]]
    renewals: Mapping[Window, int]
    renewal_unknown: int


class FacetRepository:
    """Counts choices of the newest run; what was counted is kept while it is the newest.

    Args:
        engine: a store opened by `open_store`.
        columns: what is held in memory of the store's newest run; by default what all share.
    """

    def __init__(self, engine: Engine, columns: Held | None = None) -> None:
        self._engine = engine
        self._memory = RunMemory()
        self._held = columns or held(engine)

    def all(self, question: Question, owner: str | None = None) -> AllFacets | None:
        """How many accounts each choice would show; None before the first run.

        Args:
            question: the filters so far.
            owner: only accounts of this CSM; all where None.
        """
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return None

            def count() -> AllFacets:
                columns = self._held.of(run)
                if columns and answers(question):
                    return _count_held(columns, run, question, owner)
                return _count(connection, run, question, owner)

            return self._memory.recall(run, (question.tag, owner), count)


def _count(
    connection: Connection, run: RunInfo, question: Question, owner: str | None
) -> AllFacets:
    cells = listing.cells(connection, run, question, owner)
    found = listing.facets(question, cells)
    renewals, unknown = _renewals(connection, run, question, owner)
    return AllFacets(
        run=run,
        accounts=sum(cell.accounts for cell in listing.passing(question, cells)),
        bands=found.bands,
        tiers=found.tiers,
        csms=found.csms,
        segments={name: _words(connection, run, question, owner, name) for name in WORDS},
        renewals=renewals,
        renewal_unknown=unknown,
    )


def _count_held(columns: Columns, run: RunInfo, question: Question, owner: str | None) -> AllFacets:
    """The same from memory, where a million accounts are counted in milliseconds."""
    renewals, unknown = columns.renewals(question, owner, [(w.first, w.last) for w in WINDOWS])
    words = {name: columns.counts(name, question, owner) for name in (*WORDS, "tier", "csm")}
    return AllFacets(
        run=run,
        accounts=len(columns.places(question, owner)),
        bands=columns.bands(question, owner),
        tiers=dict(sorted(words.pop("tier").items())),
        csms=words.pop("csm"),
        segments={name: dict(islice(of.items(), MOST_WORDS)) for name, of in words.items()},
        renewals=dict(zip(WINDOWS, renewals, strict=True)),
        renewal_unknown=unknown,
    )


def _words(
    connection: Connection, run: RunInfo, question: Question, owner: str | None, name: str
) -> dict[str, int]:
    others = {column: words for column, words in question.segments.items() if column != name}
    table, asked = _asked(run, replace(question, segments=others), owner)
    word, number = table.c[name], func.count()
    counted = select(word, number).where(*asked).group_by(word)
    ordered = counted.order_by(number.desc(), word).limit(MOST_WORDS)
    return {row[0]: row[1] for row in connection.execute(ordered)}


def _renewals(
    connection: Connection, run: RunInfo, question: Question, owner: str | None
) -> tuple[dict[Window, int], int]:
    table, asked = _asked(run, replace(question, renews_from=None, renews_to=None), owner)
    day = table.c.renews_at
    inside = [and_(day.is_not(None), *_within(day, run, window)) for window in WINDOWS]
    numbers = [
        func.coalesce(func.sum(case((of, 1), else_=0)), 0) for of in (*inside, day.is_(None))
    ]
    *counts, unknown = connection.execute(select(*numbers).where(true(), *asked)).one()
    return dict(zip(WINDOWS, map(int, counts), strict=True)), int(unknown)


def _within(
    day: ColumnElement[object], run: RunInfo, window: Window
) -> Iterable[ColumnElement[bool]]:
    if window.first is not None:
        yield day >= run.as_of + timedelta(days=window.first)
    if window.last is not None:
        yield day <= run.as_of + timedelta(days=window.last)


def _asked(
    run: RunInfo, question: Question, owner: str | None
) -> tuple[Table, list[ColumnElement[bool]]]:
    table = listing.table_of(run)
    asked = conditions(question, table, run.as_of)
    if owner is not None:
        asked.append(table.c.csm == owner)
    return table, asked
