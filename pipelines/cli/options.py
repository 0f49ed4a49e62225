"""Options that several commands share, and the configuration they lead to."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.start import DEFAULT_WORKSPACE as DEFAULT_WORKSPACE
from pipelines.cli.start import WORKSPACE, WORKSPACE_VARIABLE
from pipelines.config import Config, read_config
from pipelines.errors import InputError
from pipelines.workspace import Workspace

WorkspaceOption = Annotated[
    Path,
    typer.Option(
        WORKSPACE,
        envvar=WORKSPACE_VARIABLE,
        file_okay=False,
        help="The folder in which everything is kept.",
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
PublishedOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="The day whose published scores are meant; by default the newest.",
    ),
]
StoredOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="The day whose stored snapshot is meant; by default the newest.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output.")
]
DEFAULT_CONFIG = Path("forewarn.toml")


def day_of(moment: datetime | None) -> date | None:
    """The date that was given, if any."""
    return None if moment is None else moment.date()


def config_of(space: Workspace, given: Path | None) -> Config:
    """The configuration given, else ./forewarn.toml, else the one last used here.

    Raises:
        InputError: there is none, or it cannot be used.
    """
    path = _config_path(space, given)
    if path is None:
        raise InputError(
            "no configuration: give one with -c FILE, or write ./forewarn.toml "
            "(`forewarn init FOLDER` drafts one from your files; docs/configuration.md tells more)."
        )
    config = read_config(path, os.environ)
    space.remember(path)
    return config


def config_if_any(space: Workspace, given: Path | None) -> Config | None:
    """Like `config_of`, but None where there is none; remembers nothing."""
    path = _config_path(space, given)
    return None if path is None else read_config(path, os.environ)


def _config_path(space: Workspace, given: Path | None) -> Path | None:
    return given or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else space.used)
