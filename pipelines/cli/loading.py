"""The command that loads, which starts without what training and reports need."""

from datetime import UTC, datetime

import typer

from pipelines.cli.options import (
    DEFAULT_WORKSPACE,
    ConfigOption,
    JsonOption,
    WorkspaceOption,
    config_of,
)
from pipelines.ingest.load import load as load_sources
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
"""This command and no other."""
app.callback()(lambda: None)  # so that the command is given by name


@app.command()
def load(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the sources into the lake; bad rows go to quarantine with their reasons."""
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        found = config_of(space, config)
        lake = space.lake(found.load.buckets)
        report = load_sources(found, lake, space.quarantine, datetime.now(UTC), terminal.say)
        terminal.result(report.as_dict(), str(report))

    terminal.guard(work)
