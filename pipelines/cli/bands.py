"""The commands about bands: simulate."""

from typing import Annotated

import typer

from pipelines.bands import Asked, simulate_bands
from pipelines.bands import text as bands_text
from pipelines.cli.options import (
    DEFAULT_WORKSPACE,
    ConfigOption,
    JsonOption,
    WorkspaceOption,
    config_of,
)
from pipelines.errors import InputError
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace


def simulate(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    capacity: Annotated[
        str, typer.Option(help="Shares of accounts the team could answer, e.g. 0.05,0.1,0.2.")
    ] = "",
    cost: Annotated[
        str, typer.Option(help="Costs of one answer: red where acting pays, e.g. 300,800.")
    ] = "",
    share_saved: Annotated[
        float | None, typer.Option(help="With --cost: the share of leavers an answer keeps.")
    ] = None,
    red_from: Annotated[
        str, typer.Option(help="Chances of loss from which an account is red, e.g. 0.2,0.4.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what other thresholds or another capacity would have meant.

    Replays what the model foretold out of time, date by date with patience and all, and shows
    beside today's policy: alerts a week, how many of them came true, what part of the lost
    accounts and of their ARR had been red before, and flaps. Changes nothing.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        asked = Asked(
            numbers("--capacity", capacity),
            numbers("--cost", cost),
            share_saved,
            numbers("--red-from", red_from),
        )
        found = simulate_bands(space, config_of(space, config), asked)
        terminal.result(found.summary(), bands_text(found))

    terminal.guard(work)


def numbers(option: str, given: str) -> tuple[float, ...]:
    """The numbers of a list such as `0.05,0.1`.

    Raises:
        InputError: something in it is no number.
    """
    try:
        return tuple(float(part) for part in given.split(",") if part.strip())
    except ValueError:
        raise InputError(
            f"{option} {given!r} is no list of numbers: separate them by commas, e.g. 0.05,0.1."
        ) from None
