"""Numbers for what is alike in some columns, over new rows and those that are held."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]


def numbered(load: pa.Table, held: pa.Table, names: Sequence[str]) -> tuple[Numbers, Numbers]:
    """A number for each row of both; the same for rows that are alike, nulls being alike.

    Args:
        load: new rows.
        held: rows of the lake.
        names: the columns that are compared.
    """
    found = np.zeros(len(load) + len(held), np.int64)
    for name in names:
        codes, words = _coded(load.column(name), held.column(name))
        found = np.unique(found * words + codes, return_inverse=True)[1].astype(np.int64)
    return found[: len(load)], found[len(load) :]


def _coded(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[Numbers, int]:
    """A column of both as codes, and how many there are."""
    both = pa.chunked_array([*one.cast(other.type).chunks, *other.chunks], other.type)
    coded = both.combine_chunks().dictionary_encode(null_encoding="encode")
    array = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return array.indices.to_numpy().astype(np.int64), max(1, len(array.dictionary))
