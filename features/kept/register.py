"""Keys in order, each with a number, in two runs: most of them, and those that came lately."""

import numpy as np

from features.kept.shelf import Shelf
from features.kernel import Int32, Int64
from features.lake.hashing import Hashes

SHARE, LEAST = 16, 1 << 12
"""Late keys are put among the others when they are more than this part of them, and so many."""


class Register:
    """Keys that are looked up, on a shelf.

    Putting a few among millions moves them all, and all that has moved must go to the disk. So
    a night's are put among those of the last nights only, until those are worth it.
    """

    def __init__(self, shelf: Shelf, name: str) -> None:
        """The keys of a name; there are none before some are added."""
        self._shelf, self._name = shelf, name

    def runs(self) -> tuple[tuple[Hashes, Int32], tuple[Hashes, Int32]]:
        """Each run: its keys in order, and the number of each."""
        return self._run("held"), self._run("late")

    def add(self, keys: Hashes, numbers: Int32) -> None:
        """Add keys, which may come more than once, with their numbers."""
        order = np.argsort(keys, kind="stable")
        keys, numbers = keys[order], numbers[order]
        late = _merged(self._run("late"), (keys, numbers))
        if len(late[0]) <= max(LEAST, len(self._run("held")[0]) // SHARE):
            self._set("late", late)
            return
        self._set("held", _merged(self._run("held"), late))
        self._sizes[1] = 0

    def _run(self, which: str) -> tuple[Hashes, Int32]:
        size = int(self._shelf.look(*self._named_sizes)[int(which == "late")])
        keys: Hashes = self._shelf.look(f"{self._name}-{which}-keys", (size,), np.uint64)
        numbers = self._shelf.look(f"{self._name}-{which}-numbers", (size,), np.int32)
        return keys[:size], numbers[:size]

    def _set(self, which: str, run: tuple[Hashes, Int32]) -> None:
        size = (len(run[0]),)
        self._shelf.array(f"{self._name}-{which}-keys", size, np.uint64)[: size[0]] = run[0]
        self._shelf.array(f"{self._name}-{which}-numbers", size, np.int32)[: size[0]] = run[1]
        self._sizes[int(which == "late")] = size[0]

    @property
    def _sizes(self) -> Int64:
        """How many keys each run has."""
        sizes: Int64 = self._shelf.array(*self._named_sizes)
        return sizes

    @property
    def _named_sizes(self) -> tuple[str, tuple[int], type[np.int64]]:
        return f"{self._name}-runs", (2,), np.int64


def _merged(run: tuple[Hashes, Int32], more: tuple[Hashes, Int32]) -> tuple[Hashes, Int32]:
    """Two runs as one, of arrays of its own."""
    place = np.searchsorted(run[0], more[0])
    return np.insert(run[0], place, more[0]), np.insert(run[1], place, more[1])
