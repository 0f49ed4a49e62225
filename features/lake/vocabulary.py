"""The distinct words of a column, numbered: a hash table over bytes."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.compiled import inlined, part
from features.lake.hashing import SLACK, Bytes, Hashes, Int32, append_bytes, eight, stirred
from features.lake.text import NO_WORD, Codes, Text, picked

Int64 = npt.NDArray[np.int64]

_HASH, _LENGTH = 2, 3  # columns of a mark, after the first 16 bytes of the word


class Vocabulary:
    """The distinct words of a column, numbered in the order in which they first come."""

    def __init__(self) -> None:
        self.count = 0
        self._slots: Int32 = np.full(1 << 10, NO_WORD, np.int32)
        self._marks: Hashes = np.empty((1 << 9, 4), np.uint64)
        self._ends: Int64 = np.zeros((1 << 9) + 1, np.int64)
        self._bytes: Bytes = np.empty(1 << 13, np.uint8)

    @property
    def hashes(self) -> Hashes:
        """The 64-bit hash of each word, shape (count,)."""
        return self._marks[: self.count, _HASH].copy()

    @property
    def words(self) -> pa.Array:
        """The words, an array of strings.

        Raises OverflowError above the 2 GiB of text that an array of Arrow can hold.
        """
        ends = self._ends[: self.count + 1]
        if ends[-1] > np.iinfo(np.int32).max:
            raise OverflowError(
                f"{ends[-1]:,} bytes of text in one column of a bucket; there may be 2 GiB: "
                "cut the lake into more buckets."
            )
        offsets = pa.py_buffer(ends.astype(np.int32))
        buffers = [None, offsets, pa.py_buffer(self._bytes[: ends[-1]])]
        return pa.Array.from_buffers(pa.string(), self.count, buffers)

    def codes(self, text: Text | None, rows: Int32) -> Int32:
        """The numbers of the words of some rows, NO_WORD for null; new words are taken in."""
        if text is None:
            return np.full(len(rows), NO_WORD, np.int32)
        if not len(text.codes):
            return self._look_up(text, rows)
        used, place = _used(text.codes, rows, len(text.ends) - 1)
        return picked(self._look_up(text, used), place)

    def _look_up(self, text: Text, words: Int32) -> Int32:
        """The numbers of some of the words of a text, given by their place there."""
        found = np.empty(len(words), np.int32)
        source = text.ends, text.width, text.data, words, found
        done = 0
        while True:
            tables = self._slots, self._marks, self._ends, self._bytes
            done, self.count = _find(*source, done, self.count, *tables)
            if done == len(found):
                return found
            self._grow(text.length(words[done]))

    def _grow(self, length: int) -> None:
        """Room for at least one more word of `length` bytes."""
        if self.count == len(self._marks):
            self._marks = np.resize(self._marks, (2 * self.count, 4))
            self._ends = np.resize(self._ends, 2 * self.count + 1)
            self._slots = np.full(4 * self.count, NO_WORD, np.int32)
            _spread(self.hashes, self._slots)
        if self._ends[self.count] + length + SLACK > len(self._bytes):
            self._bytes = np.resize(self._bytes, 2 * len(self._bytes) + length + SLACK)


@part
def _find(
    text_ends: Int32,
    width: int,
    text: Bytes,
    words: Int32,
    found: Int32,
    done: int,
    count: int,
    slots: Int32,
    marks: Hashes,
    ends: Int64,
    data: Bytes,
) -> tuple[int, int]:
    """Look words up from place `done` on, and take new ones in; stops where a table is full.

    The first 16 bytes of a word lie beside its hash, so that few words are looked at twice.
    Returns how many places are done, and how many words there are now.
    """
    mask = np.uint64(len(slots) - 1)
    for place in range(done, len(words)):
        begin, end = _bounds(text_ends, width, words[place])
        low, high, value = _read(text, begin, end)
        length = np.uint64(end - begin)
        slot = value & mask
        while True:
            code = slots[slot]
            if code < 0:
                if count == len(marks) or ends[count] + end - begin + 8 > len(data):
                    return place, count
                code = slots[slot] = count
                marks[code, 0], marks[code, 1] = low, high
                marks[code, 2], marks[code, 3] = value, length
                ends[code + 1] = ends[code] + end - begin
                append_bytes(data, ends[code], text, begin, end - begin)
                count += 1
                break
            alike = marks[code, 0] == low and marks[code, 1] == high and marks[code, 3] == length
            if alike and _goes_on_alike(data, ends[code], text, begin, end):
                break
            slot = (slot + np.uint64(1)) & mask
        found[place] = code
    return len(words), count


@inlined
def _goes_on_alike(data: Bytes, at: int, text: Bytes, begin: int, end: int) -> bool:
    """Whether a word of `text` and one as long at a place in `data` share what follows 16 bytes."""
    i = 16
    while i < end - begin and data[at + i] == text[begin + i]:
        i += 1
    return i >= end - begin


@inlined
def _bounds(ends: Int32, width: int, word: int) -> tuple[int, int]:
    """Where a word begins and ends."""
    if width:
        return int(word) * width, int(word) * width + width
    return int(ends[word]), int(ends[word + 1])


@inlined
def _read(text: Bytes, begin: int, end: int) -> tuple[np.uint64, np.uint64, np.uint64]:
    """The first 16 bytes of a word as two numbers, and the `hash_of` it, each byte read once."""
    length, zero = np.uint64(end - begin), np.uint64(0)
    low, high = eight(text, begin, end), zero
    value = stirred(length, low) if end > begin else length
    if end > begin + 8:
        high = eight(text, begin + 8, end)
        value = stirred(value, high)
    for at in range(begin + 16, end, 8):
        value = stirred(value, eight(text, at, end))
    return low, high, stirred(value, zero)


@part
def _spread(hashes: Hashes, slots: Int32) -> None:
    """Enter words into an empty table of slots."""
    mask = np.uint64(len(slots) - 1)
    for code in range(len(hashes)):
        slot = hashes[code] & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = code


@part
def _used(codes: Codes, rows: Int32, words: int) -> tuple[Int32, Int32]:
    """The words that some rows use, and for each row the place of its word there, or -1."""
    place_of = np.full(words, -1, np.int32)
    used = np.empty(min(words, len(rows)), np.int32)
    place = np.empty(len(rows), np.int32)
    count = 0
    for i in range(len(rows)):
        code = codes[rows[i]]
        if code < 0:
            place[i] = -1
            continue
        if place_of[code] < 0:
            place_of[code] = count
            used[count] = code
            count += 1
        place[i] = place_of[code]
    return used[:count].copy(), place
