"""What rows say, as a number: equal for equal content, however it is ordered or cut."""

from dataclasses import dataclass

import numpy as np

from features.compiled import compiled, part
from features.lake.hashing import Hashes, hashes, stirred
from features.lake.records import Int64
from features.lake.text import Codes, Text

_HALF = 1 << 64


@dataclass(frozen=True)
class Digest:
    """Two sums over rows, each below 2**64. Digests of parts add up to that of the whole."""

    low: int = 0
    high: int = 0

    @classmethod
    def parse(cls, text: str) -> "Digest":
        """The digest that a text of 32 hex digits stands for; that of no rows for ""."""
        return cls(int(text[16:] or "0", 16), int(text[:16] or "0", 16))

    def plus(self, other: "Digest") -> "Digest":
        """The digest of both together."""
        return Digest((self.low + other.low) % _HALF, (self.high + other.high) % _HALF)

    def __str__(self) -> str:
        return f"{self.high:016x}{self.low:016x}"


class RowHashes:
    """A 64-bit hash of each row, over what is taken in.

    Text hashes alike whether it comes as strings or as codes.

    Attributes:
        total: the hashes, shape (rows,).
    """

    def __init__(self, rows: int) -> None:
        self.total: Hashes = np.zeros(rows, np.uint64)
        self._column = 0

    def take_words(self, codes: Codes, words: Hashes) -> None:
        """Take text in: by row the number of its word, -1 for null; the hash of each word."""
        self._column += 1
        if len(words):
            # Null stirs nothing, so each column stirs in a way of its own.
            _stir_words(self.total, codes, words ^ np.uint64(self._column))

    def take_text(self, text: Text) -> None:
        """Take text in as it lies."""
        every = np.arange(len(self.total), dtype=np.int32)
        self.take_words(text.codes if len(text.codes) else every, hashes(text.ends, text.data))

    def take_numbers(self, numbers: Int64) -> None:
        """Take a column that is no text in, shape (rows,)."""
        _stir_numbers(self.total, numbers)

    @property
    def digest(self) -> Digest:
        """A sum over the rows that does not depend on their order."""
        low, high = _sums(self.total)
        return Digest(int(low), int(high))


@part
def _stir_words(total: Hashes, codes: Codes, words: Hashes) -> None:
    for row in range(len(total)):
        if codes[row] >= 0:
            total[row] = stirred(total[row], words[codes[row]])


@part
def _stir_numbers(total: Hashes, numbers: Int64) -> None:
    for row in range(len(total)):
        total[row] = stirred(total[row], np.uint64(numbers[row]))


@compiled
def _sums(hashed: Hashes) -> tuple[np.uint64, np.uint64]:
    low, high = np.uint64(0), np.uint64(0)
    for row in range(len(hashed)):
        value = hashed[row] * np.uint64(0xD6E8FEB86659FD93)
        value ^= value >> np.uint64(32)
        low += value
        high += value * np.uint64(0xC2B2AE3D27D4EB4F) ^ (value >> np.uint64(31))
    return low, high
