"""The contract's tables as Spark frames: types, defaults, checks, versions."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from features.clock import MISSING
from features.contract import KNOWN_AT, Column, Kind, Table
from features.lake import KNOWN_UNTIL

TYPES: dict[Kind, T.DataType] = {
    Kind.ID: T.StringType(),
    Kind.TEXT: T.StringType(),
    Kind.CATEGORY: T.StringType(),
    Kind.INTEGER: T.LongType(),
    Kind.NUMBER: T.DoubleType(),
    Kind.MONEY: T.DecimalType(18, 4),
    Kind.BOOLEAN: T.BooleanType(),
    Kind.TIMESTAMP: T.TimestampType(),
}
KNOWN = KNOWN_AT.name
BROUGHT = "brought known_at"
"""Whether a row said itself when it became known; no column of a company is called so."""


def shaped(table: Table, raw: DataFrame, now: datetime) -> DataFrame:
    """The contract's columns and `known_at` in the lake's types, then `BROUGHT`.

    A column that is not there is empty, or its default. Where `known_at` is empty, a fact
    is taken as known since it began or was announced, one that lies ahead since `now`.

    Raises ValueError for a required column that is missing and for one that nobody knows.
    """
    _check_names(table, raw.columns)
    rows = raw.select(*(_typed(c, raw.columns) for c in (*table.columns, KNOWN_AT)))
    starts = [F.col(name) for name in (table.occurred, table.announced) if name]
    begun = F.when(F.coalesce(*starts).isNotNull(), F.least(*starts, F.lit(now)))
    rows = rows.withColumn(BROUGHT, F.col(KNOWN).isNotNull())
    return rows.withColumn(KNOWN, F.coalesce(KNOWN, begun))


def with_until(table: Table, rows: DataFrame, identified: bool) -> DataFrame:
    """The rows with `known_until`: when the next version of the same fact became known.

    Rows of a table whose key is optional are facts of their own where they lack it.

    Args:
        table: the declaration.
        rows: the whole table, as `shaped` gives it.
        identified: the company brings the table's optional key.
    """
    never = F.lit(None).cast(T.TimestampType())
    if table.key:
        return rows.withColumn(KNOWN_UNTIL, _next_known(table, table.key))
    if not identified:
        return rows.withColumn(KNOWN_UNTIL, never)
    named = F.col(table.optional_key).isNotNull()
    versions = rows.filter(named).withColumn(KNOWN_UNTIL, _next_known(table, (table.optional_key,)))
    return versions.unionByName(rows.filter(~named).withColumn(KNOWN_UNTIL, never))


def faults(table: Table) -> Iterator[tuple[str, Expression]]:
    """What a row must not be, in words, each with the condition that finds it."""
    for column in table.columns:
        value = F.col(column.name)
        if column.required:
            yield f"{column.name} is empty", value.isNull()
        if column.allowed:
            yield f"{column.name} is not {column.expects}", ~value.isin(*column.allowed)
        if column.minimum is not None:
            yield f"{column.name} is under {column.minimum:g}", value < column.minimum
        if column.maximum is not None:
            yield f"{column.name} is over {column.maximum:g}", value > column.maximum
    for order in table.orders:
        why = f"{order.later} lies before {order.earlier}"
        yield why, F.col(order.later) < F.col(order.earlier)


def _check_names(table: Table, given: Sequence[str]) -> None:
    known = {*table.names, KNOWN}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(
            f"{table.name}: the contract has no column {', '.join(unknown)}; it has "
            f"{', '.join(sorted(known))}: rename or drop the others."
        )
    missing = [c.name for c in table.columns if c.required and c.name not in given]
    if missing:
        raise ValueError(
            f"{table.name}: required columns are missing: {', '.join(missing)}; "
            f"given are {', '.join(given)}."
        )


def _typed(column: Column, given: Sequence[str]) -> Expression:
    """A column in its type; strings are cast strictly, so that a bad value stops the run."""
    default = F.lit(column.default or None).cast(TYPES[column.kind])
    if column.name not in given:
        return default.alias(column.name)
    value = F.col(column.name).cast(TYPES[column.kind])
    return F.coalesce(value, default).alias(column.name)


def _next_known(table: Table, key: Sequence[str]) -> Expression:
    """`known_at` of the following version; ties by content, in the lake's own order."""
    content = ["account_id", *(n for n in table.names if n != "account_id")]
    turn = [F.asc_nulls_first(KNOWN), *map(F.asc_nulls_last, content)]
    always = F.timestamp_micros(F.lit(MISSING + 1))
    return F.lead(F.coalesce(KNOWN, always)).over(Window.partitionBy(*key).orderBy(*turn))
