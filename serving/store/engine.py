"""Opening the store, and the two ways to use it: reading and writing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from serving.store.errors import StoreAddressError
from serving.store.schema import ready
from serving.store.transactions import IN_BYTES, WRITING, reading, writing

__all__ = ["AT_ONCE", "connect", "open_store", "opened", "reading", "writing"]

BINARY = 1
"""PostgreSQL's own number for results that are not text, `psycopg.pq.Format.BINARY`."""
EXAMPLES = "sqlite:///store.db or postgresql://user:password@host/database"
BUSY_SECONDS = 30
RESTS_LONG = 1.0
"""Seconds after which a connection that was not used may be gone."""
RESTING = "rests since"
AT_ONCE = 16
"""Connections kept to a database that is another process; beside as many threads that answer, more
would have to be made and thrown away: a new one costs the database more than ten answers."""

PAGE = 8192
"""Bytes of a page of a new SQLite file: a score with its reasons is some 600 of them, and half as
many pages take half as many calls to write, to put into the file and to read back."""


def open_store(address: str) -> Engine:
    """Open the store at a SQLAlchemy address, with the schema of this version.

    An empty store gets it. A SQLite file of an earlier revision is brought to it, after a copy
    was made beside it; any other database of an earlier revision is refused, since its company
    decides when.

    SQLite files are opened in WAL mode, so that readers never wait for a publication, and
    with foreign keys enforced. `postgresql://` means psycopg 3.

    Raises:
        StoreAddressError: the address is malformed, its driver is not installed, or the
            database does not answer.
        SchemaError: its schema is of a newer revision, or of an earlier one and not SQLite's.
    """
    engine = connect(address)
    try:
        ready(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def connect(address: str) -> Engine:
    """A database that answers, whatever its schema.

    Raises:
        StoreAddressError: as `open_store`.
    """
    url = _parse(address)
    shown = url.render_as_string(hide_password=True)
    try:
        engine = _engine(url)
        with reading(engine):
            pass
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreAddressError(
            f"No driver for the store address {shown}: {error}. For PostgreSQL install"
            " forewarn[postgres]."
        ) from error
    except (OperationalError, OSError) as error:
        cause = error.orig if isinstance(error, OperationalError) else error
        raise StoreAddressError(
            f"The store at {shown} cannot be opened: {cause}. Check that the database"
            " runs and that its folder or user may be written to."
        ) from error
    return engine


@contextmanager
def opened(address: str) -> Iterator[Engine]:
    """A store that is let go of afterwards; see `open_store`."""
    engine = open_store(address)
    try:
        yield engine
    finally:
        engine.dispose()


def _parse(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:  # the latter of a port that is no number
        raise StoreAddressError(
            f"{_without_secret(address)!r} is no database address; allowed is a SQLAlchemy"
            f" address such as {EXAMPLES}."
        ) from error
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    return url


def _without_secret(address: str) -> str:
    """An address that cannot be parsed may still hold a password before its last @."""
    scheme, at, rest = address.rpartition("@")
    return f"***@{rest}" if at else scheme + rest


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_size=AT_ONCE)
        event.listen(engine, "checkin", _rests)
        event.listen(engine, "checkout", _answers)
        if url.get_driver_name() == "psycopg":
            event.listen(engine, "before_cursor_execute", _in_bytes)
        return engine
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _in_bytes(
    _connection: Any, cursor: Any, _statement: Any, _given: Any, context: Any, _many: Any
) -> None:
    if context is not None and context.execution_options.get(IN_BYTES):
        cursor.format = BINARY


def _rests(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[RESTING] = time.monotonic()


def _answers(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that has rested whether the database is still there.

    One that was used a moment ago is not asked: that would double what a small answer takes.

    Raises:
        DisconnectionError: it is not; the pool makes another connection.
    """
    if time.monotonic() - record.info.get(RESTING, time.monotonic()) < RESTS_LONG:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:  # whatever the driver raises
        raise DisconnectionError from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions start late and only for some statements; ours are explicit.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA page_size = {PAGE}")  # says nothing to a file that has pages already
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for another writer.
    immediate = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
