"""Random histories of companies: everything that can befall a fact, in little room.

A row is drawn as one number and made from it, so that thousands of histories are drawn in
seconds and a history that fails shrinks by losing rows.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import strategies as st

from features.contract import KNOWN_AT, TABLES, Column, Kind, Table

Row = dict[str, Any]
Rows = dict[str, list[Row]]

FIRST = datetime(2024, 1, 20, tzinfo=UTC)
DAYS = 80
"""Days from FIRST, with a leap day, in which most of what is drawn happens."""
REACH = {"10": 900, "9": 150, "ö'客 9": 0}
"""The accounts, and how many days before FIRST their facts may lie: windows are scaled for
accounts that are younger."""
MICROSECOND = timedelta(microseconds=1)
TIMES = (timedelta(0), MICROSECOND, timedelta(hours=13, minutes=7), timedelta(days=1) - MICROSECOND)
BUSY = {"usage": (60, 200), "interactions": (30, 60)}
SOON = (MICROSECOND, 2 * MICROSECOND, timedelta(hours=12))
MANY = {"usage": 14, "interactions": 10, "subscriptions": 7, "surveys": 7, "attributes": 12}

WORDS: dict[str, tuple[str, ...]] = {
    "account_id": tuple(REACH),
    "attribute": ("Plan", "size", "plan", "Size", "é"),
    "currency": ("EUR", "USD", "chf", "usd"),
    "event": ("login", "Login", "export report", "volume"),
    "growth_potential": ("low", "High", "very high", "unclear"),
    "user_id": ("u1", "U1", " u1", "u'2", "用户\n2", "😀"),
}
OTHER_WORDS = ("p", "q", "r", "É", "Z")
MONEY = ("0", "9.99", "100", "333.33", "999.9999", "1000", "5000")
VALUES: dict[Kind, Sequence[Any]] = {
    Kind.NUMBER: (0.0, 0.1, 0.2, 0.3, 1.0, 1.0, 1.0, 7.0, -2.0, 0.1234567, 1e9, 12.000001),
    Kind.INTEGER: (0, 1, 2, 3, 9, 10, 50, 249, 250, 1000),
    Kind.MONEY: tuple(map(Decimal, MONEY)),
    Kind.BOOLEAN: (False, True),
}
CREDIT = (Decimal("-33.3333"),)
EMPTY, CORRECTED, AT_ONCE, ANCIENT = 0.3, 0.4, 0.6, 0.3
"""Shares of optional cells, of rows that correct another, of facts known when they
happened, and of facts from before FIRST."""


def histories(busy: bool = False) -> st.SearchStrategy[Rows]:
    """Rows of all tables of the contract, of three accounts; some versions known together.

    In busy ones the logs are long.
    """
    return st.fixed_dictionaries({name: _table(name, busy) for name in TABLES})


def _table(name: str, busy: bool) -> st.SearchStrategy[list[Row]]:
    seeds = st.integers(0, 2**32 - 1)
    least, most = BUSY[name] if busy and name in BUSY else (0, MANY.get(name, 5))
    return st.lists(seeds, min_size=least, max_size=most).map(partial(made, name))


def made(name: str, seeds: Iterable[int]) -> list[Row]:
    """One row for each number; some are late corrections of rows before them, or repeats."""
    table, rows = TABLES[name], list[Row]()
    for seed in seeds:
        draw = random.Random(seed)
        corrects = rows and draw.random() < CORRECTED
        rows.append(corrected(draw, table, draw.choice(rows)) if corrects else fresh(draw, table))
    return rows


def fresh(draw: random.Random, table: Table) -> Row:
    account = draw.choice(WORDS["account_id"])
    row = {c.name: cell(draw, table, c, account) for c in table.columns}
    row["account_id"] = account
    at_once = draw.random() < AT_ONCE
    row[KNOWN_AT.name] = row[table.occurred] if at_once else moment(draw, account)
    return row


def corrected(draw: random.Random, table: Table, row: Row) -> Row:
    """Another version: up to three cells differ, which may be its account or its date."""
    names = [name for name in table.names if name not in (*table.key, table.optional_key)]
    other = fresh(draw, table)
    row = row | {
        name: other[name] for name in draw.sample(names, min(len(names), draw.randint(0, 3)))
    }
    before, later = row[KNOWN_AT.name], other[KNOWN_AT.name]
    soon = before and before + draw.choice(SOON)
    return row | {KNOWN_AT.name: draw.choice((before, soon, later, later, later))}


def cell(draw: random.Random, table: Table, column: Column, account: str) -> Any:
    needed = column.required or (column.name == "quantity" and table.name == "usage")
    if not needed and draw.random() < EMPTY:
        return None
    if column.kind is Kind.TIMESTAMP:
        return moment(draw, account)
    values = VALUES.get(column.kind, column.allowed or WORDS.get(column.name, OTHER_WORDS))
    credit = column.kind is Kind.MONEY and column.minimum is None
    return draw.choice((*values, *CREDIT) if credit else values)


def moment(draw: random.Random, account: str) -> datetime:
    back = REACH[account] if draw.random() < ANCIENT else 0
    return FIRST + timedelta(days=draw.randint(-back, DAYS - 1)) + draw.choice(TIMES)


def fact_of(table: Table, row: Row) -> tuple[Any, ...]:
    """What identifies a row's fact; empty for rows of a log without ids."""
    if table.key:
        return tuple(row[name] for name in table.key)
    named = table.optional_key and row[table.optional_key] is not None
    return (row[table.optional_key],) if named else ()


def without_contradictions(company: Rows) -> Rows:
    """The history with one version of a fact for each time at which versions became known."""
    kept: Rows = {}
    for name, rows in company.items():
        found: dict[Any, Row] = {}
        for number, row in enumerate(rows):
            fact = fact_of(TABLES[name], row)
            found.setdefault((fact, row[KNOWN_AT.name]) if fact else number, row)
        kept[name] = list(found.values())
    return kept


def together(companies: Sequence[Rows]) -> Rows:
    """One company of the accounts and facts of many; number n's ids begin with "n/"."""
    rows: Rows = {name: [] for name in TABLES}
    for number, company in enumerate(companies):
        for name, part in company.items():
            rows[name] += [_numbered(TABLES[name], row, number) for row in part]
    return rows


def _numbered(table: Table, row: Mapping[str, Any], number: int) -> Row:
    ids = {"account_id", *(n for n in (*table.key, table.optional_key) if n.endswith("_id"))}
    return {**row, **{n: f"{number}/{row[n]}" for n in ids if row[n] is not None}}
