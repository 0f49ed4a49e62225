"""The contract as Arrow schemas: what the lake stores."""

import pyarrow as pa

from features.contract.declare import Kind, Table
from features.contract.tables import KNOWN_AT

TIMESTAMP = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(18, 4)
TYPES: dict[Kind, pa.DataType] = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.CATEGORY: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: MONEY,
    Kind.BOOLEAN: pa.bool_(),
    Kind.TIMESTAMP: TIMESTAMP,
}


def schema(table: Table) -> pa.Schema:
    """The Arrow schema of `table` in the lake: its columns, then `known_at`."""
    fields = [pa.field(c.name, TYPES[c.kind]) for c in (*table.columns, KNOWN_AT)]
    return pa.schema(fields)
