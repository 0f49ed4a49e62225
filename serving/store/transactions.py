"""The two ways to use the store: reading and writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

WRITING = "forewarn_writing"
_WRITERS_LOCK = 0x466F7265


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the store, whatever is published meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def glancing(engine: Engine) -> Iterator[Connection]:
    """A view of the store for one statement: it begins and ends no transaction of its own.

    Where the database is another process, that saves two of three times there and back.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: all of it or nothing. Writers wait for one another."""
    with engine.connect() as connection, writing_on(connection):
        yield connection


@contextmanager
def writing_on(connection: Connection) -> Iterator[None]:
    """The same on a connection that is at hand and in no transaction."""
    connection.execution_options(**{WRITING: True})
    try:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                lock = {"key": _WRITERS_LOCK}
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), lock)
            yield
    finally:
        connection.execution_options(**{WRITING: False})
