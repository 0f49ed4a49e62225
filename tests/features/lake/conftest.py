"""Random rows of every table of the contract, as Arrow tables."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.contract import TABLES, Column, Kind, Table
from features.contract.arrow import schema

Tables = dict[str, pa.Table]
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
TEXTS = ["", "a", "ä", "a word of more than sixteen bytes", "a word of more than sixteen letters"]


def value(column: Column, random: np.random.Generator) -> Any:
    """A value of a column; few of them, so that rows are alike in much."""
    if not column.required and column.name != "account_id" and random.random() < 0.2:
        return None
    kinds: dict[Kind, list[Any]] = {
        Kind.TIMESTAMP: [FIRST + timedelta(hours=7 * n) for n in range(40)],
        Kind.NUMBER: [0.0, -1.5, 2.25, float("inf"), float("nan")],
        Kind.INTEGER: [-3, 0, 7, 2**40],
        Kind.MONEY: [Decimal(text) for text in ("-12.3400", "0.0001", "99999999999999.9999")],
        Kind.BOOLEAN: [False, True],
    }
    words = list(column.allowed) or ([f"id {n}" for n in range(9)] if column.required else TEXTS)
    values = kinds.get(column.kind, words)
    return values[random.integers(len(values))]


def rows_of(table: Table, size: int, random: np.random.Generator) -> pa.Table:
    fields = schema(table)
    columns = [*table.columns, Column("known_at", Kind.TIMESTAMP, "")]
    values = [[value(column, random) for _ in range(size)] for column in columns]
    arrays = [pa.array(v, f.type) for v, f in zip(values, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=fields)


@pytest.fixture(scope="session")
def company() -> Callable[[int, int], Tables]:
    """Tables of some rows each, drawn with a seed."""

    def draw(size: int, seed: int) -> Tables:
        random = np.random.default_rng(seed)
        return {name: rows_of(table, size, random) for name, table in TABLES.items()}

    return draw


@pytest.fixture(scope="session")
def texts() -> Callable[[pa.Table], list[str]]:
    """Rows as texts in no order; NaN, which equals nothing, by its name."""

    def sorted_texts(table: pa.Table) -> list[str]:
        plain = pa.types.is_dictionary
        fields = [f.with_type(pa.string()) if plain(f.type) else f for f in table.schema]
        whole = table.cast(pa.schema(fields))
        instants = [
            whole[f.name].cast(pa.int64()) if pa.types.is_timestamp(f.type) else whole[f.name]
            for f in fields
        ]
        return sorted(map(repr, zip(*(c.to_pylist() for c in instants), strict=True)))

    return sorted_texts
