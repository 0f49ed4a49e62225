"""How the accounts of each segment are doing, at the newest run."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, Engine, Table, case, cast, func, select, type_coerce

from models.score import Band
from serving.store import listing
from serving.store.columns import Money, amount_of
from serving.store.in_memory import UNKNOWN, Columns, Mask
from serving.store.memory import RunMemory
from serving.store.question import Question
from serving.store.read_columns import Held, held
from serving.store.records import RunInfo
from serving.store.runs import newest_run
from serving.store.tables import SEGMENTS
from serving.store.transactions import reading

MOST_WORDS = 200
"""Words of one column that are told, those of most accounts first."""

Codes = npt.NDArray[np.int32]


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
        columns: what is held in memory of the store's newest run; by default what all share.
    """

    def __init__(self, engine: Engine, columns: Held | None = None) -> None:
        self._engine = engine
        self._held = columns or held(engine)
        self._memory = RunMemory()

    def all(self, owner: str | None = None) -> Found | None:
        """The run, and each column with its words; None before the first run.

        Args:
            owner: only accounts of this CSM; all where None.
        """
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return None
            return run, self._memory.recall(
                run, owner, lambda: self._columns(connection, run, owner)
            )

    def _columns(
        self, connection: Connection, run: RunInfo, owner: str | None
    ) -> tuple[SegmentColumn, ...]:
        in_memory = self._held.of(run)
        if in_memory:
            mine = in_memory.passing(Question(), owner)
            return tuple(_summed(in_memory, name, mine) for name in SEGMENTS)
        table = listing.table_of(run)
        return tuple(_column(connection, table, name, owner) for name in SEGMENTS)


def _summed(columns: Columns, name: str, mine: Mask) -> SegmentColumn:
    """The same from memory."""
    coded, band = columns.words[name], columns.words["band"]
    codes, size = coded.codes[mine], len(coded.words)
    by_band = {
        word: np.bincount(codes[band.codes[mine] == n], minlength=size)
        for n, word in enumerate(band.words)
    }
    accounts = np.bincount(codes, minlength=size)
    risk = _means(codes, columns.numbers["risk"][mine], size)
    arr, loss = (_amounts(codes, columns.whole[of][mine], size) for of in ("arr", "expected_loss"))
    order = sorted(np.flatnonzero(accounts), key=lambda n: (-accounts[n], coded.words[n]))
    red, yellow, green, grey = (by_band.get(each, np.zeros(size, np.int64)) for each in _ORDER)
    return SegmentColumn(
        name,
        tuple(
            SegmentSum(
                coded.words[n],
                int(accounts[n]),
                int(red[n]),
                int(yellow[n]),
                int(green[n]),
                int(grey[n]),
                risk[n],
                arr[n],
                loss[n],
            )
            for n in order[:MOST_WORDS]
        ),
    )


def _means(codes: Codes, values: npt.NDArray[np.float64], size: int) -> list[float | None]:
    known = ~np.isnan(values)
    sums = np.bincount(codes[known], values[known], size)
    counts = np.bincount(codes[known], minlength=size)
    return [float(s / n) if n else None for s, n in zip(sums, counts, strict=True)]


def _amounts(codes: Codes, values: npt.NDArray[np.int64], size: int) -> list[Decimal | None]:
    """Exact sums: whole numbers, which as floating-point ones would be too large."""
    known, sums = values != UNKNOWN, np.zeros(size, np.int64)
    np.add.at(sums, codes[known], values[known])
    counts = np.bincount(codes[known], minlength=size)
    return [amount_of(int(s)) if n else None for s, n in zip(sums, counts, strict=True)]


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
