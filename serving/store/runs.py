"""Which runs are published."""

from sqlalchemy import Connection, func, select

from serving.store import rows
from serving.store.records import RunInfo
from serving.store.tables import SCORING_RUN

NEWEST = select(*SCORING_RUN.c).order_by(SCORING_RUN.c.as_of.desc()).limit(1)
LAST_PUBLISHED = select(func.max(SCORING_RUN.c.published_at))


def newest_run(connection: Connection) -> RunInfo | None:
    """The newest published run; None where nothing is published."""
    row = connection.execute(NEWEST).mappings().one_or_none()
    return None if row is None else rows.run_info(row)
