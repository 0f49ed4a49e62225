"""The command of every day, which starts without the models."""

from typing import Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_WORKSPACE,
    AsOfOption,
    ConfigOption,
    JsonOption,
    WorkspaceOption,
    config_of,
    day_of,
)
from pipelines.day import one_more_day
from pipelines.standing import resolve_as_of
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace


def day(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Read all rows, for the events of the model that serves.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Store the snapshot of one more day, from what is kept of the days before.

    What is kept makes a further day cost what came since, and not a pass over all rows. The
    first time, and where it could not be exact, all rows are read, and it says why.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        found = config_of(space, config)
        result = one_more_day(space, found, resolve_as_of(space, day_of(as_of)), anew, terminal.say)
        terminal.result(result.summary(), result.text())

    terminal.guard(work)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
"""This command and no other."""
app.command("day")(day)
app.callback()(lambda: None)  # so that the command is given by name
