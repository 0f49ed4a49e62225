"""Starting with little: what a command has no use for is not loaded."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa


def without_pandas() -> None:
    """Let Arrow settle, for this process, that pandas is not there.

    It looks for it as soon as it is given a list, and loading it takes a third of a second. Who
    imports pandas gets it as ever; only Arrow's own ways to it are closed.
    """
    if "pandas" not in sys.modules:
        with _refused("pandas"):
            pa.array([])


def without_yaml() -> None:
    """Load numba without the reader of a file of settings that it also takes from elsewhere."""
    if "numba" not in sys.modules:
        with _refused("yaml"):
            import numba  # noqa: F401


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
