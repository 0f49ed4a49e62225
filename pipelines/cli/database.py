"""The commands that look after the store: upgrade, downgrade, check, backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines import database
from pipelines.cli.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from pipelines.exit_codes import DIFFERENT
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace
from serving.store.backup import BackedUp


def upgrade(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """Bring the store to the revision that this version works with.

    A store in the workspace's own file is copied beside itself before, and is upgraded by every
    other command too; any other database is upgraded by this command alone. Make a backup first.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        done = database.move(Workspace(workspace))
        terminal.result(done.summary(), done.text())

    terminal.guard(work)


def downgrade(
    to: Annotated[str, typer.Option("--to", help="The revision, e.g. 0001.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Bring the store back to an earlier revision, for an earlier version.

    Scores, accounts, models, keys and the audit log are kept; what the earlier revision has no
    room for is lost, such as saved views and causes of changes. Make a backup first.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        done = database.move(Workspace(workspace), to)
        terminal.result(done.summary(), done.text())

    terminal.guard(work)


def check(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """Say whether the store is whole; exit code 1 where it is not."""
    terminal = Terminal(as_json)

    def work() -> int:
        found = database.look_over(Workspace(workspace))
        terminal.result(found.summary(), found.text())
        return DIFFERENT if found.wrong else 0

    terminal.guard(work)


def backup(
    to: Annotated[Path, typer.Option("--to", help="The folder to be made.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Write the whole store to a new folder, as it is at one instant, while others work.

    The files are JSON lines, packed, with their SHA-256 in a manifest; SQLite and PostgreSQL
    can both be restored from them. They hold accounts and hashes of keys: guard them alike.
    """
    terminal = Terminal(as_json)

    def work() -> int:
        return _told(terminal, database.save(Workspace(workspace), to), "written to")

    terminal.guard(work)


def restore(
    folder: Annotated[Path, typer.Option("--from", help="The folder of a backup.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Make the store, which has to be empty, what a backup holds.

    Every file is verified against the manifest before, and the audit log after; exit code 1
    where the log does not follow.
    """
    terminal = Terminal(as_json)

    def work() -> int:
        return _told(terminal, database.bring_back(Workspace(workspace), folder), "restored from")

    terminal.guard(work)


def _told(terminal: Terminal, done: BackedUp, what: str) -> int:
    rows = sum(done.rows.values())
    text = f"{rows} rows of {len(done.rows)} tables {what} {done.folder}"
    broken = done.audit.broken_at
    if broken is not None:
        text += f"\nthe audit log does not follow at entry {broken}"
    terminal.result(database.summary_of(done), text)
    return 0 if broken is None else DIFFERENT
