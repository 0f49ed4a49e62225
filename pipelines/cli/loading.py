"""The command that loads, which starts without what training and reports need."""

from pipelines.cli.options import (
    DEFAULT_WORKSPACE,
    ConfigOption,
    JsonOption,
    WorkspaceOption,
    config_of,
)
from pipelines.loading import load_sources
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace


def load(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the sources into the lake; bad rows go to quarantine with their reasons."""
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        report = load_sources(space, config_of(space, config), terminal.say)
        terminal.result(report.as_dict(), str(report))

    terminal.guard(work)
