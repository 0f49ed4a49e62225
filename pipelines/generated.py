"""Code that libraries generate as text while they load, compiled only once."""

import builtins
import collections
import dataclasses
import marshal
import os
import sys
import typing
from contextlib import suppress
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType
from typing import Any

NAMED = "<string>"
"""What Python calls the file of a text that is compiled."""
MOST = 5_000
"""Texts that are kept; as they change with the code, more of them are begun anew."""


class GeneratedCode:
    """What each text was compiled to that data classes and annotations come as, kept between runs.

    A command makes some two hundred data classes of five functions each, and reads hundreds of
    types from text: the same every time. Compiling them was a seventh of its start. What is kept
    is found by the whole text, so it is never that of another; it lies where Python keeps
    compiled modules.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Read what is kept: beside this module's own compiled code, if no file is named."""
        self._file = file or Path(cache_from_source(__file__)).with_suffix(".generated")
        self._kept = _read(self._file)
        self._fresh: dict[str, CodeType] = {}

    def use(self) -> None:
        """Let the standard library's modules ask for kept code where they would compile a text.

        A built-in function that a module does not call any more is given to it in vain.
        """
        vars(dataclasses)["exec"] = self.run
        vars(collections)["eval"] = self.value
        vars(typing)["compile"] = self.compiled

    def run(self, text: str, *names: dict[str, Any]) -> None:
        """What `exec` does with a text."""
        builtins.exec(self.compiled(text, NAMED, "exec"), *names)

    def value(self, text: str, *names: dict[str, Any]) -> Any:
        """What `eval` does with a text."""
        return builtins.eval(self.compiled(text, NAMED, "eval"), *names)

    def compiled(self, text: str, file: str, mode: str) -> CodeType:
        """What `compile` does with a text."""
        name = f"{mode} {file}\n{text}"
        if name in self._kept:
            kept: CodeType = marshal.loads(self._kept[name])
            return kept
        made: CodeType = compile(text, file, mode, dont_inherit=True)
        self._fresh[name] = made
        return made

    def note(self) -> None:
        """Keep what was compiled for the first time."""
        if not self._fresh or sys.dont_write_bytecode:
            return
        fresh = {name: marshal.dumps(code) for name, code in self._fresh.items()}
        body = marshal.dumps((self._kept if len(self._kept) < MOST else {}) | fresh)
        part = self._file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):  # as Python does without, where it must not write
            part.write_bytes(MAGIC_NUMBER + body)
            os.replace(part, self._file)


def _read(file: Path) -> dict[str, bytes]:
    """What is kept in a file of this Python; nothing where there is none."""
    try:
        whole = file.read_bytes()
        if whole[: len(MAGIC_NUMBER)] != MAGIC_NUMBER:
            return {}
        kept: dict[str, bytes] = marshal.loads(whole[len(MAGIC_NUMBER) :])
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return kept
