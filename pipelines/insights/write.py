"""Writing what was found: figures as JSON, and one page."""

import json
import os
from datetime import date
from pathlib import Path

from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.insights.body import body_of
from pipelines.insights.job import InsightsResult, Progress, work_out
from pipelines.insights.page import render
from pipelines.workspace import Workspace

FIGURES, PAGE = "insights.json", "insights.html"


def refresh(
    workspace: Workspace, config: Config, as_of: date, say: Progress, prospects: Path | None = None
) -> InsightsResult:
    """Work everything out, and write it where the service shows it; errors as of `work_out`."""
    found = work_out(workspace, config, as_of, say, prospects)
    say("wrote {} and {}".format(*write(found, workspace.insights)))
    return found


def write(found: InsightsResult, folder: Path) -> tuple[Path, Path]:
    """Write `insights.json` and `insights.html`; earlier ones are replaced.

    Raises:
        InputError: the folder cannot be written to.
    """
    figures = json.dumps(body_of(found), ensure_ascii=False, indent=1)
    return _write(folder / FIGURES, figures), _write(folder / PAGE, render(found))


def _write(path: Path, content: str) -> Path:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(content, encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"--out {path.parent}: cannot be written: {error.strerror}.") from error
    return path.resolve()
