"""Health of several accounts over time, for lists that show where each is going."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine, select

from models.score import HORIZONS
from serving.store import rows
from serving.store.tables import SCORE, SCORING_RUN, p_loss_column
from serving.store.transactions import reading

MOST_POINTS = 13
"""Points of one line: a year of month ends, and now."""


def health_trends(
    engine: Engine, account_ids: Sequence[str], until: date, most: int = MOST_POINTS
) -> dict[str, list[float | None]]:
    """Health scores at evenly chosen runs, oldest first; None where there is none.

    Args:
        engine: an open store.
        account_ids: whose; ids of the store.
        until: the last run that counts.
        most: at most so many points, spread over the runs of the year before.
    """
    with reading(engine) as connection:
        year = date.fromordinal(until.toordinal() - 366)
        within = SCORING_RUN.c.as_of.between(year, until)
        runs = select(SCORING_RUN.c.as_of).where(within).order_by(SCORING_RUN.c.as_of)
        days = _spread([row.as_of for row in connection.execute(runs)], most)
        ids = [each for each in account_ids if rows.storable(each)]
        chosen = select(SCORE.c.account_id, SCORE.c.as_of, SCORE.c.health_score).where(
            SCORE.c.account_id.in_(ids), SCORE.c.as_of.in_(days)
        )
        found = {(row[0], row[1]): row[2] for row in connection.execute(chosen)}
    return {each: [found.get((each, day)) for day in days] for each in account_ids}


def chances_at(engine: Engine, account_id: str, as_of: date) -> dict[int, float]:
    """The known chances of loss of an account at an earlier run, by horizon in days."""
    columns = {days: SCORE.c[p_loss_column(days)] for days in HORIZONS}
    chosen = select(*columns.values()).where(
        SCORE.c.account_id == account_id, SCORE.c.as_of == as_of
    )
    with reading(engine) as connection:
        row = connection.execute(chosen).one_or_none()
    found = zip(columns, row or (), strict=False)
    return {days: chance for days, chance in found if chance is not None}


def _spread(days: Sequence[date], most: int) -> list[date]:
    """The last of the days and others at even distances before it."""
    if len(days) <= most:
        return list(days)
    step = (len(days) - 1) / (most - 1)
    return [days[round(number * step)] for number in range(most)]
