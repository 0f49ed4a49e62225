"""The one door to the compiler: numba, typed.

Compiled code is kept beside the module and holds no lock of the interpreter while it runs. numba
itself is loaded when a function is called with types of arguments for which none is kept.
"""

from collections.abc import Callable
from functools import update_wrapper, wraps
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    from features.kept_code import KeptCode

P = ParamSpec("P")
R = TypeVar("R")
_OF_A_TYPE = 0x1 | 0x2 | 0x100 | 0x400
"""What of NumPy's flags is of an array's type: in order of C, of Fortran, aligned, writeable."""
_KINDS = {np.dtype(kind): np.dtype(kind).str for kind in "?bhilqBHILQfd"}
_PLAIN = {float: "float", bool: "bool"}


class Part(Generic[P, R]):
    """A function that is made ready for the compiler when it is first called, or compiled in."""

    def __init__(self, function: Callable[P, R], within: bool = False) -> None:
        self._function, self._within = function, within
        self._ready: dict[object, Callable[..., R]] = {}
        self._made: Any = None
        update_wrapper(self, function)

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        """What the function gives, compiled."""
        if named:
            found: R = self.made(*arguments, **named)
            return found
        types = tuple(map(_type_of, arguments))
        ready = self._ready.get(types)
        if ready is None:
            ready = self._ready[types] = self._made_ready(types, arguments)
        return ready(*arguments)

    @property
    def made(self) -> Any:
        """What numba makes of it, which compiles for each new set of types.

        Two threads may both make it at first, and either will do: no lock is held over numba's own.
        """
        if self._made is None:
            import numba

            from features.machine_code import engine

            made = numba.njit(nogil=True, cache=engine() is None, forceinline=self._within)
            self._made = made(self._function)
        return self._made

    @property
    def _numba_type_(self) -> Any:
        """By which numba knows it where other compiled code calls it."""
        return self.made._numba_type_

    def _made_ready(self, types: tuple[object, ...], arguments: Any) -> Callable[..., R]:
        """Code for types, as it is kept or as it is now compiled; numba's choice for others."""
        from features.kept_code import KeptCode
        from features.machine_code import engine

        place = engine()
        if place is None or None in types:
            return self.made  # type: ignore[no-any-return]
        kept = KeptCode(self._function)
        code = kept.read(types)
        ready = place.function(code, self._function) if code else None
        return ready or self._compiled(arguments, kept, types)

    def _compiled(self, arguments: Any, kept: "KeptCode", types: object) -> Callable[..., R]:
        from features.machine_code import code_of

        if not hasattr(self.made, "compile"):  # numba is told to compile nothing
            return self.made  # type: ignore[no-any-return]
        numbas = tuple(map(self.made.typeof_pyval, arguments))
        ready: Callable[..., R] = self.made.compile(numbas)
        code = code_of(self.made.overloads.get(numbas))
        if code is not None:
            kept.write(types, code)
        return ready


def _type_of(argument: Any) -> object:
    """What the code for an argument depends on, at least as fine as numba's type of it.

    None for what is not told here, which numba looks at anew with each call.
    """
    kind = type(argument)
    if kind is np.ndarray or kind is np.memmap:
        found = _KINDS.get(argument.dtype)
        return found and (found, argument.ndim, argument.flags.num & _OF_A_TYPE)
    if kind is int:
        return "int" if -(1 << 63) <= argument < 1 << 63 else None
    if isinstance(argument, tuple):
        return _type_of_tuple(argument)
    if isinstance(argument, np.generic):
        return _KINDS.get(argument.dtype)
    return _PLAIN.get(kind)


def _type_of_tuple(argument: tuple[Any, ...]) -> object:
    types, kind = tuple(map(_type_of, argument)), type(argument)
    if kind is tuple:
        return None if None in types else types
    fields = getattr(kind, "_fields", None)
    named = f"{kind.__module__}.{kind.__qualname__}{fields}"
    return None if fields is None or None in types else (named, *types)


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only compiled code calls."""
    return Part(function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """The same for a few steps within a loop, which become part of whatever calls them.

    A call costs more than such steps do, and around one that might fail numba counts, with a
    lock of the processor's, who still uses the arrays that are passed.
    """
    return Part(function, within=True)


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
