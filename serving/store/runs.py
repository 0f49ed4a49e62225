"""Which runs are published."""

from sqlalchemy import Connection, select

from serving.store import rows
from serving.store.records import RunInfo
from serving.store.tables import SCORING_RUN

NEWEST = select(*SCORING_RUN.c).order_by(SCORING_RUN.c.as_of.desc()).limit(1)


def newest_run(connection: Connection) -> RunInfo | None:
    """The newest published run; None where nothing is published."""
    row = connection.execute(NEWEST).mappings().one_or_none()
    return None if row is None else rows.run_info(row)
