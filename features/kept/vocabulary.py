"""Words as numbers that stay theirs, whatever comes later."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.kept.register import Register
from features.kept.shelf import Shelf
from features.kernel import Int32
from features.lake.hashing import Hashes, bytes_of, hashes


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
        hashed = _hashes(words)
        found = np.full(len(words), -1, np.int32)
        for known, numbers in self._register.runs():
            open_ = np.flatnonzero(found < 0)
            place = np.searchsorted(known, hashed[open_])
            while len(open_):  # once, but for words that share a hash
                inside = np.flatnonzero(place < len(known))
                inside = inside[known[place[inside]] == hashed[open_[inside]]]
                open_, place = open_[inside], place[inside]
                held = numbers[place]
                same = pc.equal(self.words.take(pa.array(held)), words.take(pa.array(open_)))
                alike = same.to_numpy(zero_copy_only=False)
                found[open_[alike]] = held[alike]
                open_, place = open_[~alike], place[~alike] + 1
        return found

    @property
    def _register(self) -> Register:
        return Register(self._shelf, self._name)

    def _take_in(self, words: pa.Array) -> None:
        numbers = self.size + np.arange(len(words), dtype=np.int32)
        self._register.add(_hashes(words), numbers)
        self._shelf.add_words(self._name, words)


def _hashes(words: pa.Array) -> Hashes:
    return hashes(*bytes_of(words))
