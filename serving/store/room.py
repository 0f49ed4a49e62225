"""Room for a publication to sort and to build indexes in, on its own connection alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

ROOM = {
    "postgresql": (
        "SET LOCAL work_mem = '256MB'",
        "SET LOCAL maintenance_work_mem = '256MB'",
        "SET LOCAL jit = off",  # a few statements, each of which says little about each row
    ),
    "sqlite": (
        "PRAGMA cache_size = -393216",  # KiB where negative: a million accounts' newest rows
        "PRAGMA threads = 2",  # to sort with, where the library has any
        "PRAGMA analysis_limit = 1000",  # rows of each index that ANALYZE looks at
        "PRAGMA temp.page_size = 65536",  # what is staged is only ever read from end to end
        "PRAGMA temp.secure_delete = OFF",  # what is staged lies in a file that is removed
    ),
}
AS_BEFORE = {
    "sqlite": (
        "PRAGMA cache_size = -2000",
        "PRAGMA threads = 0",
        "PRAGMA analysis_limit = 0",
        "PRAGMA shrink_memory",
    )
}
"""What undoes it, where the end of the transaction does not."""


@contextmanager
def room(connection: Connection) -> Iterator[None]:
    """Give the present transaction memory to work in; how safely it writes stays as it is."""
    dialect = connection.dialect.name
    for setting in ROOM.get(dialect, ()):
        connection.execute(text(setting))
    yield
    for setting in AS_BEFORE.get(dialect, ()):
        connection.execute(text(setting))
