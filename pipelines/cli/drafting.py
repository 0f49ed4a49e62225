"""The command that drafts a configuration: init."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_CONFIG, JsonOption
from pipelines.draft.job import draft_config
from pipelines.terminal import Terminal


def init(
    exports: Annotated[
        list[Path],
        typer.Argument(help="Folders and files: CSV, TSV, Parquet, JSON lines, also .gz."),
    ],
    to: Annotated[Path, typer.Option("--to", help="The configuration to write.")] = DEFAULT_CONFIG,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at exported files and draft the forewarn.toml that reads them.

    Says which table of the contract each file is and which of its columns are used, how dates
    and amounts are written, and what can be foretold. Whatever is not certain is left as a
    comment to decide. Writes that one file and nothing else, no workspace either.
    """
    terminal = Terminal(as_json)

    def work() -> None:
        drafted = draft_config(exports, to, force, terminal.say)
        terminal.result(drafted.summary(), drafted.text())

    terminal.guard(work)
