"""Machine code on disk: a file for each function and each set of types it was called with.

A file is found by the function, the types, the processor and the versions, and is used only if
the function, all compiled code that it calls and the numbers that it takes from its module are
what they were. It is a line of JSON before an object file; where anything is not as it should be,
it is as if there were none.
"""

import json
import os
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from threading import get_ident
from types import CodeType
from typing import Any
from zlib import crc32

import numpy as np

from features.machine_code import MachineCode, machine, versions

_TOLD = (int, float, bool, str, bytes, tuple, type, np.dtype, np.generic)


class KeptCode:
    """What is kept of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Nothing is read yet."""
        self._function = function
        self._stamp = sha256(repr(list(_content(function, set()))).encode()).hexdigest()

    def read(self, types: Hashable) -> MachineCode | None:
        """The code kept for types of arguments as `features.compiled` names them, if any."""
        for folder in _folders(self._function.__code__.co_filename):
            with suppress(OSError, ValueError, TypeError, KeyError):
                head, _, code = (folder / self._name(types)).read_bytes().partition(b"\n")
                said = dict(json.loads(head))
                told = said.pop("stamp"), said.pop("sum")
                found = MachineCode(types=tuple(said.pop("types")), code=code, **said)
                if told == (self._stamp, _sum(found)):
                    return found
        return None

    def write(self, types: Hashable, made: MachineCode) -> None:
        """Keep code; where no folder may be written to, it is compiled again next time."""
        said = {"stamp": self._stamp, "sum": _sum(made), **asdict(made)}
        code = said.pop("code")
        head = json.dumps(said).encode()
        for folder in _folders(self._function.__code__.co_filename):
            file = folder / self._name(types)
            part = file.with_suffix(f".{os.getpid()}-{get_ident()}")
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                part.write_bytes(head + b"\n" + code)
                os.replace(part, file)
                return

    def _name(self, types: Hashable) -> str:
        function = self._function
        told = sha256(f"{function.__qualname__} {types} {_made_by()}".encode()).hexdigest()[:16]
        return f"{Path(function.__code__.co_filename).stem}.{function.__name__}-{told}.machine"


def _sum(made: MachineCode) -> int:
    """By which damage is told, in what is said of the code as well."""
    return crc32(made.code, crc32(f"{made.entry} {made.environment} {made.types}".encode()))


@cache
def _made_by() -> str:
    """All that the same Python source and types depend on to become the same machine code."""
    return sha256(f"{machine()} {versions()}".encode()).hexdigest()


@cache
def _folders(source: str) -> tuple[Path, ...]:
    """Where code of a file may lie: beside Python's own, or among what a user's programs keep."""
    beside = Path(cache_from_source(source)).parent
    of_file = sha256(str(beside).encode()).hexdigest()[:16]
    try:
        return beside, Path("~/.cache/forewarn").expanduser() / of_file
    except RuntimeError:  # a user without a home
        return (beside,)


def _content(function: Callable[..., Any], seen: set[str]) -> Iterator[object]:
    """What a function is compiled from, with compiled functions that it calls; each once."""
    name = f"{function.__module__}.{function.__qualname__}"
    if name in seen:
        return
    seen.add(name)
    code = function.__code__
    yield name
    yield from _instructions(code)
    cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
    taken = {name: cell.cell_contents for name, cell in cells}
    for used in dict.fromkeys(_names(code)):
        value = taken.get(used, function.__globals__.get(used))
        called = getattr(value, "__wrapped__", None)
        if callable(called) and hasattr(called, "__code__"):
            yield from _content(called, seen)
        elif isinstance(value, np.ndarray):
            yield used, value.dtype.str, value.shape, sha256(value.tobytes()).hexdigest()
        elif isinstance(value, _TOLD):
            yield used, value


def _names(code: CodeType) -> Iterator[str]:
    """What is used from outside, by functions and comprehensions within it too."""
    yield from (*code.co_names, *code.co_freevars)
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _names(value)


def _instructions(code: CodeType) -> Iterator[object]:
    """What the interpreter would run; lines are not of it."""
    yield code.co_code, code.co_names, code.co_varnames, code.co_argcount
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _instructions(value)
        else:
            yield value
