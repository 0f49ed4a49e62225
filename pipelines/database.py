"""Looking after the store: its revision, whether it is whole, its backups."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, text

from pipelines.errors import InputError
from pipelines.workspace import Workspace
from serving.store import AuditRepository, ScoreRepository
from serving.store.backup import BackedUp, back_up, restore
from serving.store.engine import connect, opened
from serving.store.listing import table_of
from serving.store.schema import EMPTY, HEAD, copy_aside, migrate, revision_of, revisions
from serving.store.transactions import reading


@dataclass(frozen=True)
class Moved:
    """A store that was brought from one revision to another.

    Attributes:
        before: the revision it was of; empty where it was empty.
        copy: of the file as it was before, where it is one and anything was done.
    """

    before: str
    after: str
    copy: Path | None

    def summary(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"before": self.before or None, "after": self.after, "copy": _path(self.copy)}

    def text(self) -> str:
        """In words."""
        if self.before == self.after:
            return f"the store is of revision {self.after} already"
        kept = f"; as it was before, it lies in {self.copy}" if self.copy else ""
        return f"the store is of revision {self.after} now, was {self.before or 'empty'}{kept}"


def move(workspace: Workspace, target: str = HEAD) -> Moved:
    """Bring the store to a revision; a file is copied before.

    Raises:
        SchemaError: there is no such revision, or the store is of a newer version.
    """
    engine = connect(workspace.store_address)
    try:
        with reading(engine) as connection:
            found = revision_of(connection)
        if found == target:
            return Moved(found, target, None)
        known = target in revisions() and found != EMPTY and engine.dialect.name == "sqlite"
        copy = copy_aside(engine, found) if known else None
        return Moved(migrate(engine, target), target, copy)
    finally:
        engine.dispose()


@dataclass(frozen=True)
class Checked:
    """What looking a store over found.

    Attributes:
        wrong: everything that is not as it should be, in words.
    """

    revision: str
    runs: int
    audit_entries: int
    wrong: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "revision": self.revision or None,
            "works_with": HEAD,
            "runs": self.runs,
            "audit_entries": self.audit_entries,
            "wrong": list(self.wrong),
        }

    def text(self) -> str:
        """In words."""
        if self.wrong:
            return "\n".join(f"wrong: {each}" for each in self.wrong)
        return (
            f"the store is whole: revision {self.revision}, {self.runs} runs, "
            f"{self.audit_entries} entries in the audit log"
        )


def look_over(workspace: Workspace) -> Checked:
    """Whether the store is of this version's revision, readable, and in itself consistent."""
    engine = connect(workspace.store_address)
    try:
        with reading(engine) as connection:
            found = revision_of(connection)
        if found != HEAD:
            what = f"is of revision {found}" if found else "is empty"
            advice = f"the store {what}; this version works with {HEAD}: run `forewarn db upgrade`"
            return Checked(found, 0, 0, (advice,))
        chain = AuditRepository(engine).verify()
        wrong = [*_damaged(engine), *_uneven(engine)]
        if chain.broken_at is not None:
            wrong.append(f"the audit log does not follow at entry {chain.broken_at}")
        runs = len(ScoreRepository(engine).dates())
        return Checked(found, runs, chain.entries, tuple(wrong))
    finally:
        engine.dispose()


def _damaged(engine: Engine) -> list[str]:
    """What SQLite says of its file; PostgreSQL has its own tools."""
    if engine.dialect.name != "sqlite":
        return []
    with reading(engine) as connection:
        said = connection.scalars(text("PRAGMA integrity_check")).all()
        torn = connection.execute(text("PRAGMA foreign_key_check")).all()
    found = [f"the file is damaged: {each}" for each in said if each != "ok"]
    return found + [f"{row[0]} row {row[1]} points to nothing in {row[2]}" for row in torn]


def _uneven(engine: Engine) -> list[str]:
    """Whether the newest run holds as many accounts as it says."""
    run = ScoreRepository(engine).newest()
    if run is None:
        return []
    table = table_of(run)
    mine = select(func.count()).select_from(table).where(table.c.as_of == run.as_of)
    with reading(engine) as connection:
        rows = connection.scalar(mine)
    if rows == run.accounts:
        return []
    return [f"the run of {run.as_of} is of {run.accounts} accounts, and {rows} are listed"]


def save(workspace: Workspace, folder: Path) -> BackedUp:
    """Write the store to a new folder.

    Raises:
        BackupError: the folder is there already.
        SchemaError: the store is of another revision.
    """
    with opened(workspace.store_address) as engine:
        return back_up(engine, folder)


def bring_back(workspace: Workspace, folder: Path) -> BackedUp:
    """Make the workspace's store, which is empty, what a backup holds.

    Raises:
        BackupError: the folder is no whole backup, or the store is not empty.
        InputError: there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give one that `forewarn db backup` wrote.")
    return restore(folder, workspace.store_address)


def summary_of(done: BackedUp) -> dict[str, Any]:
    """A backup or what was restored of it, as plain JSON values."""
    return {
        "folder": str(done.folder),
        "revision": done.revision,
        "rows": dict(done.rows),
        "audit_head": done.audit.head,
        "audit_broken_at": done.audit.broken_at,
    }


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)
