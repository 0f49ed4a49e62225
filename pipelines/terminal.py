"""Talking to the terminal: progress on standard error, results on standard output."""

import json
import math
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import typer

from features.currency import UnknownRate
from features.lake import LakeError
from features.runners.local import WorkerLost
from models.bundle import BrokenBundle
from models.evidence import BrokenEvidence
from models.sufficiency import NoEvidence
from pipelines.errors import InputError, NoModel, NotPromoted
from serving.settings import SettingsError
from serving.store import StoreError

USER = (InputError, UnknownRate, LakeError, SettingsError, StoreError, WorkerLost)
UNFIT = (NoModel, NoEvidence, BrokenBundle, BrokenEvidence, NotPromoted)
DONE, OUR_FAULT, YOUR_INPUT, NO_MODEL = 0, 1, 2, 3
DIFFERENT = 1
"""A replay that is not identical: it may be anyone's doing, and must not pass in a script."""


@dataclass
class Terminal:
    """One command's way to the terminal.

    Attributes:
        as_json: print one JSON object instead of text.
    """

    as_json: bool = False
    _began: float = field(default_factory=time.monotonic)

    def say(self, message: str) -> None:
        """Tell of progress, with the seconds since the command began."""
        typer.echo(f"[{time.monotonic() - self._began:5.1f} s] {message}", err=True)

    def result(self, body: dict[str, Any], text: str) -> None:
        """Print what the command found."""
        typer.echo(json.dumps(plain(body), ensure_ascii=False) if self.as_json else text)

    def guard(self, work: Callable[[], int | None]) -> None:
        """Do `work` and end with its exit code; errors become messages and exit codes."""
        try:
            code = work() or DONE
        except (*USER, *UNFIT) as error:
            code = YOUR_INPUT if isinstance(error, USER) else NO_MODEL
            self._fail(code, str(error))
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            code = OUR_FAULT
            self._fail(code, f"this is a fault of ours: {type(error).__name__}: {error}")
        raise typer.Exit(code)

    def _fail(self, code: int, message: str) -> None:
        typer.echo(f"forewarn: {message}", err=True)
        if self.as_json:
            typer.echo(json.dumps({"exit_code": code, "error": message}, ensure_ascii=False))


def plain(value: Any) -> Any:
    """`value` with everything JSON has no word for made plain; not-a-number becomes null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
