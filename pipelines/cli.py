"""The command line: the composition root of everything.

Exit codes: 0 done, 1 our fault, 2 the user's input or configuration, 3 no model is fit to
use. Progress and logs go to standard error, results to standard output.
"""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from features.lake import Lake
from pipelines import texts
from pipelines.config import Config, read_config
from pipelines.errors import InputError
from pipelines.export import export_scores
from pipelines.ingest.check import check as check_sources
from pipelines.run import load_sources, resolve_as_of, run, summary_of
from pipelines.score import score_accounts
from pipelines.status import status_of
from pipelines.terminal import NO_MODEL, YOUR_INPUT, Terminal
from pipelines.train import train_model
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Churn prediction and customer health, learnt from a company's own past.",
)
export = typer.Typer(no_args_is_help=True, help="Write what was published to a file.")
app.add_typer(export, name="export")

WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace", envvar="FOREWARN_WORKSPACE", help="The folder in which everything is kept."
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        help="The configuration; by default ./forewarn.toml, else the one last used.",
    ),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="The day to stand on (its end, UTC); by default the last day of the data.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output.")
]
DEFAULT_WORKSPACE = Path(".forewarn")
DEFAULT_CONFIG = Path("forewarn.toml")


@app.command()
def check(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find every problem of a configuration and its data at once; writes nothing."""
    terminal = Terminal(as_json)

    def work() -> int:
        found = _config(Workspace(workspace), config)
        lake = Lake(workspace / "lake")
        report = check_sources(found, lake if lake.exists else None, terminal.say)
        terminal.result(report.as_dict(), str(report))
        return 0 if report.ok else YOUR_INPUT

    terminal.guard(work)


@app.command()
def load(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the sources into the lake; bad rows go to quarantine with their reasons."""
    terminal = Terminal(as_json)

    def work() -> None:
        space = Workspace(workspace)
        report = load_sources(space, _config(space, config), terminal.say)
        terminal.result(report.as_dict(), str(report))

    terminal.guard(work)


@app.command()
def train(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    promote: Annotated[bool, typer.Option(help="Let the model serve if it is fit to use.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Train a model on what was known at a date, check it on later dates, and promote it."""
    terminal = Terminal(as_json)

    def work() -> int:
        space = Workspace(workspace)
        found = _config(space, config)
        day = resolve_as_of(space, _day(as_of))
        result = train_model(space, found, day, terminal.say, promote)
        terminal.result(result.summary(), texts.training(result))
        return 0 if result.trained.verdict.fit else NO_MODEL

    terminal.guard(work)


@app.command()
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
        found = _config(space, config)
        day = resolve_as_of(space, _day(as_of))
        result = score_accounts(space, found, day, terminal.say)
        terminal.result(summary_of(result), texts.scoring(result))

    terminal.guard(work)


@app.command(name="run")
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
        result = run(space, _config(space, config), _day(as_of), terminal.say)
        terminal.result(result.summary(), texts.main_job(result))
        return 0 if result.scored else NO_MODEL

    terminal.guard(work)


@export.command(name="scores")
def scores(
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day.")],
    to: Annotated[Path, typer.Option("--to", help="A .csv or .parquet file.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Write the scores of a day, with their reasons, to a file."""
    terminal = Terminal()

    def work() -> None:
        engine = open_store(Workspace(workspace).store_address)
        rows = export_scores(ScoreRepository(engine), as_of.date(), to, words_of(engine))
        engine.dispose()
        typer.echo(f"{rows} accounts written to {to}")

    terminal.guard(work)


@app.command()
def status(workspace: WorkspaceOption = DEFAULT_WORKSPACE, as_json: JsonOption = False) -> None:
    """What the workspace holds: data, model, scores, and the next command."""
    terminal = Terminal(as_json)

    def work() -> None:
        body = status_of(Workspace(workspace))
        terminal.result(body, texts.status(body))

    terminal.guard(work)


def main() -> None:
    """Run the command line."""
    app()


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _config(space: Workspace, given: Path | None) -> Config:
    """The configuration given, else ./forewarn.toml, else the one last used here."""
    path = given or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None)
    if path is None and space.config.exists():
        path = Path(space.config.read_text(encoding="utf-8"))
    if path is None:
        raise InputError(
            "no configuration: give one with -c FILE, or write ./forewarn.toml "
            "(docs/configuration.md tells how)."
        )
    config = read_config(path, os.environ)
    space.root.mkdir(parents=True, exist_ok=True)
    space.config.write_text(str(path.resolve()), encoding="utf-8")
    return config


if __name__ == "__main__":
    main()
