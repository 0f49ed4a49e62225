"""What is asked of the C library's heap, where it has such settings (glibc)."""

import ctypes
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
    with_one_arena()
    _ask((_MAPPED, 0), (_TRIM, _LARGEST), (_SPARE, _SPARE_BYTES))


def alone() -> None:
    """The same for a process that is there for one work alone, and Arrow's memory in that heap.

    Else each part of a bucket's snapshots has memory of its own, which the system must clear.
    """
    import pyarrow as pa

    with_one_heap()
    pa.set_memory_pool(pa.system_memory_pool())


def with_one_arena() -> None:
    """Let all threads that start from now on share one heap.

    Else each of a service's threads has one, and what a request leaves free in one is of no use
    to the others: after 90 seconds of load 819 MB were held so, and 631 with one heap.
    """
    _ask((_ARENAS, 1))


def _ask(*settings: tuple[int, int]) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for setting, value in settings:
            mallopt(setting, value)
