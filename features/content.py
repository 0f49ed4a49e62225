"""A table's content as one number, the same whatever library wrote or read it."""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Buffer = bytes | memoryview


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
    every = np.packbits(np.ones(rows, bool))
    for name, column in columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        total.update(f"{name}\t{column.type}\n".encode())
        there = np.packbits(column.is_valid().to_numpy()) if column.null_count else every
        total.update(there.data)
        for part in _values(column):
            total.update(part)
    return total.hexdigest()


def _values(column: pa.ChunkedArray) -> Iterator[Buffer]:
    """The values of a column, empty ones left out; numbers are not copied."""
    values = column.drop_null() if column.null_count else column
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        lengths = pc.binary_length(values).cast(pa.int64()).to_numpy()
        yield lengths.data
        yield "".join(values.to_pylist()).encode()
        return
    for chunk in values.chunks:
        numbers = chunk.cast(pa.int32()) if pa.types.is_date32(chunk.type) else chunk
        yield np.ascontiguousarray(numbers.to_numpy(zero_copy_only=False)).data
