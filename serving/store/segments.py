"""How the accounts of each segment are doing, at the newest run."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import BigInteger, Connection, Engine, Table, case, cast, func, select, type_coerce

from models.score import Band
from serving.store import listing
from serving.store.columns import Money
from serving.store.records import RunInfo
from serving.store.rows import run_info
from serving.store.tables import SCORING_RUN, SEGMENTS
from serving.store.transactions import reading

MOST_WORDS = 200
"""Words of one column that are told, those of most accounts first."""
_REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class SegmentSum:
    """The accounts that share one word of a column.

    Attributes:
        word: empty where it is not known.
        risk: mean chance of loss (0 to 1) within the primary horizon, of the accounts whose
            chance is known; None where it is of none.
        arr: per year; None where it is known of none.
        expected_loss: likewise, within the primary horizon.
    """

    word: str
    accounts: int
    red: int
    yellow: int
    green: int
    grey: int
    risk: float | None
    arr: Decimal | None
    expected_loss: Decimal | None


@dataclass(frozen=True, slots=True)
class SegmentColumn:
    """A column by which accounts are told apart, with its words."""

    column: str
    words: tuple[SegmentSum, ...]


Found = tuple[RunInfo, tuple[SegmentColumn, ...]]


class SegmentRepository:
    """Sums by segment; what is counted of a run is kept while it is the newest.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[tuple[str, str | None], Found] = {}

    def all(self, owner: str | None = None) -> Found | None:
        """The run, and each column with its words; None before the first run.

        Args:
            owner: only accounts of this CSM; all where None.
        """
        newest = select(*SCORING_RUN.c).order_by(SCORING_RUN.c.as_of.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(newest).mappings().one_or_none()
            if row is None:
                return None
            run = run_info(row)
            key = (run.digest, owner)
            if key not in self._kept:
                if len(self._kept) >= _REMEMBERED or any(k[0] != run.digest for k in self._kept):
                    self._kept = {}
                table = listing.table_of(run)
                columns = [_column(connection, table, name, owner) for name in SEGMENTS]
                self._kept[key] = (run, tuple(columns))
            return self._kept[key]


def _column(connection: Connection, table: Table, name: str, owner: str | None) -> SegmentColumn:
    word = table.c[name]
    bands = [func.sum(case((table.c.band == band, 1), else_=0)) for band in _ORDER]
    sums = (
        func.count().label("accounts"),
        *bands,
        func.avg(table.c.risk),
        type_coerce(cast(func.sum(table.c.arr), BigInteger), Money),
        type_coerce(cast(func.sum(table.c.expected_loss), BigInteger), Money),
    )
    query = select(word, *sums).group_by(word)
    query = query.order_by(func.count().desc(), word).limit(MOST_WORDS)
    if owner is not None:
        query = query.where(table.c.csm == owner)
    return SegmentColumn(name, tuple(SegmentSum(*row) for row in connection.execute(query)))


_ORDER = (Band.RED, Band.YELLOW, Band.GREEN, Band.GREY)
