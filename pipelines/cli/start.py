"""What a short command asks of the C libraries before any of them is loaded."""

import os
from collections.abc import Sequence
from pathlib import Path

WORKSPACE, WORKSPACE_VARIABLE = "--workspace", "FOREWARN_WORKSPACE"
DEFAULT_WORKSPACE = Path(".forewarn")
IN_ONE_HEAP = {"ARROW_DEFAULT_MEMORY_POOL": "system"}


def workspace_in(arguments: Sequence[str]) -> Path:
    """The workspace that a command is asked for, known before what reads the command line loads."""
    found = os.environ.get(WORKSPACE_VARIABLE) or str(DEFAULT_WORKSPACE)
    for at, one in enumerate(arguments):
        if one == WORKSPACE and at + 1 < len(arguments):
            found = arguments[at + 1]
        elif one.startswith(f"{WORKSPACE}="):
            found = one.partition("=")[2]
    return Path(found)


def without_algebra() -> None:
    """Let NumPy start without threads for linear algebra, of which there is none here.

    Starting them took a sixth of the processor's time of starting up.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def with_arrow_in_the_heap() -> None:
    """Let Arrow take its memory from the C library's heap, of which freed parts come again.

    Its own pool hands back to the system what was free for some milliseconds, and that must be
    cleared before it comes again.
    """
    for name, value in IN_ONE_HEAP.items():
        os.environ.setdefault(name, value)
