"""A run on its way into the store: a temporary table that only the publishing connection sees.

Scores may take minutes to compute and come in parts. Nothing of the store is locked meanwhile:
the parts are written to a temporary table, and once all are there one transaction copies them
to where they belong.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    func,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from serving.store.checks import check_head, check_part, refuse
from serving.store.codes import Codes
from serving.store.columns import Money, text_key
from serving.store.fingerprint import Fingerprint
from serving.store.records import RunHead, RunPart
from serving.store.staged_rows import (
    AMOUNTS,
    FLOATS,
    TEXTS,
    StagedPart,
    staged_part,
)

STAGE = Table(
    "staged_score",
    MetaData(),
    *(Column(name, text_key()) for name in TEXTS),
    *(Column(name, Float) for name in FLOATS),
    Column("lead_days", Integer),
    *(Column(name, Money) for name in AMOUNTS),
    Column("renews_at", Date),
    Column("reasons", LargeBinary),
    Column("ahead", LargeBinary),
    Column("first_reason", LargeBinary),
    prefixes=["TEMPORARY"],
)
NAMES = ", ".join(column.name for column in STAGE.c)
KINDS = (
    *("text" for _ in TEXTS),
    *("float8" for _ in FLOATS),
    "int4",
    *("int8" for _ in AMOUNTS),
    "date",
    "bytea",
    "bytea",
    "bytea",
)
ROWS_AT_ONCE = 10_000
SEEN = {"postgresql": " (account_id, csm, tier, band)", "sqlite": ""}
"""The columns that rows are found and grouped by: a planner need not know the others."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What lies in the temporary table.

    Attributes:
        accounts: how many.
        digest: SHA-256 of everything, whatever the order and the parts it came in.
        ascending: the accounts came in the order of their ids, each greater than the one before,
            so that none is there twice and nothing needs to be sorted.
    """

    accounts: int
    digest: str
    ascending: bool


def load(connection: Connection, head: RunHead, parts: Iterable[RunPart], codes: Codes) -> Staged:
    """Write every part to the temporary table, in the caller's transaction.

    Raises:
        PublishError: the run contradicts itself.
    """
    check_head(head)
    create(connection)
    seen, ascending, last = Fingerprint(head), True, ""
    for part in parts:
        check_part(head, part)
        staged = staged_part(part.ascending(), head, codes)
        seen.add(staged)
        write(connection, staged)
        ascending = ascending and staged.ascends_from(last)
        last = staged.last or last
    finish(connection, ascending)
    if not ascending:
        seen = _in_order(connection, head)
    return Staged(seen.rows, seen.digest, ascending)


def _in_order(connection: Connection, head: RunHead) -> Fingerprint:
    """What the run is recognised by, of what was staged in another order."""
    seen = Fingerprint(head)
    rows = f"SELECT {NAMES} FROM {STAGE.name} ORDER BY account_id"
    lazily = {"yield_per": ROWS_AT_ONCE}
    found = connection.exec_driver_sql(rows, execution_options=lazily)
    for some in found.partitions():
        seen.add(StagedPart.of([*zip(*some, strict=True)]))
    return seen


def create(connection: Connection) -> None:
    """An empty temporary table."""
    connection.execute(text(f"DROP TABLE IF EXISTS {STAGE.name}"))
    STAGE.create(connection)


def finish(connection: Connection, ascending: bool) -> None:
    """Index the table where that is needed, once everything is in it.

    Args:
        connection: that the table belongs to.
        ascending: see `Staged`.

    Raises:
        PublishError: an account is in it twice.
    """
    if not ascending:
        _index(connection)
    elif connection.dialect.name == "sqlite":
        return  # without an index there is one way to read it, and ANALYZE would read all of it
    connection.execute(text(f"ANALYZE {STAGE.name}{SEEN[connection.dialect.name]}"))


def _index(connection: Connection) -> None:
    try:
        with connection.begin_nested():
            connection.execute(text(f"CREATE UNIQUE INDEX staged_key ON {STAGE.name} (account_id)"))
    except IntegrityError:
        key = STAGE.c.account_id
        twice = select(key).group_by(key).having(func.count() > 1).order_by(key)
        refuse("Accounts with more than one score", connection.scalars(twice).all())


def by_account(chosen: Select[Any], ascending: bool) -> Select[Any]:
    """Rows of the table in the order of accounts, which they lie in already where they ascend."""
    return chosen if ascending else chosen.order_by(STAGE.c.account_id)


def drop(connection: Connection) -> None:
    """Let go of the table."""
    connection.execute(text(f"DROP TABLE IF EXISTS {STAGE.name}"))


def write(connection: Connection, part: StagedPart) -> None:
    """Add rows as fast as the database takes them."""
    raw = connection.connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in STAGE.c)
        statement = f"INSERT INTO {STAGE.name} ({NAMES}) VALUES ({marks})"
        lazily: Any = part.rows(plain=True)  # any iterable will do; its types say a sequence
        raw.cursor().executemany(statement, lazily)
        return
    driver: Any = raw.driver_connection
    copying = f"COPY {STAGE.name} ({NAMES}) FROM STDIN (FORMAT BINARY)"
    with driver.cursor() as cursor, cursor.copy(copying) as copy:
        copy.set_types(KINDS)
        for row in part.rows(plain=False):
            copy.write_row(row)
