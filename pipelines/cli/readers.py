"""The commands that only read: export, serve, deliver, report, signals, status."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from features.signal import GroupName
from pipelines import texts
from pipelines.cli.options import (
    DEFAULT_WORKSPACE,
    ConfigOption,
    JsonOption,
    PublishedOption,
    WorkspaceOption,
    config_if_any,
    config_of,
    day_of,
)
from pipelines.deliver import deliver as deliver_scores
from pipelines.export import export_scores
from pipelines.report import write_report
from pipelines.signals import signals_of
from pipelines.signals import text as signals_text
from pipelines.status import status_of
from pipelines.terminal import Terminal
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.settings import DEFAULT_HOST, DEFAULT_PORT
from serving.store import ScoreRepository, open_store


def scores(
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day.")],
    to: Annotated[Path, typer.Option("--to", help="A .csv or .parquet file.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Write the scores of a day, with their reasons, to a file."""
    terminal = Terminal()

    def work() -> None:
        engine = open_store(Workspace(workspace).store_address)
        rows = export_scores(ScoreRepository(engine), as_of.date(), to, words_of(engine))
        engine.dispose()
        typer.echo(f"{rows} accounts written to {to}")

    terminal.guard(work)


def serve(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    host: Annotated[
        str, typer.Option(envvar="FOREWARN_HOST", help="The address to listen on.")
    ] = DEFAULT_HOST,
    port: Annotated[
        int,
        typer.Option(envvar="FOREWARN_PORT", min=0, max=65535, help="0 takes a free one."),
    ] = DEFAULT_PORT,
    workers: Annotated[
        int,
        typer.Option(min=1, max=64, help="Processes that share the work: one for each processor."),
    ] = 1,
) -> None:
    """Serve the API and the list of accounts, until Ctrl-C.

    Reads the store of FOREWARN_STORE (a SQLAlchemy address), else the workspace's own. Only
    this machine is answered unless --host says otherwise: then everybody shows a key (see
    `forewarn keys`), in a browser once at /login.
    """
    terminal = Terminal()

    def work() -> None:
        from pipelines.serve import serve as serve_store  # slow to import, and only needed here

        serve_store(Workspace(workspace), host, port, terminal.say, workers)

    terminal.guard(work)


def deliver(
    to: Annotated[Path, typer.Option("--to", help="A .csv file that your CRM imports.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_of: PublishedOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be delivered; write nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write what changed since the last delivery to a CSV file for your CRM.

    One row per account whose band, score, chances or reasons changed. An account that is no
    longer scored gets one row with the band "none". Chances are 0 to 1, lower is better; the
    health score is 0 to 100, 100 is healthy.

    The file is a letter box: move it away, then import it. While it lies there, further
    deliveries add their rows to it (the newest row of an account counts), so nothing is lost.
    A file that is not a delivery is never overwritten, and scores older than those delivered
    last are refused. Another file name is another destination and gets every account.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        engine = open_store(Workspace(workspace).store_address)
        done = deliver_scores(engine, to, day_of(as_of), words_of(engine), dry_run)
        engine.dispose()
        terminal.result(done.summary(), texts.delivery(done))

    terminal.guard(work)


def report(
    to: Annotated[Path, typer.Option("--to", help="The folder for report.html.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: PublishedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one page for leadership: what is at stake, how sure that is, what is not known."""
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        found = config_of(space, config)
        written = write_report(space, found, day_of(as_of), to, terminal.say)
        terminal.result(written.summary(), texts.report(written))

    terminal.guard(work)


def signals(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    group: Annotated[GroupName | None, typer.Option(help="Only the signals of one group.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List every signal: Forewarn's, those of the company's main events, and its own.

    A signal is one measure of one account, and with its window it makes one column of a
    snapshot. "Empty" is the value of an account of which the connected table tells nothing;
    a table that is not connected gives missing. Without a configuration the built-in
    catalogue is listed.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        found = signals_of(space, config_if_any(space, config))
        terminal.result(found.summary(group), signals_text(found, group))

    terminal.guard(work)


def status(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """What the workspace holds: data, model, scores, and the next command."""
    terminal = Terminal(as_json)

    def work() -> None:
        body = status_of(Workspace(workspace))
        terminal.result(body, texts.status(body))

    terminal.guard(work)
