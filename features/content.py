"""A table's content as one number, the same whatever library wrote or read it."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def content_sha256(table: pa.Table) -> str:
    """SHA-256 over names, types and values of a table's columns, row by row; 64 hex digits.

    Chunks, dictionaries and metadata play no part; the order of rows and columns does, and
    so does every bit of a number. Numbers, dates and text are what it can tell.
    """
    return sha256_of_columns(len(table), zip(table.column_names, table.columns, strict=True))


def sha256_of_columns(rows: int, columns: Iterable[tuple[str, pa.ChunkedArray]]) -> str:
    """The same of columns that come one after the other, so that they never lie together.

    Args:
        rows: how many each of them has.
        columns: names and values.
    """
    total = hashlib.sha256(f"{rows}\n".encode())
    for name, column in columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        total.update(f"{name}\t{column.type}\n".encode())
        total.update(np.packbits(column.is_valid().to_numpy()).tobytes())
        total.update(_values(column))
    return total.hexdigest()


def _values(column: pa.ChunkedArray) -> bytes:
    """The values of a column, empty ones left out."""
    values = column.drop_null().combine_chunks()
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        lengths = pc.binary_length(values).cast(pa.int64()).to_numpy()
        return bytes(lengths.tobytes()) + "".join(values.to_pylist()).encode()
    if pa.types.is_date32(values.type):
        values = values.cast(pa.int32())
    return bytes(values.to_numpy(zero_copy_only=False).tobytes())
