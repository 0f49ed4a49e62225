"""Typing a source's columns as the contract declares them, and finding what does not fit.

Columns that come as they are declared are taken as they are. One query types all others:
beside every column stands a code that says whether the value is good, empty though required,
or not what the declaration expects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import KNOWN_AT, LARGEST, Column, Kind, Table
from features.contract.arrow import TYPES, schema
from pipelines.errors import SourceError
from pipelines.ingest.engine import first_line, literal, query, quoted
from pipelines.ingest.findings import Finding, Rows, rows_of
from pipelines.ingest.plain import FIRST_YEAR, plain
from pipelines.ingest.problems import Problem
from pipelines.ingest.project import ROW
from pipelines.ingest.remedies import LOOKED_AT, remedy
from pipelines.ingest.types import ANY_TIME, NAIVE_TIME

_EMPTY, _UNFIT, _OLD, _LARGE = 1, 2, 3, 4
_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
_TRUE = "('true', 't', 'yes', 'y', '1')"
_FALSE = "('false', 'f', 'no', 'n', '0')"
_SQL_TYPES = {
    Kind.ID: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.CATEGORY: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.MONEY: "DECIMAL(18, 4)",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.TIMESTAMP: "TIMESTAMP",
}
_NUMBERS = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)
_SMALLER = "Give it in a larger unit, e.g. gigabytes for bytes, or correct it."


@dataclass(frozen=True, slots=True)
class Converted:
    """A source in the contract's types.

    Attributes:
        table: the good rows in the contract's schema, then `ROW`, the row's number.
        findings: the bad rows.
        brought: the source says itself when rows became known.
    """

    table: pa.Table
    findings: tuple[Finding, ...]
    brought: bool


def convert(table: Table, given: pa.Table, formats: Sequence[str] = ()) -> Converted:
    """Type the columns of `given` as `table` declares them.

    Args:
        table: the declaration.
        given: the contract's columns that the source brings, of any type.
        formats: forms of dates, tried where ISO 8601 does not fit.

    Raises:
        SourceError: a format of dates is itself wrong.
    """
    columns = (*table.columns, KNOWN_AT)
    brought = [c for c in columns if c.name in given.column_names]
    numbered = given.append_column(ROW, pa.array(np.arange(len(given))))
    taken = {c.name: found for c in brought if (found := plain(c, given[c.name])) is not None}
    others = [c for c in brought if c.name not in taken]
    typed = _typed(table.name, others, numbered, formats)
    if others:  # a query may give the rows in any order
        typed = typed.sort_by(ROW)
    for name, values in taken.items():
        typed = typed.append_column(name, values)
    findings = tuple(f for c in others for f in _found(c, given[c.name], typed))
    good = without(_complete(table, typed), rows_of(findings))
    return Converted(good, findings, KNOWN_AT.name in given.column_names)


def without(table: pa.Table, rows: Rows) -> pa.Table:
    """`table` without the rows of those numbers."""
    if not len(rows):
        return table
    return table.filter(pc.invert(pc.is_in(table.column(ROW), value_set=pa.array(rows))))


def _typed(
    name: str, columns: Sequence[Column], given: pa.Table, formats: Sequence[str]
) -> pa.Table:
    if not columns:
        return given.select([ROW])
    import duckdb  # only where SQL is needed

    parts = [ROW]
    for column in columns:
        kind = given.schema.field(column.name).type
        value = _value(column, kind, formats)
        empty = _empty(column.name, kind)
        parts.append(f"{_filled(column, empty, value)} AS {quoted(column.name)}")
        parts.append(f"{_code(column, empty, value)} AS {quoted(_code_name(column))}")
    try:
        return query(f"SELECT {', '.join(parts)} FROM given", {"given": given})
    except duckdb.InvalidInputException as error:
        reason = f"DuckDB says: {first_line(error)}"
        remedy = 'Write formats as strptime does, e.g. "%d/%m/%Y %H:%M".'
        place = "timestamp_formats"
        raise SourceError(
            [Problem(name, reason, remedy, column=place, value=", ".join(formats), fatal=True)]
        ) from None


def _code_name(column: Column) -> str:
    return f"{column.name} code"


def _filled(column: Column, empty: str, value: str) -> str:
    if not column.default:
        return value
    return f"CASE WHEN {empty} THEN {_default(column)} ELSE {value} END"


def _default(column: Column) -> str:
    return f"CAST({literal(column.default)} AS {_SQL_TYPES[column.kind]})"


def _code(column: Column, empty: str, value: str) -> str:
    missing = _EMPTY if column.required else 0
    unfit = [f"{value} IS NULL"]
    if column.allowed:
        unfit.append(f"{value} NOT IN ({', '.join(map(literal, column.allowed))})")
    if column.minimum is not None:
        unfit.append(f"{value} < {column.minimum:g}")
    if column.maximum is not None:
        unfit.append(f"{value} > {column.maximum:g}")
    odd = ""
    if column.kind is Kind.TIMESTAMP:
        unfit.append(f"NOT isfinite({value}) OR year({value}) > 9999")
        odd = f"WHEN year({value}) < {FIRST_YEAR} THEN {_OLD} "
    if column.kind is Kind.NUMBER:
        unfit.append(f"NOT isfinite({value})")
    if column.kind in _NUMBERS:
        odd = f"WHEN abs({value}) > {LARGEST:.0f} THEN {_LARGE} "
    wrong = " OR ".join(unfit)
    return f"CASE WHEN {empty} THEN {missing} WHEN {wrong} THEN {_UNFIT} {odd}ELSE 0 END"


def _text(name: str, kind: pa.DataType) -> str:
    """The value as trimmed text; NULL where it is empty."""
    column = quoted(name)
    if pa.types.is_floating(kind):
        # pandas writes a missing number as NaN.
        return f"CASE WHEN NOT isnan({column}) THEN CAST({column} AS VARCHAR) END"
    return f"nullif(trim(CAST({column} AS VARCHAR), {_BLANKS}), '')"


def _empty(name: str, kind: pa.DataType) -> str:
    timed = pa.types.is_temporal(kind) or pa.types.is_integer(kind)
    return f"{quoted(name)} IS NULL" if timed else f"{_text(name, kind)} IS NULL"


def _value(column: Column, kind: pa.DataType, formats: Sequence[str]) -> str:
    """The value in the declared type; NULL where it cannot be read."""
    name, text = quoted(column.name), _text(column.name, kind)
    if column.kind in (Kind.ID, Kind.TEXT):
        return _id(name, text) if pa.types.is_floating(kind) else text
    if column.kind is Kind.CATEGORY:
        return f"lower({text})"
    if column.kind is Kind.INTEGER:
        return f"TRY_CAST(regexp_extract({text}, '^([+-]?\\d+)(\\.0*)?$', 1) AS BIGINT)"
    if column.kind is Kind.NUMBER:
        # Adding zero makes -0.0 and 0.0 the same bytes.
        return f"TRY_CAST({text} AS DOUBLE) + 0.0"
    if column.kind is Kind.MONEY:
        return f"TRY_CAST({text} AS DECIMAL(18, 4))"
    if column.kind is Kind.BOOLEAN:
        return _boolean(text)
    return _timestamp(name, text, kind, formats)


def _id(name: str, text: str) -> str:
    """An id that a numeric column made a fraction of: 12346.0 is 12346."""
    whole = f"{name} = trunc({name}) AND abs({name}) < 1e15"
    return f"CASE WHEN {whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) ELSE {text} END"


def _boolean(text: str) -> str:
    word = f"lower({text})"
    return f"CASE WHEN {word} IN {_TRUE} THEN true WHEN {word} IN {_FALSE} THEN false END"


def _timestamp(name: str, text: str, kind: pa.DataType, formats: Sequence[str]) -> str:
    """The instant in UTC; what says nothing about its zone is UTC already."""
    if pa.types.is_timestamp(kind) and kind.tz:
        return f"({name} AT TIME ZONE 'UTC')"
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return f"CAST({name} AS TIMESTAMP)"
    # A cast to TIMESTAMP ignores a zone or a "PM" at the end, so only plain times go there.
    plain = f"regexp_matches({text}, '{NAIVE_TIME}')"
    zoned = f"regexp_matches({text}, '{ANY_TIME}')"
    iso = (
        f"CASE WHEN {plain} THEN TRY_CAST({text} AS TIMESTAMP) "
        f"WHEN {zoned} THEN TRY_CAST({_joined_offset(text)} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END"
    )
    tries = [f"try_strptime({text}, {literal(form)})" for form in formats]
    in_utc = [
        f"CAST({t} AS TIMESTAMP)"
        if "%z" not in f and "%Z" not in f
        else f"({t} AT TIME ZONE 'UTC')"
        for t, f in zip(tries, formats, strict=True)
    ]
    return f"coalesce({', '.join([iso, *in_utc])})"


def _joined_offset(text: str) -> str:
    """An offset written apart from its time, joined to it."""
    return f"regexp_replace({text}, '\\s+([+-]\\d{{2}}:?\\d{{2}})$', '\\1')"


def _complete(table: Table, typed: pa.Table) -> pa.Table:
    """All columns in the contract's schema; those not brought are empty or their default."""
    fields = schema(table)
    columns = []
    for column in (*table.columns, KNOWN_AT):
        if column.name in typed.column_names:
            columns.append(typed.column(column.name).cast(TYPES[column.kind]))
        else:
            columns.append(_absent(column, len(typed)))
    complete = pa.Table.from_arrays(columns, schema=fields)
    return complete.append_column(ROW, typed.column(ROW))


def _absent(column: Column, rows: int) -> pa.Array:
    if not column.default:
        return pa.nulls(rows, TYPES[column.kind])
    value = query(f"SELECT {_default(column)} AS value", {}).column("value")[0]
    return pa.repeat(value.cast(TYPES[column.kind]), rows)


def _found(column: Column, given: pa.ChunkedArray, typed: pa.Table) -> Iterator[Finding]:
    codes = typed.column(_code_name(column)).to_numpy()
    if not codes.any():
        return
    unfit = given.take(np.flatnonzero(codes == _UNFIT)[:LOOKED_AT]).to_pylist()
    reasons = {
        _EMPTY: ("it is required and empty", f"Write {column.expects}."),
        _UNFIT: (f"it is not {column.expects}", remedy(column, unfit) if unfit else ""),
        _OLD: (f"it lies before the year {FIRST_YEAR}", "Correct it, or leave it empty."),
        _LARGE: (f"its size is more than {LARGEST:g}", _SMALLER),
    }
    for code, (reason, what) in reasons.items():
        rows = np.flatnonzero(codes == code)
        if len(rows):
            yield Finding(rows, column.name, reason, what)
