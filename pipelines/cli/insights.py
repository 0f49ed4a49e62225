"""The command about the whole base."""

from pathlib import Path
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
from pipelines.run import resolve_as_of
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace


def insights(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Also write insights.json and insights.html into this folder."),
    ] = None,
    prospects: Annotated[
        Path | None,
        typer.Option("--prospects", help="CSV or Parquet of companies: name, industry, region ..."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look at the whole base: what comes before losses, and what those who stay share.

    Leading indicators, magic moments, the beliefs of the configuration, what healthy accounts
    have in common, lookalikes of the best customers, contracts that contradict health, and the
    product by health. All of it is association, and says so. Written into the workspace, from
    where the service shows it.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        from pipelines.insights import text  # brings all of training with it
        from pipelines.insights.body import body_of
        from pipelines.insights.write import refresh, write

        space = Workspace(workspace)
        settings = config_of(space, config)
        day = resolve_as_of(space, day_of(as_of))
        found = refresh(space, settings, day, terminal.say, prospects)
        if out is not None:
            terminal.say("wrote {} and {}".format(*write(found, out)))
        terminal.result(body_of(found), text(found))

    terminal.guard(work)
