"""Point-in-time specs as small tables, and random companies for generative tests.

A spec's table is written as people write tables: a head and rows, cells parted by bars.
Columns that a table of the contract requires and a spec does not care about are filled in.
"""

import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import hypothesis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import strategies as st

from features.contract import KNOWN_AT, TABLES, Column, Kind, Table
from features.contract.arrow import schema
from features.currency import Rates
from features.facts import Bucket, View, prepare
from features.measures import Measure
from features.outcomes import Label, fates
from features.signal import Catalogue, GroupName, Signal, SignalGroup, Where
from features.snapshot import snapshots

hypothesis.settings.register_profile("forewarn", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("forewarn")

Row = dict[str, Any]
Rows = dict[str, list[Row]]
OUT = "not in the population"
NEVER = np.inf

FILLED: dict[str, Any] = {
    "event": "login",
    "quantity": 1.0,
    "mrr": Decimal(100),
    "amount": Decimal(100),
    "channel": "email",
    "kind": "nps",
    "level": "low",
    "playbook": "call",
    "arm": "treated",
    "outcome": "churn",
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def cell(column: Column, text: str) -> Any:
    """What a cell of a spec says, in the column's kind."""
    if not text:
        return None
    read: dict[Kind, Callable[[str], Any]] = {
        Kind.TIMESTAMP: lambda t: datetime.fromisoformat(t).replace(tzinfo=UTC),
        Kind.NUMBER: float,
        Kind.INTEGER: int,
        Kind.MONEY: Decimal,
        Kind.BOOLEAN: lambda t: {"yes": True, "no": False}[t],
    }
    return read.get(column.kind, str)(text)


def parsed(table: Table, text: str) -> list[Row]:
    """The rows of a spec's table; unless `known_at` is given, a fact is known at once."""
    lines = [[c.strip() for c in line.split("|")] for line in text.strip().splitlines()]
    head = ["account_id" if name == "account" else name for name in lines[0]]
    numbers = itertools.count(1)
    rows = []
    for line in lines[1:]:
        row = {n: cell(_column(table, n), t) for n, t in zip(head, line, strict=True)}
        for column in table.columns:
            if column.required and column.name not in row:
                missing = column.kind is Kind.ID
                row[column.name] = f"row {next(numbers)}" if missing else FILLED[column.name]
        if table.name == "usage":
            row.setdefault("quantity", 1.0)
        told = [row.get(table.occurred), row.get(table.announced)]
        row.setdefault("known_at", min((t for t in told if t), default=None))
        rows.append(row)
    return rows


def _column(table: Table, name: str) -> Column:
    return KNOWN_AT if name == KNOWN_AT.name else table.column(name)


def bucket_of(rows: Mapping[str, list[Row]], rates: Rates | None = None) -> Bucket:
    tables = {n: pa.Table.from_pylist(r, schema=schema(TABLES[n])) for n, r in rows.items()}
    return prepare(tables, rates)


def everyone(view: View) -> np.ndarray:
    return np.ones(view.size, dtype=bool)


def tables_of(texts: Mapping[str, str]) -> Rows:
    """Parsed tables, with an account row for each account that is named."""
    rows = {name: parsed(TABLES[name], text) for name, text in texts.items()}
    named = sorted({row["account_id"] for table in rows.values() for row in table})
    rows.setdefault("accounts", [{"account_id": account} for account in named])
    return rows


def plain(value: Any) -> Any:
    return None if value is None or value != value else value


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float | int) and isinstance(found, float | int):
        return found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    return bool(found == expected)


@pytest.fixture(scope="session")
def spec() -> Callable[..., None]:
    """Check one measure against what is expected of it at some dates.

    The first table is the one that is measured. An expectation is the value of account a1,
    or values by account; None is a value that cannot be told. Rows are read in both orders.
    """

    def check(
        measure: Measure,
        expect: Mapping[str, Any],
        *,
        window: int | None = None,
        where: Where = (),
        empty: float | None = None,
        of: str = "",
        rates: Rates | None = None,
        **texts: str,
    ) -> None:
        table = of or next(iter(texts))
        signal = Signal("x", table, measure, "x", (window,), where, empty=empty)
        catalogue = Catalogue((SignalGroup(GroupName.PROFILE, "?", (signal,)),))
        rows = tables_of(texts)
        turned = {name: part[::-1] for name, part in rows.items()}
        for bucket in (bucket_of(rows, rates), bucket_of(turned, rates)):
            for when, expected in expect.items():
                found = snapshots(bucket, catalogue, [day(when)], everyone)
                values = dict(zip(*(c.to_pylist() for c in (found[0], found[2])), strict=True))
                wanted = expected if isinstance(expected, Mapping) else {"a1": expected}
                for account, value in wanted.items():
                    got = plain(values[account])
                    assert same(got, value), f"{when}, {account}: expected {value}, found {got}"

    return check


@pytest.fixture(scope="session")
def outcome() -> Callable[..., None]:
    """Check a label: the day of the outcome after each date, as known at the end of 2026.

    An expectation is the day for account a1 (`NEVER`, or `OUT` for an account that is not in
    the population), or days by account. `followed` are the days the account was followed.
    """

    def check(
        label: Label,
        expect: Mapping[str, Any],
        *,
        followed: Mapping[str, float] | None = None,
        known: str = "2026-12-31",
        rates: Rates | None = None,
        **texts: str,
    ) -> None:
        bucket = bucket_of(tables_of(texts), rates)
        dates = [day(when) for when in {**expect, **(followed or {})}]
        found = fates(bucket, label, dates, day(known)).set_index(["as_of", "account_id"])
        for when, expected in expect.items():
            wanted = expected if isinstance(expected, Mapping) else {"a1": expected}
            for account, value in wanted.items():
                got = _told(found, (day(when), account), "event_days")
                assert got == value, f"{when}, {account}: expected {value}, found {got}"
        for when, value in (followed or {}).items():
            assert _told(found, (day(when), "a1"), "followed_days") == value, when

    return check


def _told(found: pd.DataFrame, key: tuple[date, str], column: str) -> Any:
    return found.loc[key, column] if key in found.index else OUT


# --- random companies ---------------------------------------------------------------------

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
EDGES = (timedelta(0), timedelta(hours=13, minutes=7), timedelta(days=1, microseconds=-1))
WORDS: dict[str, tuple[str, ...]] = {
    "account_id": ("10", "9", "a"),
    "currency": ("EUR", "USD", "chf"),
    "event": ("login", "Login", "export report", "volume"),
}

INSTANTS = [FIRST + timedelta(days=number) + edge for number in range(80) for edge in EDGES]
VALUES: dict[Kind, list[Any]] = {
    Kind.TIMESTAMP: INSTANTS,
    Kind.NUMBER: [0.0, 0.1, 0.2, 0.3, 1.0, 7.0, -2.0],
    Kind.INTEGER: list(range(12)),
    Kind.MONEY: [Decimal(text) for text in ("0", "9.99", "100", "110", "333.33")],
    Kind.BOOLEAN: [False, True],
}


def _value(table: Table, column: Column) -> st.SearchStrategy[Any]:
    """One draw a value: whole companies are drawn by the hundred."""
    words = column.allowed or WORDS.get(column.name, ("p", "q", "r"))
    values = VALUES.get(column.kind, list(words))
    needed = column.required or (column.name == "quantity" and table.name == "usage")
    return st.sampled_from(values if needed else values + [None] * (1 + len(values) // 4))


@st.composite
def _rows(draw: st.DrawFn, table: Table) -> list[Row]:
    """Rows of which several may be versions of one fact, none contradicting another."""
    columns = {c.name: _value(table, c) for c in table.columns}
    late = st.sampled_from(INSTANTS + [None] * len(INSTANTS))
    row = st.fixed_dictionaries({**columns, KNOWN_AT.name: late})
    found: dict[Any, Row] = {}
    for number, one in enumerate(draw(st.lists(row, min_size=1, max_size=5))):
        one[KNOWN_AT.name] = one[KNOWN_AT.name] or one[table.occurred]
        key = fact_of(table, one)
        found.setdefault((key, one[KNOWN_AT.name]) if key else number, one)
    return list(found.values())


def fact_of(table: Table, row: Row) -> tuple[Any, ...]:
    """What identifies a row's fact; empty for rows of a log without ids."""
    if table.key:
        return tuple(row[name] for name in table.key)
    named = table.optional_key and row[table.optional_key] is not None
    return (row[table.optional_key],) if named else ()


@pytest.fixture(scope="session")
def companies() -> st.SearchStrategy[Rows]:
    """Random rows of all tables of the contract, in the first 80 days of 2026."""
    return st.fixed_dictionaries({name: _rows(table) for name, table in TABLES.items()})


@pytest.fixture(scope="session")
def fact() -> Callable[[Table, Row], tuple[Any, ...]]:
    return fact_of


@pytest.fixture(scope="session")
def bucket() -> Callable[..., Bucket]:
    return bucket_of
