"""The command of every day, which starts without the models."""

from typing import TYPE_CHECKING, Annotated

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
from pipelines.config import Config
from pipelines.day import Progress, one_more_day
from pipelines.standing import resolve_as_of
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.ingest.load import Brought
    from pipelines.ingest.report import LoadReport


def day(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Read all rows, for the events of the model that serves.")
    ] = False,
    load: Annotated[
        bool, typer.Option("--load", help="First bring the sources into the lake, as `load` does.")
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
        loaded = _loaded(space, found, terminal.say) if load else None
        brought = loaded[1] if loaded else None
        at = resolve_as_of(space, day_of(as_of))
        result = one_more_day(space, found, at, anew, terminal.say, brought)
        summary, text = result.summary(), result.text()
        if loaded:
            summary, text = {**summary, "load": loaded[0].as_dict()}, f"{loaded[0].brief()}\n{text}"
        terminal.result(summary, text)

    terminal.guard(work)


def _loaded(space: Workspace, config: Config, say: Progress) -> "tuple[LoadReport, Brought]":
    """The sources brought into the lake, and what came."""
    from pipelines.loading import sources_at_hand  # not needed where nothing is loaded

    return sources_at_hand(space, config, say)
