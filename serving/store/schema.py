"""Which revision a store's schema is of, and bringing it to another."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from serving.store.derive import derive
from serving.store.errors import SchemaError
from serving.store.growing import growing_statements
from serving.store.metadata import METADATA
from serving.store.tables import AUDIT, SHOW_LATEST
from serving.store.transactions import reading, writing

HEAD = "0005"
"""The revision that this version works with."""
FIRST = "0001"
"""What a store is of that was made before there were revisions."""
EMPTY = ""


def revision_of(connection: Connection) -> str:
    """The revision of a store's schema; empty where it has none."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if found is not None:
            return str(found)
    return FIRST if "scoring_run" in tables else EMPTY


def revisions() -> list[str]:
    """Every revision, first to newest."""
    from serving.store import steps  # with Alembic, which a store of this version needs not

    return steps.revisions()


def ready(engine: Engine) -> None:
    """Have a store that is just being opened be of the revision of this version.

    Raises:
        SchemaError: it is of a newer one, or of an earlier one and no SQLite file.
    """
    with reading(engine) as connection:
        found = revision_of(connection)
    if found == HEAD:
        return
    if found != EMPTY:
        require_known(found)
        if engine.dialect.name != "sqlite":
            raise SchemaError(
                f"The store's schema is of revision {found}, and this version works with {HEAD}: "
                "make a backup with `forewarn db backup`, then run `forewarn db upgrade`."
            )
        copy_aside(engine, found)
        migrate(engine, HEAD)
        return
    with writing(engine) as connection:
        if revision_of(connection) == EMPTY:
            create(connection)


def create(connection: Connection) -> None:
    """The tables of this version in an empty store: what all revisions in turn come to."""
    from serving.store import steps

    METADATA.create_all(connection)
    for statement in [*growing_statements(AUDIT.name, connection.dialect.name), SHOW_LATEST]:
        connection.execute(text(statement))
    steps.stamp(connection, HEAD)


def require_known(found: str) -> None:
    """Refuse what a newer version left.

    Raises:
        SchemaError: this version does not know the revision.
    """
    if found not in revisions():
        raise SchemaError(
            f"The store's schema is of revision {found}, made by a newer version than this one, "
            f"which works with {HEAD}: run that version, or bring the store back with its "
            "`forewarn db downgrade`."
        )


def migrate(engine: Engine, target: str) -> str:
    """Bring a store to a revision in one transaction; what follows from the rest is derived anew.

    Returns:
        The revision it was of; empty where it was empty.

    Raises:
        SchemaError: the revision is not known, or the store's is not.
    """
    from serving.store import steps

    if target not in revisions():
        raise SchemaError(f"{target!r} is no revision; allowed: {', '.join(revisions())}.")
    with writing(engine) as connection:
        found = revision_of(connection)
        if found != EMPTY:
            require_known(found)
        # A store of before revisions may lack the last tables of the first one.
        steps.take(connection, target, up=found == EMPTY or found <= target)
        if target == HEAD:
            derive(connection)
    return found


def copy_aside(engine: Engine, found: str) -> Path | None:
    """A copy of a SQLite file, beside it; None where the store is no file."""
    name = engine.url.database
    if not name or name == ":memory:":
        return None
    file = Path(name)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    copy = file.with_name(f"{file.name}.revision-{found}-{stamp}")
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    return copy
