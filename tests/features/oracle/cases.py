"""What can befall facts, told by name, to see that random histories have it all."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from features.contract import KNOWN_AT, Table

from .histories import MICROSECOND, Row, Rows, fact_of

ALL = (
    "known late",
    "known beforehand",
    "known before and after the same midnight",
    "undated",
    "the same row twice",
    "versions known at the same instant",
    "a corrected value",
    "a corrected date",
    "a corrected account",
    "a user of several accounts",
    "several currencies",
    "the leap day",
    "a microsecond before midnight",
    "a microsecond after midnight",
    "rows out of order",
    "negative",
    "a fraction",
    "an account older than a year",
    "an account younger than a month",
    "a table without rows",
)


def of_table(table: Table, rows: Sequence[Row]) -> Iterator[str]:
    """The cases in one table."""
    starts = [row[table.occurred] for row in rows]
    dated = [start for start in starts if start is not None]
    if dated != sorted(dated):
        yield "rows out of order"
    if None in starts:
        yield "undated"
    if not rows:
        yield "a table without rows"
    for row in rows:
        yield from _of_row(table, row)
    for i, row in enumerate(rows):
        for other in rows[:i]:
            yield from _of_pair(table, row, other)


def _of_row(table: Table, row: Row) -> Iterator[str]:
    start, known = row[table.occurred], row[KNOWN_AT.name]
    if start is None or known is None:
        return
    if known != start:
        yield "known late" if known > start else "known beforehand"
    if start.date() == date(2024, 2, 29):
        yield "the leap day"
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if start == midnight + MICROSECOND:
        yield "a microsecond after midnight"
    if start == midnight + timedelta(days=1) - MICROSECOND:
        yield "a microsecond before midnight"


def _of_pair(table: Table, row: Row, other: Row) -> Iterator[str]:
    if row == other:
        yield "the same row twice"
        return
    fact, known = fact_of(table, row), (row[KNOWN_AT.name], other[KNOWN_AT.name])
    if not fact or fact != fact_of(table, other):
        return
    if row["account_id"] != other["account_id"]:
        yield "a corrected account"
    if row[table.occurred] != other[table.occurred]:
        yield "a corrected date"
    else:
        yield "a corrected value"
    if known[0] == known[1]:
        yield "versions known at the same instant"
    elif None not in known and abs(known[0] - known[1]) <= 2 * MICROSECOND:
        yield "known before and after the same midnight"


def of_company(company: Rows) -> Iterator[str]:
    """The cases that show in a whole company."""
    usage, subscriptions = company["usage"], company["subscriptions"]
    accounts_of: dict[str, set[str]] = {}
    for row in usage:
        accounts_of.setdefault(row["user_id"], set()).add(row["account_id"])
        if row["quantity"] < 0:
            yield "negative"
        if row["quantity"] % 1:
            yield "a fraction"
    if any(len(accounts) > 1 for user, accounts in accounts_of.items() if user):
        yield "a user of several accounts"
    if len({row["currency"] for row in subscriptions}) > 2:
        yield "several currencies"
    yield from _ages(company)


def _ages(company: Rows) -> Iterator[str]:
    dates = [row["occurred_at"] for row in (*company["usage"], *company["interactions"])]
    if any(day.date() < date(2023, 1, 1) for day in dates):
        yield "an account older than a year"
    firsts: dict[str, list[date]] = {}
    for row in company["usage"]:
        firsts.setdefault(row["account_id"], []).append(row["occurred_at"].date())
    if any(min(days) > date(2024, 1, 31) for days in firsts.values()):
        yield "an account younger than a month"
