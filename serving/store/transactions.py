"""The two ways to use the store: reading and writing."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text

Found = TypeVar("Found")

WRITING = "forewarn_writing"
IN_BYTES = "forewarn_in_bytes"
"""Option of a statement that reads many values: PostgreSQL sends them as it holds them, so that
neither it nor its reader turns numbers into text and back."""
_WRITERS_LOCK = 0x466F7265


class _Going(local):
    """What a thread holds while it is at one go.

    Attributes:
        open: connections for glances, by store; None outside of a go.
        told: what was read once.
        glances: how many are under way, one within another.
        in_hand: the connection that is being used, by store.
    """

    open: dict[Engine, Connection] | None = None
    told: dict[Hashable, Any]
    glances: int = 0

    def __init__(self) -> None:
        self.in_hand: dict[Engine, Connection] = {}

    def let_go(self, engine: Engine) -> None:
        """Give back a connection that rests: nobody waits for a second one with one in hand.

        If each of as many threads as there are connections did, none of them would ever get one.
        """
        if self.open and not self.glances and engine in self.open:
            self.open.pop(engine).close()


_GOING = _Going()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the store, whatever is published meanwhile."""
    _GOING.let_go(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin(), _in_hand(engine, connection):
            yield connection


@contextmanager
def _in_hand(engine: Engine, connection: Connection) -> Iterator[None]:
    before = _GOING.in_hand.get(engine)
    _GOING.in_hand[engine] = connection
    try:
        yield
    finally:
        _GOING.in_hand.pop(engine, None)
        if before is not None:
            _GOING.in_hand[engine] = before


@contextmanager
def aside(engine: Engine) -> Iterator[Connection]:
    """A connection to look up what never changes, on the way: the one this thread uses already.

    Whoever waits for a second one with one in hand keeps others waiting for that.
    """
    found = _GOING.in_hand.get(engine)
    if found is not None and not found.closed:
        yield found
        return
    with reading(engine) as connection:
        yield connection


@contextmanager
def at_one_go() -> Iterator[None]:
    """All glances of this thread within share one connection to their store.

    Getting one and giving it back takes as long as a small statement. What is within only reads:
    on SQLite it sees the store as it was at the first glance.
    """
    if _GOING.open is not None:
        yield
        return
    held = _GOING.open = {}
    _GOING.told = {}
    try:
        yield
    finally:
        _GOING.open = None
        for connection in held.values():
            connection.close()


def going() -> bool:
    """Whether this thread is at one go now."""
    return _GOING.open is not None


def once_in_a_go(asked: Hashable, read: Callable[[], Found]) -> Found:
    """What `read` gives; of what is read in one go, only the first time is read."""
    if not going():
        return read()
    if asked not in _GOING.told:
        _GOING.told[asked] = read()
    found: Found = _GOING.told[asked]
    return found


@contextmanager
def glancing(engine: Engine) -> Iterator[Connection]:
    """A view of the store for one statement: it begins and ends no transaction of its own.

    Where the database is another process, that saves two of three times there and back.
    """
    held = _GOING.open
    if held is None:
        with engine.connect() as connection, _in_hand(engine, connection):
            yield _glance(connection)
        return
    if engine not in held:
        held[engine] = _glance(engine.connect())
    _GOING.glances += 1
    try:
        with _in_hand(engine, held[engine]):
            yield held[engine]
    finally:
        _GOING.glances -= 1


def _glance(connection: Connection) -> Connection:
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="AUTOCOMMIT")
    return connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: all of it or nothing. Writers wait for one another."""
    _GOING.let_go(engine)
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
