"""Point-in-time specs as small tables, and random companies for generative tests.

A spec's table is written as people write tables: a head and rows, cells parted by bars.
Columns that a table of the contract requires and a spec does not care about are filled in.
"""

import itertools
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
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
from features.measures import Measure
from features.outcomes import Label, fates
from features.prepare import prepare
from features.signal import Catalogue, GroupName, Signal, SignalGroup, Where
from features.snapshot import snapshots
from features.view import Bucket, View

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
    the population), or days by account. `followed` are the days the account was followed, and
    `quiet` those for which it had been silent.
    """

    def check(
        label: Label,
        expect: Mapping[str, Any],
        *,
        followed: Mapping[str, float] | None = None,
        quiet: Mapping[str, float] | None = None,
        known: str = "2026-12-31",
        rates: Rates | None = None,
        **texts: str,
    ) -> None:
        bucket = bucket_of(tables_of(texts), rates)
        dates = [day(when) for when in {**expect, **(followed or {}), **(quiet or {})}]
        found = fates(bucket, label, dates, day(known)).set_index(["as_of", "account_id"])
        for when, expected in expect.items():
            wanted = expected if isinstance(expected, Mapping) else {"a1": expected}
            for account, value in wanted.items():
                got = _told(found, (day(when), account), "event_days")
                assert got == value, f"{when}, {account}: expected {value}, found {got}"
        for when, value in (followed or {}).items():
            assert _told(found, (day(when), "a1"), "followed_days") == value, when
        for when, value in (quiet or {}).items():
            told = _told(found, (day(when), "a1"), "quiet_days")
            np.testing.assert_equal(told, value, err_msg=when)

    return check


def _told(found: pd.DataFrame, key: tuple[date, str], column: str) -> Any:
    return found.loc[key, column] if key in found.index else OUT


# --- random companies ---------------------------------------------------------------------

HELPERS = ModuleType("oracle_helpers")
HELPERS.__path__ = [str(Path(__file__).parent / "oracle")]
sys.modules[HELPERS.__name__] = HELPERS


@pytest.fixture(scope="session")
def helper() -> SimpleNamespace:
    """The modules of `oracle/`, by name."""
    names = ("cases", "comparison", "expected", "further", "histories", "rows")
    return SimpleNamespace(**{n: import_module(f"{HELPERS.__name__}.{n}") for n in names})


@pytest.fixture(scope="session")
def drawn() -> Callable[[st.SearchStrategy[Rows], int], list[Rows]]:
    """Many examples of a strategy at once, the same in every run."""

    def draw(strategy: st.SearchStrategy[Rows], count: int) -> list[Rows]:
        found: list[Rows] = []

        @hypothesis.settings(max_examples=count, phases=[hypothesis.Phase.generate])
        @hypothesis.given(strategy)
        def collect(rows: Rows) -> None:
            found.append(rows)

        collect()
        return found

    return draw


@pytest.fixture(scope="session")
def companies(helper: SimpleNamespace) -> st.SearchStrategy[Rows]:
    """Random rows of all tables, without versions that contradict one another."""
    strategy: st.SearchStrategy[Rows] = helper.histories.histories()
    return strategy.map(helper.histories.without_contradictions)


@pytest.fixture(scope="session")
def fact(helper: SimpleNamespace) -> Callable[[Table, Row], tuple[Any, ...]]:
    found: Callable[[Table, Row], tuple[Any, ...]] = helper.histories.fact_of
    return found


@pytest.fixture(scope="session")
def bucket() -> Callable[..., Bucket]:
    return bucket_of
