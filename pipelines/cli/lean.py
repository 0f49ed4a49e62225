"""Starting with little: what a command has no use for is not loaded."""

import gc
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pyarrow as pa


def without_pandas() -> None:
    """Let Arrow settle, for this process, that pandas is not there.

    It looks for it as soon as it is given a list, and loading it takes a third of a second. Who
    imports pandas gets it as ever; only Arrow's own ways to it are closed.
    """
    if "pandas" not in sys.modules:
        with _refused("pandas"):
            pa.array([])


def without_extensions() -> None:
    """Let pydantic start without looking for extensions in all that is installed.

    It reads what hundreds of packages say of themselves, and nothing here has use of any.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


@contextmanager
def without_collecting() -> Iterator[None]:
    """Load libraries without looking for garbage among what stays to the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def run_and_end(command: Callable[[], object], last: Callable[[], None] = lambda: None) -> NoReturn:
    """Run a command, and let the system take back what Python would first take apart.

    With gigabytes mapped that takes a third of a second. All files are closed by then, and no
    thread is left; what is raised, but for the end itself, is raised.

    Args:
        command: what is run.
        last: done after it, where it ended as it should.
    """
    try:
        command()
    except SystemExit as end:
        code = end.code
    else:
        code = 0
    if not code:
        last()
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def without_sklearn() -> None:
    """Let LightGBM come, in this process, without its estimators for scikit-learn.

    Nothing here uses them, and scikit-learn is what most of its start is spent on. Who imports
    that gets it as ever.
    """
    if "lightgbm" not in sys.modules:
        with _refused("sklearn"):
            importlib.import_module("lightgbm")


@contextmanager
def _refused(name: str) -> Iterator[None]:
    class Refusing:
        @staticmethod
        def find_spec(wanted: str, *_: Any) -> None:
            if wanted == name:
                raise ImportError(f"{name} is not looked for here")

    sys.meta_path.insert(0, Refusing)
    try:
        yield
    finally:
        sys.meta_path.remove(Refusing)
