"""How likely the accounts of a tier are to leave on average, by days ahead."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select

from models.score import HORIZONS
from serving.store import listing
from serving.store.memory import RunMemory
from serving.store.records import RunInfo
from serving.store.runs import newest_run
from serving.store.tables import SCORE, p_loss_column
from serving.store.transactions import reading

MOST = 2_000
"""Accounts of a tier that are looked at: the first by name, which says nothing of risk."""


@dataclass(frozen=True, slots=True)
class TierChances:
    """Mean chances of the accounts of one tier.

    Attributes:
        chances: by days ahead, 0 to 1, of the accounts of which one is known.
        accounts: how many were looked at.
        all: whether these are all of the tier.
    """

    chances: Mapping[int, float]
    accounts: int
    all: bool


class TierRepository:
    """Means by tier at the newest run, kept while it is the newest.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._memory = RunMemory()

    def chances(self, tier: str) -> TierChances | None:
        """The mean chances of a tier; None before the first run."""
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return None
            return self._memory.recall(run, tier, lambda: _read(connection, run, tier))


def _read(connection: Connection, run: RunInfo, tier: str) -> TierChances:
    table = listing.table_of(run)
    mine = select(table.c.account_id).where(table.c.tier == tier)
    ids = connection.scalars(mine.order_by(table.c.name_key, table.c.account_id).limit(MOST + 1))
    found = list(ids)
    means = [func.avg(SCORE.c[p_loss_column(days)]) for days in HORIZONS]
    chosen = select(*means).where(SCORE.c.account_id.in_(found[:MOST]), SCORE.c.as_of == run.as_of)
    row = connection.execute(chosen).one()
    known = {days: mean for days, mean in zip(HORIZONS, row, strict=True) if mean is not None}
    return TierChances(known, min(len(found), MOST), len(found) <= MOST)
