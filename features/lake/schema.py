"""The columns of the lake: the contract's, and two that loading adds."""

from collections.abc import Collection

import pyarrow as pa

from features.contract import KNOWN_AT, Kind, Table
from features.contract.arrow import TIMESTAMP, schema
from features.versions import KNOWN_UNTIL

__all__ = ["KNOWN_UNTIL", "LOAD", "TEXT", "always", "chosen", "stored", "texts"]

LOAD = "load"
"""The number of the load that brought the row; the first is 1."""
TEXT = pa.dictionary(pa.int32(), pa.string())
TEXT_KINDS = (Kind.ID, Kind.TEXT, Kind.CATEGORY)


def stored(table: Table) -> pa.Schema:
    """The schema of `table` in the lake's files, text as dictionaries."""
    fields = [f.with_type(TEXT) if pa.types.is_string(f.type) else f for f in schema(table)]
    return pa.schema([*fields, pa.field(KNOWN_UNTIL, TIMESTAMP), pa.field(LOAD, pa.int32())])


def texts(table: Table) -> tuple[str, ...]:
    """The names of the text columns of `table`."""
    return tuple(c.name for c in table.columns if c.kind in TEXT_KINDS)


def always(table: Table) -> tuple[str, ...]:
    """The columns without which nothing can be said of a row: whose it is, and its clocks."""
    clocks = (table.occurred, table.announced, KNOWN_AT.name, KNOWN_UNTIL)
    return ("account_id", *filter(None, clocks))


def chosen(table: Table, columns: Collection[str] | None) -> pa.Schema:
    """The stored schema cut to `columns` and those that every reader gets.

    Raises KeyError where `table` has no such column.
    """
    whole = stored(table)
    if columns is None:
        return whole
    for name in set(columns) - set(whole.names):
        table.column(name)  # its error names the table and its columns
    wanted = {*columns, *always(table)}
    return pa.schema([f for f in whole if f.name in wanted])
