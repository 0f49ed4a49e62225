"""What was published before a date, as whole columns: a run may hold a million accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from models.adjustment import base_of
from models.score import Band
from serving.store.tables import SCORE, SCORING_RUN


@dataclass(frozen=True)
class PastRun:
    """The bands and chances of one published run, by account in no particular order.

    Attributes:
        accounts: ids.
        bands: as published, in the order of the ids.
        risks: chance of loss within the run's primary horizon, likewise; None where unknown.
    """

    as_of: date
    model_version: str
    accounts: tuple[str, ...]
    bands: tuple[Band, ...]
    risks: tuple[float | None, ...]


def runs_before(
    connection: Connection, as_of: date, days: int, model_version: str
) -> Iterator[PastRun]:
    """The runs before `as_of`, newest first: those of the last `days`, and one before them.

    They end where another model was published: what it said is no measure. A model whose level
    was moved since is the same model: each month's recalibration must not make bands flap.
    """
    earlier = select(SCORING_RUN.c.as_of, SCORING_RUN.c.model_version)
    ordered = earlier.where(SCORING_RUN.c.as_of < as_of).order_by(SCORING_RUN.c.as_of.desc())
    found = []
    for day, version in connection.execute(ordered):
        if base_of(version) != base_of(model_version):
            break
        found.append(day)
        if day <= as_of - timedelta(days=days):
            break
    for day in found:
        yield past_run(connection, day)


def past_run(connection: Connection, day: date) -> PastRun:
    """The bands and chances of one run."""
    mine = select(SCORING_RUN.c.model_version).where(SCORING_RUN.c.as_of == day)
    version = connection.scalar(mine) or ""
    columns = select(SCORE.c.account_id, SCORE.c.band, SCORE.c.risk).where(SCORE.c.as_of == day)
    rows = connection.execute(columns).all()
    accounts, bands, risks = zip(*rows, strict=True) if rows else ((), (), ())
    return PastRun(day, version, accounts, bands, risks)
