"""The one door to the compiler: numba, typed.

Compiled code is kept beside the module, so later processes load it, and it holds no lock of
the interpreter while it runs. numba itself is loaded when the first function is called: a
process that only reads rows needs none.
"""

from collections.abc import Callable
from functools import update_wrapper, wraps
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")


class Part(Generic[P, R]):
    """A function that is made ready for the compiler when it is first called, or compiled in."""

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        self._made: Any = None
        update_wrapper(self, function)

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        """What the function gives, compiled."""
        found: R = self.made(*arguments, **named)
        return found

    @property
    def made(self) -> Any:
        """What numba makes of it, which compiles for each new set of types.

        Two threads may both make it at first, and either will do: no lock is held over numba's own.
        """
        if self._made is None:
            self._made = _made(self._function)
        return self._made

    @property
    def _numba_type_(self) -> Any:
        """By which numba knows it where other compiled code calls it."""
        return self.made._numba_type_


def _made(function: Callable[..., Any]) -> Any:
    import numba

    from features.kept_code import TRIED, KeptCode

    if not numba.__version__.startswith(TRIED):
        return numba.njit(nogil=True, cache=True)(function)
    made = numba.njit(nogil=True)(function)
    made._cache = KeptCode(function)  # type: ignore[attr-defined,no-untyped-call]
    return made


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only compiled code calls."""
    return Part(function)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of NumPy arrays and numbers at its first call.

    Arrays are passed read-only and contiguous, whatever they are, so that one compiled
    version serves memory of Arrow, which must not be written to, and of NumPy.
    """
    call = Part(function)

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
