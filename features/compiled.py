"""The one door to the compiler: numba, typed.

Compiled code is kept beside the module, so later processes load it, and it holds no lock of
the interpreter while it runs.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba
import numpy as np
from numba import njit
from numba.core.caching import FunctionCache
from numba.core.runtime import _nrt_python as allocator  # type: ignore[attr-defined]

P = ParamSpec("P")
R = TypeVar("R")

TRIED = "0.68."
"""Versions of numba whose kept code is known to run without what only compiling needs."""


class KeptCode(FunctionCache):
    """Compiled code on disk, loaded without the compiler.

    As numba does it, the first function that is loaded brings in all that might be needed to
    compile one, linear algebra of SciPy among it, which takes longer than a day's snapshot.
    Where a function is not kept yet, numba does all of that before it compiles.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code kept for a signature; None for none."""
        _with_memory()
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]


@cache
def _with_memory() -> None:
    """Let compiled code find the functions by which it makes arrays."""
    for name, address in allocator.c_helpers.items():
        llvm.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only compiled code calls."""
    if not numba.__version__.startswith(TRIED):
        return cast("Callable[P, R]", njit(nogil=True, cache=True)(function))
    made = njit(nogil=True)(function)
    made._cache = KeptCode(function)  # type: ignore[attr-defined,no-untyped-call]
    return cast("Callable[P, R]", made)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of NumPy arrays and numbers at its first call.

    Arrays are passed read-only and contiguous, whatever they are, so that one compiled
    version serves memory of Arrow, which must not be written to, and of NumPy.
    """
    call = part(function)

    @wraps(function)
    def entry(*arguments: P.args, **named: P.kwargs) -> R:
        return call(*map(_fixed, arguments), **named)

    return entry


def fixed(*arguments: Any) -> tuple[Any, ...]:
    """Arrays for a compiled function that also takes arrays to write to: read-only views."""
    return tuple(map(_fixed, arguments))


def _fixed(argument: Any) -> Any:
    if not isinstance(argument, np.ndarray):
        return argument
    view = np.ascontiguousarray(argument).view()
    view.flags.writeable = False
    return view
