"""The commands about who may use the service: keys and audit."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.access import Wish, all_keys, described, make_key, newest_deeds, revoke_key
from pipelines.access import verify_log as verify_chain
from pipelines.cli.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from pipelines.exit_codes import DIFFERENT
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace
from serving.auth.roles import MEANINGS, Role
from serving.store import AuditEntry, KeyInfo

ROLES = "; ".join(f"{role}: {meaning}" for role, meaning in MEANINGS.items())


def create(
    name: Annotated[str, typer.Option(help="Whose key it is, or what program's.")],
    role: Annotated[Role, typer.Option(help=ROLES)],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    csm: Annotated[str, typer.Option(help="For the role csm: as the accounts name them.")] = "",
    days: Annotated[int | None, typer.Option(help="For so long it holds; else for ever.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key; it is shown this once, and only its SHA-256 is kept."""
    terminal = Terminal(as_json)

    def work() -> None:
        made = make_key(Workspace(workspace), Wish(name, role, csm, days))
        terminal.result(made.summary(), made.text())

    terminal.guard(work)


def show(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """List every key ever made."""
    terminal = Terminal(as_json)

    def work() -> None:
        keys = all_keys(Workspace(workspace))
        lines = [_line(info) for info in keys] or ["no keys: forewarn keys create makes one"]
        terminal.result({"keys": [described(info) for info in keys]}, "\n".join(lines))

    terminal.guard(work)


def revoke(
    prefix: Annotated[str, typer.Argument(help="The part of the key behind fw_, see the list.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """End a key, and every browser session that rests on it."""
    terminal = Terminal(as_json)

    def work() -> None:
        info = revoke_key(Workspace(workspace), prefix)
        text = f"revoked: {prefix}, the key of {info.name}"
        terminal.result({"revoked": prefix, "name": info.name}, text)

    terminal.guard(work)


def verify(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    expect: Annotated[
        str, typer.Option(help="The head that was noted before: it must still be in the log.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Prove that the audit log is as it was written; exit code 1 where it is not.

    A log whose last entries are missing is still a chain: note its head now and then, outside
    of the store, and give the last one noted with --expect.
    """
    terminal = Terminal(as_json)

    def work() -> int:
        found = verify_chain(Workspace(workspace), expect)
        terminal.result(found.summary(), found.text())
        return 0 if found.whole else DIFFERENT

    terminal.guard(work)


def log(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    limit: Annotated[int, typer.Option(min=1, max=2**31 - 1, help="How many entries.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show who did what, newest first."""
    terminal = Terminal(as_json)

    def work() -> None:
        entries = newest_deeds(Workspace(workspace), limit)
        lines = [_deed(entry) for entry in entries] or ["nothing was written down yet"]
        terminal.result({"entries": [_entry(entry) for entry in entries]}, "\n".join(lines))

    terminal.guard(work)


def _line(info: KeyInfo) -> str:
    state = "holds" if info.holds(datetime.now(UTC)) else "revoked" if info.revoked_at else "over"
    return f"{info.prefix}  {state:7}  {info.role:14}  {info.name}"


def _deed(entry: AuditEntry) -> str:
    deed = entry.deed
    return (
        f"{entry.number:5}  {deed.at:%Y-%m-%d %H:%M} UTC  {deed.by}: {deed.action} {deed.subject}"
    )


def _entry(entry: AuditEntry) -> dict[str, object]:
    deed = entry.deed
    return {
        "number": entry.number,
        "at": deed.at.isoformat(),
        "by": deed.by,
        "action": deed.action,
        "subject": deed.subject,
        "details": deed.details,
        "digest": entry.digest,
    }
