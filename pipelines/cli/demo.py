"""The demonstration: a simulated company, the main job on it, and the service."""

from typing import Annotated

import typer

from pipelines import texts
from pipelines.cli.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from pipelines.exit_codes import NO_MODEL
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace
from serving.settings import DEFAULT_HOST, DEFAULT_PORT


def demo(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    accounts: Annotated[int, typer.Option(min=20, help="Customers to simulate.")] = 1500,
    years: Annotated[int, typer.Option(min=2, max=6, help="Years of history.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same company.")] = 7,
    serve: Annotated[bool, typer.Option(help="Serve the result when done.")] = True,
    port: Annotated[
        int, typer.Option(envvar="FOREWARN_PORT", min=0, max=65535, help="0 takes a free one.")
    ] = DEFAULT_PORT,
    as_json: JsonOption = False,
) -> None:
    """Simulate a company, run the main job on it, compare with the truth, and serve it."""
    terminal = Terminal(as_json)

    def work() -> int | None:
        from pipelines.demo.job import demonstrate, text  # the simulator is needed here only

        space = Workspace(workspace)
        result = demonstrate(space, accounts, years, seed, terminal.say)
        found = f"{texts.main_job(result.main)}\n\n{text(result)}"
        terminal.result(result.summary(), found.rstrip())
        if result.main.scored is None:
            return NO_MODEL
        if serve:
            from pipelines.serve import serve as serve_until_interrupted

            serve_until_interrupted(space, DEFAULT_HOST, port, terminal.say, ask_for=("insights",))
        return None

    terminal.guard(work)
