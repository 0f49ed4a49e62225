"""What a short command asks of the C libraries before any of them is loaded."""

import ctypes
import os
import sys

_ARENAS, _MAPPED, _TRIM, _SPARE = -8, -4, -1, -2  # of glibc's malloc.h
_LARGEST = 2**31 - 1
_SPARE_BYTES = 1 << 26


def with_one_heap() -> None:
    """Let the C library keep freed arrays instead of handing each back to the system.

    A page that is handed back must be cleared before it comes again, which took a third of the
    processor's time of a night. Must come before anything starts a thread. Nothing is changed
    where the C library has no such settings.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return
    for setting, value in (
        (_ARENAS, 1),
        (_MAPPED, 0),
        (_TRIM, _LARGEST),
        (_SPARE, _SPARE_BYTES),
    ):
        mallopt(setting, value)


def without_algebra() -> None:
    """Let NumPy start without threads for linear algebra, of which there is none here.

    Starting them took a sixth of the processor's time of starting up.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
