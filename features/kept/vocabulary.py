"""Words as numbers that stay theirs, whatever comes later."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.kept.shelf import Shelf
from features.kernel import Int32
from features.lake.hashing import Hashes, bytes_of, hashes


class LaterWords(Sequence[str]):
    """Words that are made into strings only when one is asked for: ids seldom are."""

    def __init__(self, words: pa.ChunkedArray) -> None:
        self._words = words

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        return self._made[place]

    @cached_property
    def _made(self) -> tuple[str, ...]:
        return tuple(self._words.to_pylist())


class Vocabulary:
    """The words of one kind, numbered in the order in which they came.

    A word is found by its hash and then compared, so two words of one hash are told apart:
    the second is looked up among those few that share a hash with an earlier one.
    """

    def __init__(self, shelf: Shelf, name: str) -> None:
        self._shelf, self._name = shelf, name

    @property
    def words(self) -> pa.ChunkedArray:
        """All words, by number."""
        return self._shelf.words(self._name)

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.words)

    def numbers(self, words: pa.Array) -> Int32:
        """The number of each of some different words; new ones are taken in."""
        found = self._found(words)
        fresh, size = np.flatnonzero(found < 0), self.size
        if len(fresh):
            found[fresh] = size + np.arange(len(fresh), dtype=np.int32)
            self._take_in(words.take(pa.array(fresh)))
        return found

    def _found(self, words: pa.Array) -> Int32:
        order, known = self._index(self.size)
        hashed = _hashes(words)
        place = np.searchsorted(known, hashed)
        found = np.full(len(words), -1, np.int32)
        open_ = np.arange(len(words))
        while len(open_):  # once, but for words that share a hash
            inside = place[open_] < len(known)
            open_ = open_[inside]
            open_ = open_[known[place[open_]] == hashed[open_]]
            held = order[place[open_]]
            same = pc.equal(self.words.take(pa.array(held)), words.take(pa.array(open_)))
            alike = same.to_numpy(zero_copy_only=False)
            found[open_[alike]] = held[alike]
            open_ = open_[~alike]
            place[open_] += 1
        return found

    def _index(self, size: int) -> tuple[Int32, Hashes]:
        """The words in the order of their hashes, and those."""
        shape = (size,)
        order = self._shelf.array(f"{self._name}-order", shape, np.int32)
        known = self._shelf.array(f"{self._name}-hashes", shape, np.uint64)
        return order[:size], known[:size]

    def _take_in(self, words: pa.Array) -> None:
        size = self.size
        order, known = self._index(size)
        hashed = _hashes(words)
        turn = np.argsort(hashed, kind="stable")
        place = np.searchsorted(known, hashed[turn])
        number = (size + turn).astype(np.int32)
        numbers, all_hashes = np.insert(order, place, number), np.insert(known, place, hashed[turn])
        order, known = self._index(size + len(words))
        order[:], known[:] = numbers, all_hashes
        self._shelf.add_words(self._name, words)


def _hashes(words: pa.Array) -> Hashes:
    return hashes(*bytes_of(words))
