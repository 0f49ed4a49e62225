"""Compiled code on disk, loaded without the compiler: the one place that knows numba's insides."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
from numba.core import environment
from numba.core.caching import FunctionCache
from numba.core.codegen import CodeLibrary, JITCodeLibrary
from numba.core.compiler import CompileResult
from numba.core.runtime import _nrt_python as allocator  # type: ignore[attr-defined]

TRIED = "0.68."
"""Versions of numba whose kept code is known to run without what only compiling needs."""


class KeptLibrary(JITCodeLibrary):
    """The machine code of a function; what callers would be compiled from is parsed if one is.

    As numba does it, each function that is loaded is also parsed and looked through, which
    takes several times as long.
    """

    def __init__(self, codegen: Any, name: str, code: bytes, bitcode: bytes) -> None:
        CodeLibrary.__init__(self, codegen, name)
        self._linking_libraries: list[Any] = []
        self._bitcode, self._parsed, self._finalized = bitcode, None, True
        self._object = llvm.object_file.ObjectFileRef.from_data(code)
        codegen._engine._ee.add_object_file(self._object)

    def _get_module_for_linking(self) -> Any:
        if self._parsed is None:
            self._parsed = llvm.parse_bitcode(self._bitcode)
            engine: Any = self._codegen._engine
            engine._load_defined_symbols(self._parsed)
        return self._parsed

    def get_pointer_to_function(self, name: str) -> int:
        """The address of a function that the code is known to hold."""
        return int(self._codegen._engine.get_function_address(name))


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
            key = self._index_key(sig, target_context.codegen())  # type: ignore[no-untyped-call]
            files: Any = self._cache_file
            with _without_their_modules():
                kept = files.load(key) if self._enabled else None
            return None if kept is None else _rebuilt(target_context, *kept)


def _rebuilt(context: Any, library: Any, *rest: Any) -> Any:
    """What `CompileResult._rebuild` gives of what it was reduced to."""
    rebuild: Any = CompileResult._rebuild
    name, kind, data = library
    if kind != "object":
        return rebuild(context, library, *rest)
    ready = _Ready(context, KeptLibrary(context.codegen(), name, *data))
    return rebuild(ready, library, *rest)._replace(target_context=context)


class _Ready:
    """A context whose libraries are there already."""

    def __init__(self, context: Any, library: KeptLibrary) -> None:
        self._context, self._library = context, library

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def codegen(self) -> "_Ready":
        return self

    def unserialize_library(self, _: Any) -> KeptLibrary:
        return self._library


@contextmanager
def _without_their_modules() -> Iterator[None]:
    """Let code come without the modules of numba that parts of it were compiled from.

    What compiled code has of a module are its globals, for code that runs in the interpreter:
    here none does. numba holds its compiler's lock meanwhile, so one thread at a time is here.
    """
    as_ever = environment._rebuild_env
    environment._rebuild_env = _environment
    try:
        yield
    finally:
        environment._rebuild_env = as_ever


def _environment(module: str, constants: list[Any], name: str) -> Any:
    """What `numba.core.environment._rebuild_env` gives, but for a module that is not there."""
    found: Any = environment.lookup_environment(name)  # type: ignore[no-untyped-call]
    if found is None:
        loaded = sys.modules.get(module)
        found = environment.Environment(vars(loaded) if loaded else {"__name__": module})
        found.consts[:] = constants
        found.env_name = name
        environment.Environment._memo[name] = found
    return found


@cache
def _with_memory() -> None:
    """Let compiled code find the functions by which it makes arrays."""
    for name, address in allocator.c_helpers.items():
        llvm.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)
