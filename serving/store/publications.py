"""What was published last, as one word: it changes with every publication."""

from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, bindparam, func, select

from serving.store.direct import fetched
from serving.store.tables import SCORING_RUN
from serving.store.transactions import glancing, once_in_a_go

TOLD = (func.max(SCORING_RUN.c.published_at), func.count())
LAST = select(*TOLD).select_from(SCORING_RUN)


def last_published(engine: Engine) -> str:
    """Names everything published up to now; the same word as long as nothing is added."""
    return once_in_a_go(("published", engine), lambda: _last(engine))


def beside() -> tuple[ColumnElement[datetime | None], ColumnElement[int]]:
    """Two columns for a statement about something else: `word_of` them names the same.

    One statement sees one state of the store, so that what it found is of that name.
    """
    chosen = (select(told).select_from(SCORING_RUN).correlate(None) for told in TOLD)
    at, runs = (each.scalar_subquery() for each in chosen)
    return at, runs


def unchanged() -> ColumnElement[bool]:
    """A column for a statement: whether the parameters `at` and `runs` are what `beside` tells."""
    at, runs = beside()
    return and_(at == bindparam("at"), runs == bindparam("runs"))


def word_of(at: datetime | None, runs: int) -> str:
    """The word for what these columns hold."""
    return f"{at.isoformat() if at else ''} {runs}"


def _last(engine: Engine) -> str:
    with glancing(engine) as connection:
        ((at, runs),) = fetched(connection, LAST)
    return word_of(at, runs)
