"""A few facts of several accounts at once, for pages that name them or show where they go."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine, select

from models.score import HORIZONS
from serving.store import rows
from serving.store.tables import ACCOUNT, SCORE, SCORING_RUN, p_loss_column
from serving.store.transactions import glancing, reading

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


def names_of(
    engine: Engine, account_ids: Sequence[str], owner: str | None = None
) -> dict[str, str]:
    """What accounts are called, by id; without those that are unknown, or not the CSM's."""
    ids = [each for each in account_ids if rows.storable(each)]
    chosen = select(ACCOUNT.c.account_id, ACCOUNT.c.name).where(ACCOUNT.c.account_id.in_(ids))
    if owner is not None:
        chosen = chosen.where(ACCOUNT.c.csm == owner)
    with glancing(engine) as connection:
        return {row[0]: row[1] for row in connection.execute(chosen)}


def chances_at(engine: Engine, account_id: str, as_of: date) -> dict[int, float]:
    """The known chances of loss of an account at an earlier run, by horizon in days."""
    columns = {days: SCORE.c[p_loss_column(days)] for days in HORIZONS}
    chosen = select(*columns.values()).where(
        SCORE.c.account_id == account_id, SCORE.c.as_of == as_of
    )
    with glancing(engine) as connection:
        row = connection.execute(chosen).one_or_none()
    found = zip(columns, row or (), strict=False)
    return {days: chance for days, chance in found if chance is not None}


def _spread(days: Sequence[date], most: int) -> list[date]:
    """The last of the days and others at even distances before it."""
    if len(days) <= most:
        return list(days)
    step = (len(days) - 1) / (most - 1)
    return [days[round(number * step)] for number in range(most)]
