"""The command that explains one account."""

from datetime import datetime
from typing import Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_WORKSPACE,
    ConfigOption,
    JsonOption,
    PublishedOption,
    WorkspaceOption,
    config_of,
    day_of,
)
from pipelines.explain import Asked, explaining
from pipelines.explain_text import text
from pipelines.terminal import Terminal
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.store import open_store


def explain(
    account: Annotated[str, typer.Argument(help="The account's id.", show_default=False)],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: PublishedOption = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            formats=["%Y-%m-%d"],
            help="The earlier day to compare with; by default the one scored before.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say why one account has its score, and why that is another than it was.

    Every list adds up: reasons with their base to the chance shown, groups likewise, and the
    terms of a change to the difference shown. Points are percentage points of the chance of
    loss within the primary horizon; more is worse. A day that was not scored is computed.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        found = config_of(space, config)
        engine = open_store(space.store_address)
        words = words_of(engine)
        job = explaining(space, found, engine, words, terminal.say)
        answer = job.explain(Asked(account, day_of(as_of), day_of(since)))
        engine.dispose()
        terminal.result(answer.summary(), text(answer, words))

    terminal.guard(work)
