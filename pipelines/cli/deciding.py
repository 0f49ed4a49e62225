"""The commands about which model serves: compare, promote, rollback, history, bakeoff."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.bakeoff import MAX_AGE_DAYS, bake_off
from pipelines.cli.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from pipelines.comparing import compare_models
from pipelines.history import history_of
from pipelines.promotion import promote as promote_model
from pipelines.promotion import roll_back
from pipelines.terminal import Terminal
from pipelines.workspace import Workspace

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is written down.")]


def compare(
    first: Annotated[str, typer.Argument(help="A version, champion or challenger.")],
    second: Annotated[str, typer.Argument(help="The model that wants the first one's place.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Compare two models on the rows both were tested on, with a verdict and its reasons.

    The same accounts at the same dates, each predicted before its outcome was known, with
    intervals from a paired bootstrap over accounts. The second may take the first one's place
    if its log loss is lower beyond doubt, on no tier worse by a margin, and its chances are
    neither far too bold nor far too timid.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        found = compare_models(Workspace(workspace), first, second)
        terminal.result(found.summary(), found.text())

    terminal.guard(work)


def promote(
    version: Annotated[str, typer.Argument(help="A version, or challenger.")],
    reason: ReasonOption,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    force: Annotated[
        bool, typer.Option("--force", help="Whatever the rule says; that is written down.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Let a model serve, if the comparison with the present one allows it.

    Its bundle is verified first. Who did it, when, why and what the comparison said is
    written to the store. The next `forewarn score` uses it.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        done = promote_model(Workspace(workspace), version, reason, force)
        terminal.result(done.summary(), done.text())

    terminal.guard(work)


def rollback(
    reason: ReasonOption,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_json: JsonOption = False,
) -> None:
    """Let the model serve again that served before; twice in a row goes back by two."""
    terminal = Terminal(as_json)

    def work() -> None:
        done = roll_back(Workspace(workspace), reason)
        terminal.result(done.summary(), done.text())

    terminal.guard(work)


def history(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """List every change of the model that serves: when, who, why, and its figures then.

    Trained and promoted by the rule, promoted or rolled back by hand: oldest first,
    with the digest of the bundle and what the comparison said. Nothing is ever taken off this list.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        found = history_of(Workspace(workspace))
        terminal.result(found.summary(), found.text())

    terminal.guard(work)


def bakeoff(
    score: Annotated[
        Path,
        typer.Option("--score", help="CSV or Parquet: account_id, date (or as_of), score."),
    ],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    against: Annotated[str, typer.Option(help="A version, champion or challenger.")] = "champion",
    higher_is_healthier: Annotated[
        bool, typer.Option("--higher-is-healthier", help="Else a higher score is a worse sign.")
    ] = False,
    max_age_days: Annotated[
        int, typer.Option(min=0, help="How old a value may be on the day it is held against.")
    ] = MAX_AGE_DAYS,
    as_json: JsonOption = False,
) -> None:
    """Put any other score you have to the same test as a model.

    The same outcomes, accounts and dates; at each date the last value on or before it, never a
    later one. The file's dates are taken as the days on which the values were known; a column
    known_at that is later counts in their place.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        done = bake_off(space, score, against, higher_is_healthier, max_age_days)
        terminal.result(done.summary(), done.text())

    terminal.guard(work)
