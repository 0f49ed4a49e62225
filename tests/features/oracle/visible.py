"""What was visible at each date, as SQL over plain tables of raw versions.

Instants are whole microseconds since 1970; `cut` is the first that a date does not see.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from features.contract import TABLES, Column, Kind, Table
from features.currency import Rates

DAY = 86_400_000_000
EPOCH = date(1970, 1, 1)


def cut(as_of: date) -> int:
    return ((as_of - EPOCH).days + 1) * DAY


def as_of(first_unseen: int) -> date:
    return EPOCH + timedelta(days=first_unseen // DAY - 1)


def opened(
    tables: Mapping[str, pa.Table], rates: Rates, dates: Sequence[date]
) -> duckdb.DuckDBPyConnection:
    """A database with `shown_<table>` for each table, and `grid`.

    `shown_<table>` holds the rows visible at each `cut`: `start` is when the fact happened,
    `known_at` when it became known; dates not reached yet are empty, and what came with them;
    `<amount>_own` is in the company's currency. `grid` has a row for each account and cut,
    with the days since its first trace, `life`.
    """
    database = duckdb.connect()
    database.execute("SET threads = 1")
    database.register("cuts", pa.table({"cut": pa.array(sorted(map(cut, dates)), pa.int64())}))
    _rates(database, rates)
    for name, rows in tables.items():
        database.register(f"raw_{name}", _plain(rows))
        database.execute(f"CREATE TABLE shown_{name} AS {shown(TABLES[name], rates.own)}")
    accounts = " UNION ".join(f"SELECT account_id FROM raw_{name}" for name in tables)
    alive = [name for name in tables if name != "attributes"]
    nothing = "SELECT NULL::BIGINT AS cut, NULL::VARCHAR AS account_id, NULL::BIGINT AS start"
    shows = [f"SELECT cut, account_id, start FROM shown_{name}" for name in alive]
    traces = " UNION ALL ".join(shows) or f"{nothing} WHERE FALSE"
    database.execute(
        f"""CREATE TABLE grid AS
        SELECT cut, account_id, (cut - min(start)) / {DAY}::DOUBLE AS life
        FROM cuts CROSS JOIN ({accounts}) LEFT JOIN ({traces}) USING (cut, account_id)
        GROUP BY cut, account_id"""
    )
    return database


def _plain(rows: pa.Table) -> pa.Table:
    """Instants as whole numbers, and each row's number."""
    columns = [c.cast(pa.int64()) if pa.types.is_timestamp(c.type) else c for c in rows.columns]
    numbered = pa.array(range(len(rows)), pa.int64())
    return pa.table([*columns, numbered], [*rows.column_names, "row_number"])


def _rates(database: duckdb.DuckDBPyConnection, rates: Rates) -> None:
    """`rate_at`: the latest rate of each currency by each date, the first if none is older."""
    columns = {
        "currency": pa.array([r.currency for r in rates.rates], pa.string()),
        "since": pa.array([(r.since - EPOCH).days * DAY for r in rates.rates], pa.int64()),
        "rate": pa.array([r.rate for r in rates.rates], pa.decimal128(9, 4)),
    }
    database.register("rates", pa.table(columns))
    database.execute(
        """CREATE TABLE rate_at AS
        SELECT cut, upper(currency) AS currency,
          coalesce(arg_max(rate, since) FILTER (since < cut), arg_min(rate, since)) AS rate
        FROM cuts, rates GROUP BY cut, upper(currency)"""
    )


def shown(table: Table, own: str) -> str:
    """A query of the rows of a table visible at each cut."""
    fact = list(table.key)
    if not fact:
        fact = [table.optional_key, f"CASE WHEN {table.optional_key} IS NULL THEN row_number END"]
    # Of versions known at the same instant the last by content holds, empty cells being last.
    content = ", ".join(f"{name} DESC NULLS FIRST" for name in table.names)
    start = f"least({', '.join(filter(None, (table.occurred, table.announced)))})"
    columns = ", ".join(f"{_revealed(column)} AS {column.name}" for column in table.columns)
    money = [c.name for c in table.columns if c.kind is Kind.MONEY]
    rate = f"CASE WHEN upper(k.currency) = '{own}' THEN 1 ELSE coalesce(rate, 1) END"
    own_money = "".join(f", {name} * {rate} AS {name}_own" for name in money)
    converted = "LEFT JOIN rate_at r ON r.cut = k.cut AND r.currency = upper(k.currency)"
    return f"""
        WITH known AS (
          SELECT cut, {start} AS start, v.*, row_number() OVER (
            PARTITION BY cut, {", ".join(fact)} ORDER BY known_at DESC NULLS LAST, {content}
          ) AS place
          FROM cuts JOIN raw_{table.name} v ON known_at IS NULL OR known_at < cut
        )
        SELECT k.cut, start, known_at, {columns}{own_money}
        FROM known k {converted if money else ""}
        WHERE place = 1 AND (start IS NULL OR start < k.cut)"""


def _revealed(column: Column) -> str:
    if not column.hidden_until:
        return f"k.{column.name}"
    return f"CASE WHEN k.{column.hidden_until} < k.cut THEN k.{column.name} END"
