"""Arrow columns as arrays, each made only when it is first read."""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.clock import MISSING, Instants
from features.contract import Column, Kind, Table
from features.words import LaterWords, Words

Values = npt.NDArray[np.float64] | Instants | npt.NDArray[np.int32] | Words


class Columns(Mapping[str, Values]):
    """The contract's columns of a table; those that were not loaded are not there."""

    def __init__(self, table: Table, rows: pa.Table) -> None:
        held = set(rows.column_names)
        self._declared = {c.name: c for c in table.columns if c.name in held}
        self._given = {name: rows.column(name) for name in self._declared}
        self._made: dict[str, Values] = {}

    def __getitem__(self, name: str) -> Values:
        if name not in self._made:
            declared = self._declared[name]  # what was given is let go of, so as not to have both
            self._made[name] = _values(declared, self._given.pop(name))
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)


def _values(column: Column, values: pa.ChunkedArray) -> Values:
    if column.kind is Kind.TIMESTAMP:
        return instants(values)
    if column.kind in (Kind.ID, Kind.TEXT, Kind.CATEGORY):
        return encoded(values)
    if column.kind is Kind.BOOLEAN:
        values = values.cast(pa.int8())
    if column.kind is Kind.MONEY and pa.types.is_decimal(values.type):
        return _amounts(values)
    numbers: npt.NDArray[np.float64] = values.cast(pa.float64()).fill_null(np.nan).to_numpy()
    return numbers


def _amounts(values: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Decimals as the nearest numbers; Arrow's own cast may miss those by a last bit."""
    scale = 10.0**values.type.scale
    whole = values.cast(pa.decimal128(38, values.type.scale)).combine_chunks()
    arrays = whole.chunks if isinstance(whole, pa.ChunkedArray) else [whole]
    parts = [np.empty(0)]
    for array in filter(len, arrays):
        words = np.frombuffer(array.buffers()[1], np.int64)  # 128 bits each, the low half first
        low = words[2 * array.offset : 2 * (array.offset + len(array)) : 2]
        parts.append(np.where(array.is_valid().to_numpy(zero_copy_only=False), low / scale, np.nan))
    return np.concatenate(parts)


def instants(values: pa.ChunkedArray) -> Instants:
    """Microseconds since 1970, MISSING where empty, shape (rows,)."""
    whole = values.cast(pa.int64())
    if whole.null_count:
        whole = whole.fill_null(MISSING)
    dates: Instants = whole.to_numpy()
    return dates


def encoded(values: pa.ChunkedArray) -> Words:
    """Text as codes into its distinct words, in no particular order."""
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    if values.num_chunks == 0:
        return Words(np.empty(0, np.int32), ())
    whole = values.unify_dictionaries().combine_chunks()
    array = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    codes = array.indices.cast(pa.int32())
    if codes.null_count:
        codes = codes.fill_null(-1)
    return Words(
        codes.to_numpy(zero_copy_only=False), LaterWords(array.dictionary.cast(pa.string()))
    )
