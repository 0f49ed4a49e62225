"""Memory that a command will need, cleared by the system while its libraries still load."""

import ctypes
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

BLOCK = 1 << 26
"""Bytes that are asked for, and handed over, at a time."""
SPARE_BLOCKS = 2
"""What the heap may be larger by than what was ready, and the run have had enough: libraries
that loaded meanwhile, and what the C library asks for beyond what it needs."""
MOST_BLOCKS = 16
"""More are not cleared while libraries load; a first run, of all rows, may have needed many."""


class _Heap(ctypes.Structure):
    """What glibc says of its heap (`struct mallinfo2`); `arena` are the bytes it has."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


class ReadyHeap:
    """As much memory as the last run of a command came to need.

    The system clears each page when it is first touched, and whoever touches it waits: a third
    of the processor's time of a night. A command starts for half a second in one thread, so
    another one can do that for it. Needs `features.heap.with_one_heap`; nothing is done
    without glibc.
    """

    def __init__(self, file: Path) -> None:
        """Begin, where a file says how many blocks; without it nothing is made ready."""
        self._file, self._library = file, _library()
        self._blocks = _number(file) if self._library else 0
        self._thread = Thread(target=self._touch, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until all of it is ready."""
        self._thread.join()

    def note(self) -> None:
        """Write down how many blocks the next run is to find ready."""
        if self._library is None or not self._file.parent.exists():
            return
        held = self._library.mallinfo2().arena // BLOCK
        with suppress(OSError):  # it is only a hint
            self._file.write_text(str(blocks_wanted(self._blocks, held)), encoding="utf-8")

    def _touch(self) -> None:
        """Write to each block, for which ctypes lets go of the interpreter, and free it."""
        library = self._library
        if library is None:
            return
        blocks = [library.malloc(BLOCK) for _ in range(self._blocks)]
        for block in filter(None, blocks):
            library.memset(block, 0, BLOCK)
            library.free(block)


def blocks_wanted(ready: int, held: int) -> int:
    """How many blocks to have ready after a run that found some, and whose heap came to hold some.

    What was never touched of those that were ready cannot be told. So a run for which they were
    enough gets up to a quarter less the next time, until they are a little too few.
    """
    if held > ready + SPARE_BLOCKS:
        return min(MOST_BLOCKS, held - SPARE_BLOCKS)
    return max(0, ready - max(1, ready // 4))


def _library() -> ctypes.CDLL | None:
    """The C library, where it is glibc."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "mallinfo2"):
        return None
    library.mallinfo2.restype = _Heap
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.restype, library.free.argtypes = None, [ctypes.c_void_p]
    library.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    return library


def _number(file: Path) -> int:
    try:
        return min(MOST_BLOCKS, max(0, int(file.read_text(encoding="utf-8"))))
    except (OSError, ValueError):
        return 0
