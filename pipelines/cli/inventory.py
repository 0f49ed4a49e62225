"""The command that lists the sources, and what each is worth."""

from typing import Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_WORKSPACE,
    ConfigOption,
    JsonOption,
    WorkspaceOption,
    config_if_any,
    config_of,
)
from pipelines.inventory import inventory_of
from pipelines.inventory_text import text
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace


def inventory(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    value: Annotated[
        bool,
        typer.Option("--value", help="Work out what each is worth; walks forward once for each."),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="With --value: a table or a signal group; may be repeated."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List every source: system, rows, dates, age, accounts covered, signals fed, worth.

    Tables that are not connected are listed with the signals they would feed. With --value
    each connected source and each signal group is left out of the model in turn: what that
    costs in log loss and in revenue reached is kept, and shown from then on.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        if value or only:
            from pipelines.source_value import work_out  # brings all of training with it

            work_out(space, config_of(space, config), only or (), terminal.say)
        found = inventory_of(space, config_if_any(space, config))
        terminal.result(found.summary(), text(found))

    terminal.guard(work)
