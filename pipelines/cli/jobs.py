"""The commands that compute: check, train, recalibrate, score, replay, run."""

from dataclasses import replace
from typing import Annotated

import typer

from features.lake import Lake
from pipelines import texts
from pipelines.cli.options import (
    DEFAULT_WORKSPACE,
    AsOfOption,
    ConfigOption,
    JsonOption,
    StoredOption,
    WorkspaceOption,
    config_of,
    day_of,
)
from pipelines.exit_codes import DIFFERENT, DONE, NO_MODEL, YOUR_INPUT
from pipelines.ingest.check import check as check_sources
from pipelines.own_signals import own_problems
from pipelines.recalibrate import recalibrate as move_level
from pipelines.replay import replay as replay_snapshot
from pipelines.replay import text as replay_text
from pipelines.run import resolve_as_of, run, summary_of
from pipelines.score import score_accounts
from pipelines.terminal import Terminal
from pipelines.train import train_model
from pipelines.tune import with_tuning
from pipelines.workspace import Workspace


def check(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find every problem of a configuration and its data at once; writes nothing."""
    terminal = Terminal(as_json)

    def work() -> int:
        found = config_of(Workspace(workspace), config)
        lake = Lake(workspace / "lake")
        report = check_sources(found, lake if lake.exists else None, terminal.say)
        report = replace(report, problems=(*own_problems(found), *report.problems))
        terminal.result(report.as_dict(), str(report))
        return 0 if report.ok else YOUR_INPUT

    terminal.guard(work)


def train(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    promote: Annotated[bool, typer.Option(help="Let the model serve if it is fit to use.")] = True,
    tune: Annotated[
        float | None,
        typer.Option(min=0, metavar="SECONDS", help="Tune for so long; overrides [models]."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model on what was known at a date, check it on later dates, and promote it."""
    terminal = Terminal(as_json)

    def work() -> int:
        space = Workspace(workspace)
        found = with_tuning(config_of(space, config), tune)
        day = resolve_as_of(space, day_of(as_of))
        result = train_model(space, found, day, terminal.say, promote)
        terminal.result(result.summary(), texts.training(result))
        return 0 if result.trained.verdict.fit else NO_MODEL

    terminal.guard(work)


def recalibrate(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set the level of the model that serves by what has come true since it was trained.

    The losses of its first interval that are certain by now move its log-odds by one number,
    drawn towards nothing where they are few. The result is a version of its own: the files of
    the model stay as they are, and `forewarn rollback` takes it back. `forewarn run` does this
    once a month.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        found = config_of(space, config)
        result = move_level(space, found, resolve_as_of(space, day_of(as_of)), terminal.say)
        terminal.result(result.summary(), result.text())

    terminal.guard(work)


def score(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score all accounts at a date with the model that serves."""
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        found = config_of(space, config)
        day = resolve_as_of(space, day_of(as_of))
        result = score_accounts(space, found, day, terminal.say)
        terminal.result(summary_of(result), texts.scoring(result))

    terminal.guard(work)


def replay(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: StoredOption = None,
    fingerprint: Annotated[
        str, typer.Option(help="First digits of the snapshot's fingerprint; any by default.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Rebuild a snapshot that was scored, and prove that it comes out identical.

    Every snapshot that is scored is kept with its fingerprint. This computes it again from
    the lake, the definitions and the configuration as they are now, and compares every bit.
    Where the two differ it ends with code 1 and says which accounts and values differ, which
    source rows make the difference, and what else has changed since.
    """
    terminal = Terminal(as_json)

    def work() -> int:
        space = Workspace(workspace)
        found = config_of(space, config)
        result = replay_snapshot(space, found, day_of(as_of), fingerprint, terminal.say)
        terminal.result(result.summary(), replay_text(result))
        return DONE if result.identical else DIFFERENT

    terminal.guard(work)


def run_all(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """The main job: load, train, promote and score. Nothing after --as-of is looked at."""
    terminal = Terminal(as_json)

    def work() -> int:
        space = Workspace(workspace)
        result = run(space, config_of(space, config), day_of(as_of), terminal.say)
        terminal.result(result.summary(), texts.main_job(result))
        return 0 if result.scored else NO_MODEL

    terminal.guard(work)
