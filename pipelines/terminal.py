"""Talking to the terminal: progress on standard error, results on standard output."""

import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import typer

from pipelines.exit_codes import DONE, OUR_FAULT

AS_THEY_ARE = frozenset({str, int, bool, type(None)})
"""Types whose values JSON has words for."""


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
        except Exception as error:
            from pipelines.expected import code_of  # knows all of the models' errors too

            expected, message = code_of(error), str(error)
            if expected is None:
                traceback.print_exc(file=sys.stderr)
                message = f"this is a fault of ours: {type(error).__name__}: {message}"
            code = OUR_FAULT if expected is None else expected
            self._fail(code, message)
        raise typer.Exit(code)

    def _fail(self, code: int, message: str) -> None:
        typer.echo(f"forewarn: {message}", err=True)
        if self.as_json:
            typer.echo(json.dumps({"exit_code": code, "error": message}, ensure_ascii=False))


def plain(value: Any) -> Any:
    """`value` with everything JSON has no word for made plain; not-a-number becomes null."""
    if isinstance(value, dict):
        return {  # written out, not called: thousands in one explanation
            str(k): v
            if (kind := type(v)) in AS_THEY_ARE or (kind is float and isfinite(v))
            else plain(v)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [v if type(v) in AS_THEY_ARE else plain(v) for v in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
