"""Arrays put aside: in memory while they are few, on disk beyond."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import numpy.typing as npt

MEMORY = 1 << 30
"""Bytes kept in memory before anything is written to disk."""
_ALIGNED = 64
Kind = TypeVar("Kind", bound=npt.NDArray[Any])


class Spill:
    """A place for arrays. Its file has no name, so a crash leaves nothing of it."""

    def __init__(self, file: IO[bytes], memory: int) -> None:
        self._file, self._room = file, memory

    def keep(self, array: Kind) -> Kind:
        """The same array to read only: as it is, or from where it was written to on disk."""
        self._room -= array.nbytes
        if self._room >= 0 or not array.nbytes:
            array.flags.writeable = False
            return array
        begin = -(-self._file.seek(0, 2) // _ALIGNED) * _ALIGNED
        self._file.seek(begin)
        self._file.write(np.ascontiguousarray(array).data)
        self._file.flush()
        kept = np.memmap(self._file, array.dtype, "r", begin, array.shape)
        return kept.view(np.ndarray)  # type: ignore[return-value]


@contextmanager
def spilling(folder: Path | None, memory: int) -> Iterator[Spill]:
    """A spill whose file lies in `folder`, or where the system keeps temporary files."""
    with tempfile.TemporaryFile(dir=folder) as file:
        yield Spill(file, memory)
