"""Code that data classes generate as text, compiled once as a module of its own."""

import builtins
import dataclasses
import os
import sys
from contextlib import suppress
from importlib.util import cache_from_source, module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

MAKER = "__create_fn__"
"""What `dataclasses` calls the function that each of its texts defines, and nothing else."""
KEPT = "KEPT"
HEAD = f'"""What `dataclasses` generated, by its text; it may be removed."""\n\n{KEPT} = {{}}\n'
MOST = 5_000
"""Texts that are kept; as they change with the code, more of them are begun anew."""


class GeneratedCode:
    """The functions that `dataclasses` defines by texts, kept in a module that Python compiles.

    A command makes some two hundred data classes of five functions each, of the same texts
    every time, and compiling them was a seventh of its start. A function is found by its whole
    text, so it is never that of another.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Read what is kept: beside this module's own compiled code, if no file is named."""
        self._file = file or Path(cache_from_source(__file__)).with_suffix(".py")
        self._kept = _read(self._file)
        self._fresh: list[str] = []

    def use(self) -> None:
        """Let `dataclasses` ask for kept functions; where it runs no texts this does nothing."""
        vars(dataclasses)["exec"] = self.run

    def run(self, text: str, *names: dict[str, Any]) -> None:
        """What `exec` does with a text, in a space of names and another for what it defines."""
        if text in self._kept and len(names) == len(("globals", "locals")):
            names[1][MAKER] = FunctionType(self._kept[text], names[0], MAKER)
            return
        builtins.exec(text, *names)
        if text.startswith(f"def {MAKER}("):
            self._fresh.append(text)

    def note(self) -> None:
        """Keep what was compiled for the first time."""
        if not self._fresh or sys.dont_write_bytecode:
            return
        texts = dict.fromkeys([*(self._kept if len(self._kept) < MOST else ()), *self._fresh])
        body = "".join(f"{text}\n{KEPT}[{text!r}] = {MAKER}\n" for text in texts)
        part = self._file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):  # as Python does without, where it must not write
            part.write_text(HEAD + body, encoding="utf-8")
            os.replace(part, self._file)


def _read(file: Path) -> dict[str, CodeType]:
    """The functions kept in a module, by their texts; none where there is no such module."""
    spec = spec_from_file_location("forewarn_generated", file) if file.exists() else None
    if spec is None or spec.loader is None:
        return {}
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        return {text: made.__code__ for text, made in vars(module)[KEPT].items()}
    except (OSError, ImportError, SyntaxError, ValueError, KeyError):
        return {}  # what another process wrote only in part, or another Python
