"""What was published last, as one word: it changes with every publication."""

from sqlalchemy import Engine, func, select

from serving.store.tables import SCORING_RUN
from serving.store.transactions import glancing, once_in_a_go

LAST = select(func.max(SCORING_RUN.c.published_at), func.count()).select_from(SCORING_RUN)


def last_published(engine: Engine) -> str:
    """Names everything published up to now; the same word as long as nothing is added."""
    return once_in_a_go(("published", engine), lambda: _last(engine))


def _last(engine: Engine) -> str:
    with glancing(engine) as connection:
        at, runs = connection.execute(LAST).one()
    return f"{at.isoformat() if at else ''} {runs}"
