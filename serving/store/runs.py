"""Which runs are published."""

from sqlalchemy import Connection, func, select

from serving.store import rows
from serving.store.publications import beside
from serving.store.records import RunInfo
from serving.store.tables import SCORING_RUN

LAST_PUBLISHED = select(func.max(SCORING_RUN.c.published_at))
_AT, _RUNS = beside()
NEWEST = (
    select(*SCORING_RUN.c, _AT.label("last_published"), _RUNS.label("runs"))
    .order_by(SCORING_RUN.c.as_of.desc())
    .limit(1)
)


def newest_run(connection: Connection) -> RunInfo | None:
    """The newest published run; None where nothing is published."""
    row = connection.execute(NEWEST).mappings().one_or_none()
    return None if row is None else rows.run_info(row)
