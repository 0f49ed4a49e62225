"""A store as plain files, which a store of either database can be made from again.

    <folder>/manifest.json      revision, and by table its rows and the SHA-256 of its file
             account.jsonl.gz   one JSON object a row
             ...

Everything is read in one transaction, so a backup is of one instant, whatever is written
meanwhile. The manifest is written last: a folder without one is no backup.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    Engine,
    Enum,
    LargeBinary,
    Table,
    func,
    insert,
    select,
    text,
)

from models.score import Band
from serving.store.audit import AuditRepository, ChainCheck
from serving.store.columns import Money, UtcInstant
from serving.store.engine import connect
from serving.store.errors import BackupError
from serving.store.latest import index_statements
from serving.store.partitions import partition_statements
from serving.store.schema import EMPTY, HEAD, create, revision_of
from serving.store.tables import LATEST, METADATA, SCORING_RUN
from serving.store.transactions import reading, writing

MANIFEST = "manifest.json"
ROWS_AT_ONCE = 5000
TABLES = (SCORING_RUN, *(table for table in METADATA.sorted_tables if table is not SCORING_RUN))
"""What points to other tables comes after them, and the runs, whose months scores lie in, first."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds, or what was restored of it.

    Attributes:
        rows: by table.
        audit: what verifying the audit log found.
    """

    folder: Path
    revision: str
    rows: Mapping[str, int]
    audit: ChainCheck


def back_up(engine: Engine, folder: Path) -> BackedUp:
    """Write a store of this version's revision to a new folder.

    Raises:
        BackupError: the folder is there already, or cannot be written to.
    """
    try:
        folder.mkdir(parents=True)
        tables = _write_all(engine, folder)
    except FileExistsError as error:
        raise BackupError(f"{folder} is there already: give a folder to be made.") from error
    except OSError as error:
        why = error.strerror or error
        raise BackupError(f"{folder} cannot be written: {why}. Give another folder.") from error
    rows = {name: each["rows"] for name, each in tables.items()}
    return BackedUp(folder, HEAD, rows, AuditRepository(engine).verify())


def _write_all(engine: Engine, folder: Path) -> dict[str, dict[str, Any]]:
    """Write every table, and last the manifest; gives what that says of each."""
    tables = {}
    with reading(engine) as connection:
        for table in TABLES:
            tables[table.name] = _write(connection, table, _file(folder, table.name))
    body = {"revision": HEAD, "made_at": datetime.now(UTC).isoformat(), "tables": tables}
    (folder / MANIFEST).write_text(json.dumps(body, indent=1), encoding="utf-8")
    return tables


def restore(folder: Path, address: str) -> BackedUp:
    """Make an empty store what a backup holds, in one transaction.

    Args:
        folder: as `back_up` wrote it.
        address: of a database that holds no store, or one without any row.

    Raises:
        BackupError: the folder is no whole backup of this version, or the store is not empty.
        StoreAddressError: the database does not answer.
    """
    body = _manifest(folder)
    engine = connect(address)
    try:
        with writing(engine) as connection:
            _require_empty(connection)
            for table in TABLES:
                _read(connection, table, folder)
                _count_on(connection, table)
            for table in LATEST:
                for statement in index_statements(table, engine.dialect.name).values():
                    connection.execute(text(statement))
        audit = AuditRepository(engine).verify()
    finally:
        engine.dispose()
    rows = {name: each["rows"] for name, each in body["tables"].items()}
    return BackedUp(folder, HEAD, rows, audit)


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.jsonl.gz"


def _write(connection: Connection, table: Table, file: Path) -> dict[str, Any]:
    """Write a table's rows; gives how many they are and the SHA-256 of the file."""
    chosen = select(*table.c).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(chosen).mappings()
    rows = 0
    with gzip.open(file, "wt", encoding="utf-8", compresslevel=3) as out:
        for row in found:
            out.write(json.dumps(row_as_json(row), separators=(",", ":")) + "\n")
            rows += 1
    return {"rows": rows, "sha256": _sha256(file)}


def _count_on(connection: Connection, table: Table) -> None:
    """Have the numbers that PostgreSQL gives to new rows follow those that were restored."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    if connection.scalar(select(sequence)) is not None:
        highest = func.coalesce(func.max(column), 0) + 1
        connection.execute(select(func.setval(sequence, highest, False)))


def row_as_json(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row whose values JSON can hold."""
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | Band) else value


def _value(value: Any, kind: Any) -> Any:
    """A JSON value as the column's type takes it."""
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, UtcInstant):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Money):
        return Decimal(value)
    return Band(value) if isinstance(kind, Enum) else value


def _manifest(folder: Path) -> dict[str, Any]:
    """What the folder says it holds, every file of it as it was written."""
    try:
        body: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        revision, tables = body["revision"], body["tables"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder} is no whole backup: {MANIFEST} does not say so.") from error
    if revision != HEAD:
        raise BackupError(
            f"{folder} is of revision {revision}, and this version works with {HEAD}: restore it "
            "with the version that made it, then upgrade."
        )
    for table in TABLES:
        file = _file(folder, table.name)
        if not file.exists() or _sha256(file) != tables.get(table.name, {}).get("sha256"):
            raise BackupError(f"{file} is missing or was changed since the backup was made.")
    return body


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _require_empty(connection: Connection) -> None:
    """Have the tables, without a row in any.

    Raises:
        BackupError: there are rows, or tables of another revision.
    """
    found = revision_of(connection)
    if found == EMPTY:
        create(connection)
        return
    if found != HEAD:
        raise BackupError(f"The store is of revision {found}: restore into an empty database.")
    some = {table.name: select(*table.primary_key.columns).limit(1) for table in TABLES}
    filled = [name for name, row in some.items() if connection.execute(row).first()]
    if filled:
        raise BackupError(
            f"The store is not empty (there are rows in {', '.join(filled)}): restore into an "
            "empty database, nothing is ever overwritten."
        )
    for table in LATEST:
        for name in index_statements(table, connection.dialect.name):
            connection.execute(text(f"DROP INDEX IF EXISTS {name}"))


def _read(connection: Connection, table: Table, folder: Path) -> None:
    """Add the rows of a table's file."""
    kinds = {column.name: column.type for column in table.c}
    if table.name == "score":
        days = connection.scalars(select(SCORING_RUN.c.as_of)).all()
        for statement in partition_statements(days, connection.dialect.name):
            connection.execute(text(statement))
    rows = _rows(_file(folder, table.name), kinds)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        connection.execute(insert(table), some)


def _rows(file: Path, kinds: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield {name: _value(value, kinds[name]) for name, value in json.loads(line).items()}
