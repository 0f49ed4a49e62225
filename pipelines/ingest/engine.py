"""DuckDB, kept from reaching out: no extensions from the network, all times in UTC.

Opening a database takes longer than most of our queries, so there are two for the whole
process: one of our own, which may read files, and one for SQL that users write, which
sees the tables it is given and nothing else. Every query gets a cursor to itself.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb

_PLAIN = re.compile("[a-z_][a-z0-9_]*")
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


@contextmanager
def connect() -> Iterator["duckdb.DuckDBPyConnection"]:
    """A cursor for our own queries, which may read files."""
    with _own().cursor() as cursor:
        yield cursor


@contextmanager
def sandbox(tables: Mapping[str, pa.Table]) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A cursor for SQL over `tables`, with no way to files, the network or other tables."""
    with _locked().cursor() as cursor:
        for name, table in tables.items():
            cursor.register(name, table)
        yield cursor


def query(sql: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    """The result of our own `sql` over Arrow tables.

    Raises:
        duckdb.Error: the query cannot be run.
    """
    with sandbox(tables) as cursor:
        return cursor.sql(sql).to_arrow_table()


@cache
def _own() -> "duckdb.DuckDBPyConnection":
    return _database()


@cache
def _locked() -> "duckdb.DuckDBPyConnection":
    database = _database()
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def _database() -> "duckdb.DuckDBPyConnection":
    import duckdb  # a night's load of typed sources does without

    database = duckdb.connect(":memory:", config=_CLOSED)
    # Global, or cursors would fall back to the machine's own time zone.
    database.execute("SET GLOBAL TimeZone = 'UTC'")
    database.execute("SET GLOBAL python_enable_replacements = false")
    return database


def quoted(name: str) -> str:
    """An identifier, safe to stand in SQL."""
    return '"' + name.replace('"', '""') + '"'


def named(name: str) -> str:
    """An identifier as a person would write it in SQL: in quotation marks where it needs them."""
    return name if _PLAIN.fullmatch(name) and name not in _reserved() else quoted(name)


@cache
def _reserved() -> frozenset[str]:
    sql = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    with connect() as connection:
        return frozenset(word for (word,) in connection.execute(sql).fetchall())


def literal(text: str) -> str:
    """A text, safe to stand in SQL."""
    return "'" + text.replace("'", "''") + "'"


def first_line(error: "duckdb.Error") -> str:
    """What DuckDB says, without its candidates and its drawing of the place."""
    lines = [line.strip() for line in str(error).splitlines()]
    kept = [line for line in lines if line and not line.startswith(("^", "LINE "))]
    return kept[0].rstrip(".!") if kept else type(error).__name__
