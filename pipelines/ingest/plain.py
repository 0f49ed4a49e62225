"""Columns that come as the contract has them: told good by a look, without a query.

A typed source (Parquet, a database) mostly brings every column in the type it is declared in,
and every value as it should be. That is seen in a few milliseconds. Whatever leaves a doubt is
left to the query that types all else, which also says what is wrong with it.
"""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import LARGEST, Column, Kind
from features.contract.arrow import TYPES

FIRST_YEAR = 1900
BLANKS = " \t\n\r\xa0"
"""What is no part of a text where it begins or ends."""
_WORDS = (Kind.ID, Kind.TEXT, Kind.CATEGORY)
_NUMBERS = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)
_UNITS = ("s", "ms", "us")
_MICROSECOND = 1_000_000
_SINCE = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()) * _MICROSECOND
_BEFORE = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp()) * _MICROSECOND


def plain(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The values in the declared type, where every one of them is good beyond doubt.

    Args:
        column: the declaration.
        values: what the source brought, of any type.

    Returns None where a value is not, or where that cannot be said by a look.
    """
    try:
        typed = _typed(column, values)
    except pa.ArrowInvalid:  # text that is no UTF-8, instants beyond what can be said
        return None
    if typed is None or (typed.null_count and (column.required or column.default)):
        return None
    return typed if _allowed(column, typed) else None


def _typed(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    kind = values.type
    if column.kind in _WORDS:
        return _text(column.kind, values)
    if column.kind is Kind.TIMESTAMP:
        return _moments(values) if pa.types.is_timestamp(kind) and kind.unit in _UNITS else None
    if column.kind is Kind.NUMBER:
        return _numbers(values) if kind == pa.float64() else None
    return values if kind == TYPES[column.kind] else None


def _text(kind: Kind, values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Text without blanks around it, null where nothing is left; categories in small letters."""
    if not pa.types.is_string(values.type):
        return None
    trimmed = pc.utf8_trim(values, characters=BLANKS)
    if (pc.min(pc.binary_length(trimmed)).as_py() or 0) == 0:
        trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if kind is not Kind.CATEGORY:
        return trimmed
    ascii_only = pc.all(pc.string_is_ascii(trimmed)).as_py() is not False
    return pc.ascii_lower(trimmed) if ascii_only else None


def _moments(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Instants within the years that are believed; in UTC where nothing says otherwise."""
    utc = values if values.type.tz else values.cast(pa.timestamp(values.type.unit, tz="UTC"))
    moments = utc.cast(TYPES[Kind.TIMESTAMP])
    ends = pc.min_max(moments.cast(pa.int64())).as_py()
    known = ends["min"] is None or (ends["min"] >= _SINCE and ends["max"] < _BEFORE)
    return moments if known else None


def _numbers(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Finite numbers, none of them -0.0."""
    found = values.fill_null(0.0).to_numpy()
    odd = not np.isfinite(found).all() or np.signbit(found[found == 0]).any()
    return None if odd else values


def _allowed(column: Column, values: pa.ChunkedArray) -> bool:
    """Whether all values lie among those, or within the limits, that are declared."""
    if column.allowed:
        words = pa.array(column.allowed, values.type)
        inside = pc.or_(pc.is_in(values, value_set=words), pc.is_null(values))
        return bool(pc.all(inside).as_py() is not False)
    if column.kind not in _NUMBERS:
        return True
    ends = pc.min_max(values).as_py()
    low, high = ends["min"], ends["max"]
    if low is None:
        return True
    if column.minimum is not None and low < column.minimum:
        return False
    if column.maximum is not None and high > column.maximum:
        return False
    return bool(max(abs(low), abs(high)) <= LARGEST)
