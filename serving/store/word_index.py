"""Finds a word in a million names without reading them: every word of every name, in order.

What is looked for begins where a word does, so that it begins one of the names' endings that begin
with a word. These are kept in order of their first bytes, as the places where they begin: four
bytes a word. Two searches by halves then tell which of them begin as asked.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

MOST_HITS = 5_000
"""Where more endings agree in the bytes that they are ordered by, Arrow looks name by name."""
ORDERED = 16
"""Bytes of an ending that it is ordered by."""
SPACE, HALF = ord(" "), 8

Mask = npt.NDArray[np.bool_]
Begins = npt.NDArray[np.int32]


@dataclass(frozen=True)
class WordIndex:
    """The words of names.

    Attributes:
        names: each with a space before, so that every word has one.
        letters: of all names in one.
        begins: where each name begins among the letters, and where the last one ends.
        words: where each word begins, in the order of the first bytes from there on.
    """

    names: pa.Array
    letters: bytes
    begins: Begins
    words: Begins

    @classmethod
    def of(cls, names: pa.Array) -> "WordIndex":
        """The words of names that have a space before each of their words."""
        if not len(names):
            return cls(names, b"", np.zeros(1, np.int32), np.zeros(0, np.int32))
        letters = bytes(names.buffers()[2])
        begins = np.frombuffer(names.buffers()[1], np.int32)[names.offset :][: len(names) + 1]
        return cls(names, letters, begins, _ordered(letters[: begins[-1]]))

    def beginning(self, sought: str) -> Mask:
        """Which names have a word from which on they read like this.

        Args:
            sought: any text, without the space before it.
        """
        text = sought.encode()
        hits = self._agreeing(text[:ORDERED])
        if len(text) > ORDERED:
            if len(hits) > MOST_HITS:
                return np.array(pc.match_substring(self.names, f" {sought}"), np.bool_)
            whole = [hit for hit in hits.tolist() if self.letters.startswith(text, hit)]
            hits = np.array(whole, np.int32)
        found = np.zeros(len(self.names), np.bool_)
        places = np.searchsorted(self.begins, hits, side="right") - 1
        inside = hits.astype(np.int64) + len(text) <= self.begins[places + 1]  # not into the next
        found[places[inside]] = True
        return found

    def _agreeing(self, text: bytes) -> Begins:
        """The words from which on the letters are these, at most `ORDERED`."""
        letters, words, size = self.letters, self.words, len(text)

        def key(place: int) -> bytes:
            begin = words[place]
            return letters[begin : begin + size]

        everywhere = range(len(words))
        first = bisect_left(everywhere, text, key=key)
        return words[first : bisect_right(everywhere, text, lo=first, key=key)]


def _ordered(letters: bytes) -> Begins:
    """Where each word begins, by its first bytes and those that follow."""
    padded = letters + bytes(ORDERED)
    words = np.flatnonzero(np.frombuffer(letters, np.uint8) == SPACE) + 1
    eights = np.ndarray((len(padded) - HALF + 1,), ">u8", padded, strides=(1,))
    first, second = (eights[words + ahead].astype(np.uint64) for ahead in (0, HALF))
    return words[np.lexsort((second, first))].astype(np.int32)
