"""How every number of a snapshot lies among peers, worked out once for all accounts.

Peers share tier and stage of the customer's life; where these are fewer than `FEWEST_PEERS`, the
tier, and else nothing. A table holds five quantiles of every number for every such set, so that
what is usual for the peers of one account takes no look at the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.beside import read_beside, write_beside
from features.compiled import compiled
from features.kernel.types import Floats, Int32, Int64

FEWEST_PEERS = 20
ALIKE = (("profile__tier", "profile__stage"), ("profile__tier",), ())
"""What peers share, the closest first."""
SHARES = (0.10, 0.25, 0.50, 0.75, 0.90)
KNOWN = len(SHARES)
"""The place behind the quantiles: of how many the number is known."""

Shared = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Quartiles:
    """A quarter of the peers lie below `low`, half below `median`, a quarter above `high`."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Peers:
    """The accounts of a snapshot that are most alike, the account itself among them.

    Attributes:
        shared: what they share, by column; empty for all accounts.
        accounts: how many they are.
    """

    shared: dict[str, str]
    accounts: int
    table: "PeerTable"
    place: int

    def quantiles(self, column: str) -> tuple[float, ...] | None:
        """The five of `SHARES`; None for words and where fewer than `FEWEST_PEERS` are known."""
        found = self.table.figures(column, self.place)
        if found is None or found[KNOWN] < FEWEST_PEERS:
            return None
        return tuple(found[:KNOWN])

    def quartiles(self, column: str) -> Quartiles | None:
        """The middle three, likewise."""
        found = self.quantiles(column)
        return Quartiles(*found[1:4]) if found else None

    def known(self, column: str) -> int:
        """Of how many the number is known."""
        found = self.table.figures(column, self.place)
        return int(found[KNOWN]) if found else 0


@dataclass(frozen=True)
class PeerTable:
    """The quantiles of every set of peers.

    Attributes:
        sets: what each set shares, and how many accounts it has.
        table: by number of the snapshot a list of `SHARES` and `KNOWN` for each set.
    """

    sets: tuple[tuple[Shared, int], ...]
    table: pa.Table

    @classmethod
    def of(cls, snapshot: pa.Table) -> "PeerTable":
        """Of all rows of one date."""
        return cls.by_column(snapshot.schema, len(snapshot), snapshot.column)

    @classmethod
    def by_column(
        cls, schema: pa.Schema, rows: int, column: Callable[[str], pa.ChunkedArray]
    ) -> "PeerTable":
        """The same of a snapshot of which `column` gives one column at a time."""
        sets, member = _sets(schema, rows, column)
        sizes = np.array([size for _, size in sets], np.int64)
        columns = {}
        for field in schema:
            name = field.name
            if _is_number(field.type):
                values = _numbers(column(name))
                figures = quantiles_of(values, member, sizes, np.array(SHARES))
                flat = pa.array(figures.ravel())
                columns[name] = pa.FixedSizeListArray.from_arrays(flat, KNOWN + 1)
        return cls(sets, pa.table(columns))

    def peers(self, tier: object, stage: object) -> Peers:
        """The peers of an account of this tier and stage; None where it is not known."""
        has = {"profile__tier": tier, "profile__stage": stage}
        for columns in ALIKE:
            shared = tuple((column, str(has[column])) for column in columns)
            place = self._place.get(shared)
            if place is None or any(has[column] is None for column in columns):
                continue
            accounts = self.sets[place][1]
            if accounts >= FEWEST_PEERS or not columns:
                return Peers(dict(shared), accounts, self, place)
        return Peers({}, 0, self, -1)

    def figures(self, column: str, place: int) -> list[float] | None:
        """Quantiles and how many are known of a column in a set; None where it is no number."""
        if place < 0 or column not in self._figures:
            return None
        figures = self._figures[column]
        found: list[float] = figures[place].tolist()
        return found

    @cached_property
    def _figures(self) -> dict[str, Floats]:
        """By number its quantiles in every set, shape (sets, `SHARES` and `KNOWN`): views."""
        return {name: _by_set(self.table.column(name)) for name in self.table.column_names}

    @cached_property
    def _place(self) -> dict[Shared, int]:
        return {shared: place for place, (shared, _) in enumerate(self.sets)}

    def write(self, path: Path, sha256: str) -> None:
        """Keep the table beside the snapshot of that content."""
        write_beside(path, self.table, self.sets, sha256)

    @classmethod
    def read(cls, path: Path, sha256: str) -> "PeerTable":
        """What was written, mapped.

        Raises:
            ValueError: it cannot be read, or is of another snapshot.
        """
        table, sets = read_beside(path, sha256)
        known = tuple((tuple((c, w) for c, w in shared), size) for shared, size in sets)
        return cls(known, table)


def _sets(
    schema: pa.Schema, rows: int, column: Callable[[str], pa.ChunkedArray]
) -> tuple[tuple[tuple[Shared, int], ...], Int32]:
    """All sets of peers, and the set of each row at each of `ALIKE`, shape (levels, rows)."""
    found: list[tuple[Shared, int]] = []
    member = np.full((len(ALIKE), rows), -1, np.int32)
    for level, columns in enumerate(ALIKE):
        if not set(columns) <= set(schema.names):
            continue
        places, keys = _keys([column(name) for name in columns], rows)
        sizes = np.bincount(places[places >= 0], minlength=len(keys))
        member[level] = np.where(places >= 0, places + len(found), -1)
        shared = (tuple(zip(columns, key, strict=True)) for key in keys)
        found += zip(shared, sizes.tolist(), strict=True)
    return tuple(found), member


def _keys(columns: Sequence[pa.ChunkedArray], rows: int) -> tuple[Int64, list[tuple[str, ...]]]:
    """What rows share, in the order in which it comes first, and the place of each row among it.

    The place is -1 where a word is missing.
    """
    codes, words = np.zeros(rows, np.int64), []
    missing = np.zeros(rows, bool)
    for each in columns:
        coded = each.cast(pa.string()).combine_chunks().dictionary_encode()
        whole = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        words.append(whole.dictionary.to_pylist())
        own = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        missing |= own < 0
        codes = codes * len(words[-1]) + own
    held = np.flatnonzero(~missing)
    kinds, first, inverse = np.unique(codes[held], return_index=True, return_inverse=True)
    turn = np.argsort(first)
    places = np.full(rows, -1, np.int64)
    places[held] = np.argsort(turn)[inverse]
    shape = [len(each) for each in words]
    keys = [
        tuple(own[i] for own, i in zip(words, np.unravel_index(kind, shape), strict=True))
        for kind in kinds[turn]
    ]
    return places, keys


def _by_set(figures: pa.ChunkedArray) -> Floats:
    flat = pa.chunked_array([chunk.flatten() for chunk in figures.chunks], pa.float64())
    return np.asarray(flat.to_numpy(), np.float64).reshape(-1, KNOWN + 1)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _numbers(values: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    known = values.cast(pa.float64())
    filled = known.fill_null(float("nan")) if known.null_count else known
    return np.asarray(filled.to_numpy(), np.float64)


def quantiles_of(values: Floats, member: Int32, sizes: Int64, shares: Floats) -> Floats:
    """Quantiles of one column in every set, and of how many it is known, (sets, shares + 1).

    Linear between neighbours (Hyndman and Fan 1996, definition 7), as `numpy.quantile`.

    Args:
        values: shape (rows,); NaN where not known.
        member: the set of each row at each level, -1 for none, shape (levels, rows).
        sizes: rows of each set.
        shares: 0 to 1.
    """
    order = np.argsort(values, kind="stable")
    return _quantiles(values, order[: len(values) - int(np.isnan(values).sum())], member, sizes,
                      shares)  # fmt: skip


@compiled
def _quantiles(values: Floats, order: Int64, member: Int32, sizes: Int64, shares: Floats) -> Floats:
    begin = np.zeros(len(sizes) + 1, np.int64)
    begin[1:] = np.cumsum(sizes)
    sorted_values, known = np.empty(begin[-1]), np.zeros(len(sizes), np.int64)
    for level in range(len(member)):
        for row in order:
            own = member[level, row]
            if own >= 0:
                sorted_values[begin[own] + known[own]] = values[row]
                known[own] += 1
    out = np.full((len(sizes), len(shares) + 1), np.nan)
    for own in range(len(sizes)):
        out[own, -1] = known[own]
        if known[own] == 0:
            continue
        for i in range(len(shares)):
            place = shares[i] * (known[own] - 1)
            low = int(place)
            high = min(low + 1, known[own] - 1)
            at, then = sorted_values[begin[own] + low], sorted_values[begin[own] + high]
            out[own, i] = at + (then - at) * (place - low)
    return out
