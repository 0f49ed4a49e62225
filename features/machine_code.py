"""Machine code that numba once made, called without numba: the one place that knows its insides.

Importing numba takes longer than all that a short command does with its functions. What the code
itself needs are three C modules of numba's, which are loaded here by their files, and LLVM, which
puts the code in its place.
"""

import builtins
import ctypes
import importlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import llvmlite  # type: ignore[import-untyped]
import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numpy as np

TRIED = b'"version": "0.68.'
"""Versions of numba, as it writes its own, whose code is known to run like this."""
_PICKLED_ARRAY_TYPE = b"\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94."
"""How the code names `numpy.ndarray`, for each array that it gives."""


@dataclass(frozen=True)
class MachineCode:
    """A function in machine code.

    Attributes:
        entry: the symbol of what is called with Python's arguments.
        environment: the symbol of the place that points to its constants.
        types: those constants, types of the arrays that it gives.
        code: an object file.
    """

    entry: str
    environment: str
    types: tuple[str, ...]
    code: bytes


def code_of(made: Any) -> MachineCode | None:
    """The machine code of what numba compiled (its `CompileResult`); None if it is bound to it."""
    if made is None or made.reload_init or made.lifted:
        return None
    constants = made.environment.consts
    if not all(isinstance(constant, np.dtype) for constant in constants):
        return None
    return MachineCode(
        made.fndesc.llvm_cpython_wrapper_name,
        made.fndesc.env_name,
        tuple(c.str for c in constants),
        made.library._get_compiled_object(),
    )


class Engine:
    """Where machine code lies; one for a process, as `engine` gives it."""

    def __init__(self) -> None:
        """Start LLVM, and let code find what it calls."""
        self._functions = _c_module("_dynfunc")
        _with_symbols(self._functions)
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        target = llvm.Target.from_default_triple()
        kind = {"reloc": "static"} if target.name.startswith("x86") else {}
        made = target.create_target_machine(codemodel="jitdefault", jit=True, **kind)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), made)
        self._lock = Lock()
        self._there: dict[str, tuple[MachineCode, Callable[..., Any]]] = {}

    def function(self, code: MachineCode, of: Callable[..., Any]) -> Callable[..., Any] | None:
        """What calls the code; None if another of its name is there, which the linker would take.

        Args:
            code: as `code_of` gave it, in a process with the same numba on the same machine.
            of: the Python function that it was compiled from.
        """
        with self._lock:
            there, called = self._there.get(code.entry, (code, None))
            if called is None:
                called = self._linked(code, of)
                self._there[code.entry] = code, called
            return called if there == code else None

    def _linked(self, code: MachineCode, of: Callable[..., Any]) -> Callable[..., Any]:
        self._engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code.code))
        self._engine.finalize_object()
        entry = self._engine.get_function_address(code.entry)
        place = self._engine.get_global_value_address(code.environment)
        constants = self._functions.Environment(of.__globals__)
        constants.consts[:] = map(np.dtype, code.types)
        ctypes.c_void_p.from_address(place).value = id(constants)
        told = ModuleType(of.__module__), of.__name__, of.__doc__ or ""
        made: Callable[..., Any] = self._functions.make_function(*told, entry, constants, (self,))
        return made


@cache
def engine() -> Engine | None:
    """The process's own; None where numba is of a version that was not tried."""
    return Engine() if TRIED in numba_version() else None


@cache
def numba_version() -> bytes:
    """What numba says of its version, without importing it; nothing where it says it elsewhere."""
    file = _numba_folder() / "_version.py"
    return file.read_bytes() if file.exists() else b""


@cache
def machine() -> str:
    """The processor, for which code is made, with what it can do."""
    features = llvm.get_host_cpu_features().flatten()
    return f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {features}"


def versions() -> str:
    """All that has a part in what code is made of a function."""
    return f"{sys.version} {np.__version__} {llvmlite.__version__} {numba_version()!r}"


def _numba_folder() -> Path:
    found = importlib.util.find_spec("numba")
    places = found.submodule_search_locations if found else None
    if not places:
        raise ImportError("numba is not installed as a folder")
    return Path(places[0])


def _c_module(name: str) -> ModuleType:
    """One of numba's C modules; numba, if it is imported later, gets the same."""
    whole = f"numba.{name}"
    if whole in sys.modules:
        return sys.modules[whole]
    folder = (_numba_folder() / name.replace(".", "/")).parent
    found = PathFinder.find_spec(whole, [str(folder)])
    if found is None or found.loader is None:
        raise ImportError(f"{whole} is not where it was")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    sys.modules.pop(whole, None)  # without its package it would not be one of its names
    return module


def _with_symbols(functions: ModuleType) -> None:
    """Tell LLVM what numba tells it of names in its code."""
    helpers, allocator = _c_module("_helperlib"), _c_module("core.runtime._nrt_python")
    for name, address in (*helpers.c_helpers.items(), *functions.c_helpers.items()):
        llvm.add_symbol(f"numba_{name}", address)
    for name, address in allocator.c_helpers.items():
        llvm.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)
    for found in vars(builtins).values():
        if isinstance(found, type) and issubclass(found, BaseException):
            llvm.add_symbol(f"PyExc_{found.__name__}", id(found))
    llvm.add_symbol("_Py_NoneStruct", id(None))
    llvm.add_symbol("numba_unpickle", ctypes.cast(_CALLED_BACK, ctypes.c_void_p).value)


def _object_at(place: int, length: int, digest: int) -> Any:
    """An object that the code names: the type of arrays, or what it raises, which takes numba."""
    named = ctypes.string_at(place, length)
    if named.endswith(_PICKLED_ARRAY_TYPE):
        return np.ndarray
    serialize: Any = importlib.import_module("numba.core.serialize")
    return serialize._numba_unpickle(place, named, ctypes.string_at(digest, 20))


_CALLED_BACK = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    _object_at
)
