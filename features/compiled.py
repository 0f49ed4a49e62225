"""The one door to the compiler: numba, typed.

Compiled code is kept beside the module, so later processes load it, and it holds no lock of
the interpreter while it runs.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba import njit

from features.kept_code import TRIED, KeptCode

P = ParamSpec("P")
R = TypeVar("R")


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
    if argument.flags.c_contiguous and not argument.flags.writeable:
        return argument
    view = np.ascontiguousarray(argument).view()
    view.flags.writeable = False
    return view
