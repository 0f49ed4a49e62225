"""Arrays that stay between processes: one file each, changed in place."""

import mmap
import os
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.words import Array

SPARE = 4
"""A grown array gets a further part of this size, so that it does not grow every day."""


class Shelf:
    """Arrays by name, in a folder or, without one, in memory only."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._held: dict[str, Array] = {}
        self._changed: set[str] = set()
        self._words: dict[str, list[pa.Array]] = {}
        self._fresh: dict[str, list[pa.Array]] = {}
        self._tables: dict[str, pa.Table] = {}
        self._under: dict[str, Shelf] = {}

    def holds(self, name: str) -> bool:
        """Whether there is an array of that name."""
        path = self._path(name)
        return name in self._held or (path is not None and path.exists())

    def array(
        self,
        name: str,
        shape: tuple[int, ...],
        kind: npt.DTypeLike,
        nothing: int = 0,
    ) -> Array:
        """The array of a name, of at least `shape`; what is new of it holds `nothing`.

        It may be larger than asked for, and is written to in place.
        """
        self._changed.add(name)
        held = self._at_hand(name)
        if held is None or not _covers(held, shape):
            held = self._grown(name, held, shape, np.dtype(kind), nothing)
        self._held[name] = held
        return held

    def look(
        self,
        name: str,
        shape: tuple[int, ...] = (),
        kind: npt.DTypeLike = np.int64,
        nothing: int = 0,
    ) -> Array:
        """The same to be read only, which need not go to the disk; made where there is none."""
        held = self._at_hand(name)
        if held is None or not _covers(held, shape):
            held = self.array(name, shape, kind, nothing)
        self._held[name] = held
        return held

    def words(self, name: str) -> pa.ChunkedArray:
        """Text that was added under a name, in that order."""
        if name not in self._words:
            files = [self._folder / file for file in self._word_files(name)] if self._folder else []
            columns = [pa.ipc.open_file(pa.memory_map(str(f))).read_all().column(0) for f in files]
            self._words[name] = [chunk for column in columns for chunk in column.chunks]
        return pa.chunked_array(self._words[name], pa.string())

    def add_words(self, name: str, words: pa.Array) -> None:
        """Add text under a name."""
        self._words.setdefault(name, []).append(words)
        self._fresh.setdefault(name, []).append(words)

    def _write_words(self) -> None:
        """All text added under one name since the last time becomes one piece."""
        for name, pieces in self._fresh.items():
            if self._folder is not None:
                number = len(self._word_files(name))
                table = pa.table({"word": pa.concat_arrays(pieces)})
                with pa.ipc.new_file(
                    str(self._folder / f"{name}-words-{number:05d}.arrow"), table.schema
                ) as sink:
                    sink.write_table(table)
        self._fresh.clear()
        self.__dict__.pop("_files", None)

    def _word_files(self, name: str) -> list[str]:
        """The pieces of text under a name, in their order."""
        return [file for file in self._files if file.startswith(f"{name}-words-")]

    @cached_property
    def _files(self) -> list[str]:
        """All that lies in the folder; listed once, since there are hundreds of names."""
        return sorted(os.listdir(self._folder)) if self._folder and self._folder.exists() else []

    def under(self, name: str) -> "Shelf":
        """A shelf of its own beside this one's arrays."""
        if name not in self._under:
            self._under[name] = Shelf(self._folder / name if self._folder else None)
        return self._under[name]

    def table(self, name: str) -> pa.Table | None:
        """The rows that were put under a name."""
        if name not in self._tables and self._folder is not None:
            file = self._folder / f"{name}.arrow"
            if file.exists():
                self._tables[name] = pa.ipc.open_file(pa.memory_map(str(file))).read_all()
        return self._tables.get(name)

    def put_table(self, name: str, rows: pa.Table) -> None:
        """Put rows under a name, in place of what was there."""
        self._tables[name] = rows
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / f"{name}.arrow"
            with pa.ipc.new_file(f"{file}.tmp", rows.schema) as sink:
                sink.write_table(rows)
            os.replace(f"{file}.tmp", file)

    def flush(self) -> None:
        """Hand all that was changed to the system."""
        self._write_words()
        for shelf in self._under.values():
            shelf.flush()
        self.write_through()

    def write_through(self) -> None:
        """Bring the arrays to the disk that were changed since the last time.

        Others may compute meanwhile; what they ask for to change goes the next time.
        """
        for shelf in list(self._under.values()):
            shelf.write_through()
        changed, self._changed = self._changed, set()
        if self._folder is not None:
            for name in changed:
                if name in self._held:
                    _let_go(self._held[name])
                _to_disk(self._folder / f"{name}.npy")

    def _at_hand(self, name: str) -> Array | None:
        path = self._path(name)
        if name in self._held or path is None or not path.exists():
            return self._held.get(name)
        return _mapped(path)

    def _grown(
        self,
        name: str,
        held: Array | None,
        shape: tuple[int, ...],
        kind: np.dtype[np.generic],
        nothing: int,
    ) -> Array:
        old = (0,) * len(shape) if held is None else held.shape
        sizes = tuple(
            have if 0 < want <= have else max(1, have, want + (want // SPARE if have else 0))
            for have, want in zip(old, shape, strict=True)
        )
        path = self._path(name)
        if path is None:
            made: Array = np.empty(sizes, kind)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            made = np.asarray(np.lib.format.open_memmap(f"{path}.tmp", "w+", kind, sizes))
        if nothing or path is None:
            made[...] = nothing
        if held is not None:
            made[tuple(map(slice, held.shape))] = held
        if path is None:
            return made
        os.replace(f"{path}.tmp", path)
        return _mapped(path)

    def _path(self, name: str) -> Path | None:
        return None if self._folder is None else self._folder / f"{name}.npy"


def _covers(held: Array, shape: tuple[int, ...]) -> bool:
    """Whether an array is as large as is asked for, along as many axes as are said."""
    return all(have >= max(want, 1) for have, want in zip(held.shape, shape, strict=False))


def _mapped(path: Path) -> Array:
    """The array of a file, changed where it lies.

    `numpy.load` does the same, and takes three times as long for each of hundreds of files.
    """
    with open(path, "r+b") as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"{path} is of version {version} of NumPy's format, not (1, 0)")
        shape, fortran, kind = np.lib.format.read_array_header_1_0(file)
        begin = file.tell()
        held = mmap.mmap(file.fileno(), 0)
    return np.ndarray(shape, kind, held, begin, order="F" if fortran else "C")


def _let_go(held: Array) -> None:
    """Say at once which pages of a mapped array were changed; they come back as they are read.

    Else the system makes each page read-only as it is written, one at a time, and stops all that
    the process computes meanwhile to say so: that took longer than the writing.
    """
    if isinstance(held.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        held.base.madvise(mmap.MADV_DONTNEED)


def _to_disk(file: Path) -> None:
    """Write what was changed of a file, by whatever way; lets go of the interpreter meanwhile."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
