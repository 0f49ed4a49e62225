"""What is no text of a row as whole numbers, and back.

A value takes eight bytes: instants, whole numbers and truths as they are, money in ten
thousandths, floats by their bits. Null is a number that none of them can be.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.clock import MISSING, NEVER
from features.contract import Table
from features.contract.arrow import schema

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_NULL_FLOAT = 0x7FF4_0F0E_0A4E_0001  # a NaN that no arithmetic gives


def lanes(table: Table) -> pa.Schema:
    """The columns of the contract that are no text."""
    return pa.schema([field for field in schema(table) if not pa.types.is_string(field.type)])


def numbers_of(column: pa.Array) -> Int64:
    """A column that is no text as numbers, shape (rows,).

    Raises ValueError for a whole number that means null here, the smallest of 64 bits.
    """
    if pa.types.is_decimal(column.type):
        halves = np.frombuffer(column.buffers()[1], np.int64)
        numbers = halves[2 * column.offset : 2 * (column.offset + len(column)) : 2]
        return _with_null(numbers, column, MISSING)
    if pa.types.is_floating(column.type):
        filled = column.fill_null(0) if column.null_count else column
        return _with_null(filled.to_numpy().view(np.int64), column, _NULL_FLOAT)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    whole = column.cast(pa.int64())
    numbers = (whole.fill_null(0) if whole.null_count else whole).to_numpy()
    if len(numbers) and numbers.min() == MISSING:
        raise ValueError(f"{MISSING} stands for null and is no value that the lake can hold")
    return _with_null(numbers, column, MISSING)


def arrays_of(fields: pa.Schema, columns: Int64) -> dict[str, pa.Array]:
    """The columns by name, from their numbers, shape (lanes, rows)."""
    pairs = zip(fields, columns, strict=True)
    return {field.name: _array(field.type, values) for field, values in pairs}


def sort_key(kind: pa.DataType, values: Int64) -> Int64:
    """Numbers that sort as the values of a lane do."""
    return values ^ ((values >> 63) & np.int64(NEVER)) if pa.types.is_floating(kind) else values


def _with_null(numbers: Int64, column: pa.Array, null: int) -> Int64:
    if not column.null_count:
        return numbers
    return np.where(column.is_null().to_numpy(zero_copy_only=False), np.int64(null), numbers)


def _array(kind: pa.DataType, values: Int64) -> pa.Array:
    floats = pa.types.is_floating(kind)
    gone = values == (_NULL_FLOAT if floats else MISSING)
    mask = gone if gone.any() else None
    if floats:
        return pa.array(values.view(np.float64), mask=mask, from_pandas=False)
    if not pa.types.is_decimal(kind):
        return pa.array(values, mask=mask).cast(kind)
    halves = np.column_stack([values, values >> 63])
    valid = None if mask is None else pa.array(~gone).buffers()[1]
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(halves)])
