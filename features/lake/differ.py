"""Telling that rows differ, all of them, by their hashes: a quick yes, or no answer."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from features.lake.content import RowHashes
from features.lake.records import numbers_of
from features.lake.text import text_of


def differ(rows: pa.Table, names: Sequence[str]) -> bool:
    """Whether no two rows can be alike in some columns, nulls being alike.

    Where it says False two rows may be alike, or only their hashes are.

    Args:
        rows: in the contract's types.
        names: the columns.
    """
    if len(rows) < 2:
        return True
    hashed = RowHashes(len(rows))
    for name in names:
        column = _whole(rows.column(name))
        if not pa.types.is_string(column.type):
            hashed.take_numbers(numbers_of(column))
        elif (text := text_of(column)) is not None:
            hashed.take_text(text)
        else:
            hashed.take_numbers(np.zeros(len(rows), np.int64))
    found = np.sort(hashed.total)
    return not bool((found[1:] == found[:-1]).any())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
