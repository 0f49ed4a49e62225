"""The run before the one being published, read from where that takes least."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, select

from serving.store.stage import STAGE
from serving.store.tables import LATEST, SCORE, SCORING_RUN


@dataclass(frozen=True, slots=True)
class RunBefore:
    """What staged accounts are put beside.

    Attributes:
        as_of: of the run; None where there is none.
        was: holds its bands and chances.
    """

    as_of: date | None
    was: FromClause

    @property
    def same(self) -> ColumnElement[bool]:
        """Joins a staged account to what the run before says of it."""
        was = self.was
        return and_(was.c.account_id == STAGE.c.account_id, was.c.as_of == self.as_of)


def in_history(as_of: date | None) -> RunBefore:
    """A run as all runs are kept."""
    return RunBefore(as_of, SCORE.alias("was"))


def run_before(connection: Connection, as_of: date, slot: int | None) -> RunBefore:
    """The last published run before a date.

    The day before is nearly always the newest run: its own table has all that is asked for in
    rows half as wide, and nothing of other days in between.

    Args:
        connection: in the publishing transaction; the run of `as_of` is withdrawn already.
        as_of: the date.
        slot: of the newest run's table; None where none holds it.
    """
    runs = SCORING_RUN
    before = connection.scalar(select(func.max(runs.c.as_of)).where(runs.c.as_of < as_of))
    if slot is not None and before is not None:
        holds = connection.scalar(select(runs.c.as_of).where(runs.c.slot == slot))
        if holds == before:
            return RunBefore(before, LATEST[slot].alias("was"))
    return in_history(before)
