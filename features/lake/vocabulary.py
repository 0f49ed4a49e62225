"""The distinct words of a column, numbered: a hash table over bytes."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.compiled import inlined, part
from features.lake.hashing import (
    SLACK,
    Bytes,
    Hashes,
    Int32,
    append_bytes,
    eight,
    load_eight,
    lowest,
    put_eight,
    stirred,
)
from features.lake.text import NO_WORD, Codes, Text

Int64 = npt.NDArray[np.int64]

AT_ONCE = 256
"""Words that are looked up together."""
ROOM = 2 * SLACK
"""Bytes behind the last word that may be written to."""
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

    def codes(self, text: Text | None, rows: Int32, found: Int32) -> None:
        """The numbers of the words of some rows, NO_WORD for null; new words are taken in.

        Args:
            text: the column; None where every row is null.
            rows: their places in it.
            found: where the numbers go, shape (rows,).
        """
        if text is None:
            found.fill(NO_WORD)
        elif not len(text.codes):
            self._look_up(text, rows, found)
        else:
            used = _used(text.codes, rows, len(text.ends) - 1, found)
            numbers = np.empty(len(used), np.int32)
            self._look_up(text, used, numbers)
            _through(numbers, found)

    def _look_up(self, text: Text, words: Int32, found: Int32) -> None:
        """The numbers of some of the words of a text, given by their place there."""
        source = text.ends, text.width, text.head, text.data, words, found
        done = 0
        while True:
            tables = self._slots, self._marks, self._ends, self._bytes
            done, self.count = _find(*source, done, self.count, *tables)
            if done == len(found):
                return
            self._grow(text.length(words[done]))

    def _grow(self, length: int) -> None:
        """Room for at least one more word of `length` bytes."""
        if self.count == len(self._marks):
            self._marks = np.resize(self._marks, (2 * self.count, 4))
            self._ends = np.resize(self._ends, 2 * self.count + 1)
            self._slots = np.full(4 * self.count, NO_WORD, np.int32)
            _spread(self.hashes, self._slots)
        if self._ends[self.count] + length + ROOM > len(self._bytes):
            self._bytes = np.resize(self._bytes, 2 * len(self._bytes) + length + ROOM)


@part
def _find(
    text_ends: Int32,
    width: int,
    head: Bytes,
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

    The first 16 bytes of a word lie beside its hash, so that few words are looked at twice. Most
    words are known and lie where their hash says. Those are told some at a time, in loops without
    a jump that depends on the words: else the processor waits for each word's memory in turn.
    Returns how many places are done, and how many words there are now.
    """
    read, left = np.empty((AT_ONCE, 4), np.uint64), np.empty(AT_ONCE, np.int32)
    for first in range(done, len(words), AT_ONCE):
        some = words[first : first + AT_ONCE]
        if 0 < width <= 16:
            _read_alike(width, head, text, some, read)
        else:
            _read_each(text_ends, width, text, some, read)
        for i in left[: _guess(read, slots, marks, found[first : first + AT_ONCE], left)]:
            begin, end = _bounds(text_ends, width, some[i])
            code = _code_of(read[i], text, begin, end, count, slots, marks, ends, data)
            if code < 0:
                return first + i, count
            count = max(count, code + 1)
            found[first + i] = code
    return len(words), count


@part
def _guess(read: Hashes, slots: Int32, marks: Hashes, found: Int32, left: Int32) -> int:
    """The numbers of words that lie where their hash says; how many are `left`, and which."""
    mask = np.uint64(len(slots) - 1)
    for i in range(len(found)):
        found[i] = slots[read[i, _HASH] & mask]
    count = 0
    for i in range(len(found)):
        code = max(found[i], 0)
        alike = (found[i] >= 0) & (read[i, _LENGTH] <= np.uint64(16))
        alike &= (marks[code, 0] == read[i, 0]) & (marks[code, 1] == read[i, 1])
        left[count] = i  # stays where the word is not told: no jump that a processor must guess
        count += not (alike & (marks[code, _LENGTH] == read[i, _LENGTH]))
    return count


@inlined
def _code_of(
    word: Hashes,
    text: Bytes,
    begin: int,
    end: int,
    count: int,
    slots: Int32,
    marks: Hashes,
    ends: Int64,
    data: Bytes,
) -> int:
    """The number of a word, `count` where it is taken in as a new one; -1 where a table is full."""
    mask = np.uint64(len(slots) - 1)
    slot = word[_HASH] & mask
    while slots[slot] >= 0:
        code = slots[slot]
        alike = marks[code, 0] == word[0] and marks[code, 1] == word[1]
        alike = alike and marks[code, _LENGTH] == word[_LENGTH]
        if alike and _goes_on_alike(data, ends[code], text, begin, end):
            return int(code)
        slot = (slot + np.uint64(1)) & mask
    if count == len(marks) or ends[count] + end - begin + ROOM > len(data):
        return -1
    slots[slot] = count
    for i in range(4):
        marks[count, i] = word[i]
    ends[count + 1] = ends[count] + end - begin
    if end - begin > 16:
        append_bytes(data, ends[count], text, begin, end - begin)
    else:  # its head may not be in the text
        put_eight(data, ends[count], word[0])
        put_eight(data, ends[count] + 8, word[1])
    return count


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


@part
def _read_each(ends: Int32, width: int, text: Bytes, words: Int32, read: Hashes) -> None:
    """The first 16 bytes of words as two numbers, the `hash_of` each, and its length."""
    for i in range(len(words)):
        begin, end = _bounds(ends, width, words[i])
        length, zero = np.uint64(end - begin), np.uint64(0)
        low, high = eight(text, begin, end), zero
        value = stirred(length, low) if end > begin else length
        if end > begin + 8:
            high = eight(text, begin + 8, end)
            value = stirred(value, high)
        for at in range(begin + 16, end, 8):
            value = stirred(value, eight(text, at, end))
        read[i, 0], read[i, 1], read[i, _HASH], read[i, _LENGTH] = (
            low,
            high,
            stirred(value, zero),
            length,
        )


@part
def _read_alike(width: int, head: Bytes, text: Bytes, words: Int32, read: Hashes) -> None:
    """The same of words that take the same few bytes each, with SLACK behind them all."""
    length, begin, own = np.uint64(width), np.uint64(0), width - len(head)
    for i in range(len(head)):
        begin |= np.uint64(head[i]) << np.uint64(8 * i)
    for i in range(len(words)):
        at = int(words[i]) * own
        first = load_eight(text, at) & lowest(min(own, 8))
        low = begin | (first << np.uint64(8 * len(head))) if len(head) < 8 else begin
        high = first >> np.uint64(64 - 8 * len(head)) if len(head) else np.uint64(0)
        if own > 8:  # then there is no head
            high = load_eight(text, at + 8) & lowest(own - 8)
        value = stirred(length, low)
        value = stirred(value, high) if width > 8 else value
        value = stirred(value, np.uint64(0))
        read[i, 0], read[i, 1], read[i, _HASH], read[i, _LENGTH] = low, high, value, length


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
def _used(codes: Codes, rows: Int32, words: int, place: Int32) -> Int32:
    """The words that some rows use, and for each row the `place` of its word there, or NO_WORD."""
    place_of = np.full(words, NO_WORD, np.int32)
    used = np.empty(min(words, len(rows)), np.int32)
    count = 0
    for i in range(len(rows)):
        code = codes[rows[i]]
        if code < 0:
            place[i] = NO_WORD
            continue
        if place_of[code] < 0:
            place_of[code] = count
            used[count] = code
            count += 1
        place[i] = place_of[code]
    return used[:count].copy()


@part
def _through(numbers: Int32, places: Int32) -> None:
    """Each place becomes the number there; NO_WORD stays."""
    for i in range(len(places)):
        places[i] = numbers[places[i]] if places[i] >= 0 else NO_WORD
