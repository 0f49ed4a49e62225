"""Statements that nearly every request needs, handed to PostgreSQL's driver without a detour.

SQLAlchemy finds out anew each time how a statement is written, what its columns are called and
how they are read: for one row that takes longer than asking and reading it. It is the same each
time, so it is asked once. The statements, their types and what is done about a database that is
gone remain SQLAlchemy's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Select

DRIVER = "psycopg"
MOST_KNOWN = 200
"""Statements, times the stores of a process."""
Nothing: Mapping[str, Any] = {}
Read = Callable[[Any], Any]


@dataclass
class Known:
    """How a statement is written for a database, and how its columns are read.

    Attributes:
        sql: with the names of its parameters.
        fixed: the parameters that are part of the statement.
        given: how others are written, where not as they are.
        types: of its columns.
        dialect: of the database.
        reads: by place how a column is read, where not as the driver gives it; None until known.
    """

    sql: str
    fixed: Mapping[str, Any]
    given: Mapping[str, Read]
    types: Sequence[Any]
    dialect: Dialect
    reads: Sequence[tuple[int, Read]] | None = field(default=None)

    def parameters(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """All parameters, as the driver takes them."""
        given = self.given
        own = {n: given[n](v) if n in given else v for n, v in asked.items()}
        return {**self.fixed, **own}

    def rows(self, found: Any) -> Sequence[Sequence[Any]]:
        """The rows of a cursor, as SQLAlchemy would give them."""
        if self.reads is None:
            kinds = zip(self.types, found.description, strict=True)
            reads = [of._cached_result_processor(self.dialect, at.type_code) for of, at in kinds]
            self.reads = [(i, read) for i, read in enumerate(reads) if read is not None]
        rows: list[Any] = found.fetchall()
        return [self._read(row) for row in rows] if self.reads else rows

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        values = [*row]
        for place, read in self.reads or ():
            values[place] = read(values[place])
        return values


def fetched(
    connection: Connection, statement: Select[*tuple[Any, ...]], asked: Mapping[str, Any] = Nothing
) -> Sequence[Sequence[Any]]:
    """The rows of a statement, on a connection for single statements (`glancing`).

    Args:
        connection: where no transaction is open.
        statement: one object for all times it is asked.
        asked: its parameters by name.
    """
    if connection.dialect.driver != DRIVER:
        return connection.execute(statement, asked).all()
    known = _known(statement, connection.dialect)
    driver: Any = connection.connection.driver_connection
    try:
        found = driver.execute(known.sql, known.parameters(asked))
    except connection.dialect.loaded_dbapi.Error:
        return connection.execute(statement, asked).all()  # says what is wrong as always
    return known.rows(found)


@lru_cache(MOST_KNOWN)
def names(statement: Select[*tuple[Any, ...]]) -> tuple[str, ...]:
    """What the columns of a statement are called."""
    return tuple(statement.selected_columns.keys())


@lru_cache(MOST_KNOWN)
def _known(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> Known:
    made: Any = statement.compile(dialect=dialect)
    own = {each.key for each in made.binds.values() if each.required}
    fixed = {name: value for name, value in made.params.items() if name not in own}
    given: Mapping[str, Read] = made._bind_processors
    fixed = {n: given[n](v) if n in given else v for n, v in fixed.items()}
    return Known(str(made), fixed, given, [c.type for c in made._result_columns], dialect)
