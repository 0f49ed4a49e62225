"""Large libraries that a command needs, loaded beside the modules that come before them."""

import ctypes
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

LIBRARIES = ("pyarrow/libarrow.so*", "pyarrow/libparquet.so*", "llvmlite/binding/libllvmlite.so")
"""In the order in which they are needed."""


def libraries_ahead() -> None:
    """Begin to load them in a thread; linking them needs no lock of the interpreter.

    A library that is not found so is loaded when its module is, as ever.
    """
    Thread(target=_load, args=(LIBRARIES,), daemon=True).start()


def _load(patterns: Iterable[str]) -> None:
    for pattern in patterns:
        package, _, rest = pattern.partition("/")
        found = find_spec(package)
        for place in found.submodule_search_locations or () if found else ():
            for file in sorted(Path(place).glob(rest)):
                with suppress(OSError):
                    ctypes.CDLL(str(file))
