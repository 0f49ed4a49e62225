"""What accounts really changed within a quarter: how far each signal moved, from where.

Kept small: by tier, and by a third of the values it began in, a few quantiles of the change of
every number. They say how far a signal of an account like this one moved for one peer in four
and for one in ten.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from models.bands.accounts import TIER
from models.dataset import Dataset

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

QUARTER, SLACK = 91, 16
"""Days between two snapshots that are a quarter apart, and how many more or fewer will do."""
FEWEST_PAIRS = 40
"""Pairs of snapshots, of ten accounts or more, that tell how far a signal moves."""
FEWEST_ACCOUNTS = 10
SHARES = {"one peer in four": 0.25, "one peer in ten": 0.10}
"""How many moved at least so far, the more usual first."""
THIRDS = (1 / 3, 2 / 3)
EVERYWHERE = ""
"""The tier of a move that all tiers together made."""
SCHEMA = pa.schema(
    [
        pa.field("tier", pa.string(), nullable=False),
        pa.field("signal", pa.string(), nullable=False),
        pa.field("begins", pa.float64(), nullable=False),
        *(pa.field(name, pa.float64(), nullable=False) for name in ("low", "high")),
        *(
            pa.field(f"{way} {name}", pa.float64(), nullable=False)
            for name in SHARES
            for way in ("down", "up")
        ),
    ]
)


@dataclass(frozen=True, eq=False)
class Moves:
    """How far signals moved within a quarter.

    Attributes:
        frame: one row by `tier` ("" for all), `signal` and third: the value the third `begins`
            at, the `low` and `high` that the signal had at all (1st and 99th percent), and
            for each of `SHARES` how far `down` and `up` at least so many peers moved.
    """

    frame: pd.DataFrame

    def changes(
        self, signals: tuple[str, ...], tier: str, values: Vector, share: str, ways: Vector
    ) -> Vector:
        """How far at least a share of peers that began alike moved, shape (signals,).

        Args:
            signals: the columns.
            tier: of the account; where it is not known, all tiers together.
            values: where they begin, shape (signals,).
            share: one of `SHARES`.
            ways: 1 for up, -1 for down, likewise.

        Returns:
            The signed changes, within what each signal was ever seen at; 0 where it is not
            known, or where so many peers did not move that way at all.
        """
        known = self._arrays(signals, tier)
        third = np.full(len(signals), -1)
        for i, begins in enumerate(known["begins"]):
            third[begins <= values] = i
        here = np.maximum(third, 0), np.arange(len(signals))
        moved = np.where(ways > 0, known[f"up {share}"][here], known[f"down {share}"][here])
        low, high = known["low"][here], known["high"][here]
        inside = np.minimum(np.maximum(values + moved, low), high) - values
        return np.where((third >= 0) & (inside * ways > 0), inside, 0.0)

    def _arrays(self, signals: tuple[str, ...], tier: str) -> dict[str, Matrix]:
        """Every column of `frame` by third and signal, NaN for thirds that are not there."""
        asked = signals, tier
        if asked not in self._made:
            mine = [self._of(signal, tier) for signal in signals]
            names = SCHEMA.names[2:]
            most = max(map(len, mine), default=0)
            found = {name: np.full((max(most, 1), len(signals)), np.nan) for name in names}
            for i, thirds in enumerate(mine):
                for name in names:
                    found[name][: len(thirds), i] = [third[name] for third in thirds]
            self._made[asked] = found
        return self._made[asked]

    @cached_property
    def _made(self) -> dict[tuple[tuple[str, ...], str], dict[str, Matrix]]:
        return {}

    def _of(self, signal: str, tier: str) -> Sequence[dict[str, float]]:
        """The thirds of a signal among accounts of a tier, else of all."""
        return self._thirds.get((tier, signal), self._thirds.get((EVERYWHERE, signal), ()))

    @cached_property
    def _thirds(self) -> dict[tuple[str, str], list[dict[str, float]]]:
        """By tier and signal the thirds, in order."""
        found: dict[tuple[str, str], list[dict[str, float]]] = {}
        for row in self.frame.to_dict("records"):
            key = str(row.pop("tier")), str(row.pop("signal"))
            found.setdefault(key, []).append({str(name): float(v) for name, v in row.items()})
        return found

    def to_bytes(self) -> bytes:
        """As Parquet."""
        sink = io.BytesIO()
        table = pa.Table.from_pandas(self.frame, SCHEMA, preserve_index=False)
        pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
        return sink.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Moves":
        """Read it back."""
        return cls(pq.read_table(io.BytesIO(content)).to_pandas().astype(_types()))


def learn_moves(data: Dataset, columns: Sequence[str]) -> Moves:
    """How far the numbers among `columns` moved between snapshots a quarter apart."""
    before, after = quarters(data)
    frame, found = data.frame, []
    accounts = pd.factorize(frame["account_id"])[0][before]
    tiers = _tiers(frame)[before]
    for column in columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            continue
        values = frame[column].to_numpy(np.float64, na_value=np.nan)
        start, change = values[before], values[after] - values[before]
        known = ~np.isnan(change)
        for tier in (EVERYWHERE, *sorted(set(tiers) - {EVERYWHERE})):
            mine = known & ((tiers == tier) | (tier == EVERYWHERE))
            if mine.sum() >= FEWEST_PAIRS and len(np.unique(accounts[mine])) >= FEWEST_ACCOUNTS:
                found += [(tier, column, *row) for row in _thirds(start[mine], change[mine])]
    return Moves(pd.DataFrame(found, columns=SCHEMA.names).astype(_types()))


def quarters(data: Dataset) -> tuple[Rows, Rows]:
    """Pairs of rows of one account about a quarter apart, the earlier and the later."""
    days = np.unique(data.ordinals)
    if not len(days):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    nearest = days[np.abs(days[None, :] - (days + QUARTER)[:, None]).argmin(axis=1)]
    later = dict(zip(days.tolist(), nearest.tolist(), strict=True))
    frame = pd.DataFrame({"account": data.frame["account_id"], "day": data.ordinals})
    frame["row"] = np.arange(len(frame))
    frame["later"] = frame["day"].map(later)
    pairs = frame.merge(frame, left_on=["account", "later"], right_on=["account", "day"])
    apart = pairs["day_y"] - pairs["day_x"]
    pairs = pairs[(apart - QUARTER).abs() <= SLACK]
    return pairs["row_x"].to_numpy(np.int64), pairs["row_y"].to_numpy(np.int64)


def _thirds(start: Vector, change: Vector) -> Iterator[tuple[float, ...]]:
    """The quantiles of each third of the values that signals began at."""
    low, high = np.percentile(np.concatenate([start, start + change]), [1, 99])
    edges = np.unique([-np.inf, *np.quantile(start, THIRDS)])
    place = np.searchsorted(edges, start, side="right") - 1
    for nth, third in enumerate(np.unique(place)):
        mine = change[place == third]
        moved = (float(np.quantile(mine, q)) for s in SHARES.values() for q in (s, 1 - s))
        begins = edges[third] if nth else -np.inf
        yield (float(begins), float(low), float(high), *moved)


def _tiers(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    if TIER not in frame:
        return np.full(len(frame), EVERYWHERE, object)
    words = frame[TIER].astype(object)
    return words.where(words.notna(), EVERYWHERE).to_numpy(object)


def _types() -> dict[str, type]:
    return {f.name: object if f.type == pa.string() else np.float64 for f in SCHEMA}
