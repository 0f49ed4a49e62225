"""The process of one job that the service was asked for; nobody types this command."""

from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_WORKSPACE, WorkspaceOption, config_of
from pipelines.config import Config
from pipelines.jobs import work as do_work
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace


def work(
    job_id: Annotated[str, typer.Argument(help="As the service named it.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Do one job that waits in the store, as the service starts it."""

    def run() -> int:
        space = Workspace(workspace)

        def configure() -> Config:
            return config_of(space, space.used)

        return do_work(space, configure, job_id)

    Terminal().guard(run)
