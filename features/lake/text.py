"""Text columns as codes into words, or as the words themselves, row by row."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.compiled import compiled, part
from features.lake.hashing import Bytes, Hashes, Int32, append_bytes, bytes_of, hash_of, same_bytes

Int64 = npt.NDArray[np.int64]

NO_WORD = -1
SLACK = 8  # what may be overwritten behind the bytes that are appended
_ALL = np.empty(0, np.int32)


@dataclass(frozen=True)
class Text:
    """A text column.

    Attributes:
        codes: by row the number of its word, NO_WORD for null, shape (rows,); empty where
            every row brings its own word.
        ends: where each word begins and ends in `data`, shape (words + 1,).
        data: the bytes of all words.
    """

    codes: Int32
    ends: Int32
    data: Bytes

    def in_order(self, order: Int32) -> "Text":
        """The rows in another order."""
        if len(self.codes):
            return Text(picked(self.codes, order), self.ends, self.data)
        return Text(_ALL, *_moved(self.ends, self.data, order))


def text_of(column: pa.Array) -> Text | None:
    """A column of strings or of dictionary<int32, string>; None where every row is null."""
    if column.null_count == len(column):
        return None
    if column.null_count and not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if not pa.types.is_dictionary(column.type):
        return Text(_ALL, *bytes_of(column))
    codes = column.indices.fill_null(NO_WORD) if column.null_count else column.indices
    return Text(codes.to_numpy(), *bytes_of(column.dictionary))


class Vocabulary:
    """The distinct words of a column, numbered in the order in which they first come."""

    def __init__(self) -> None:
        self.count = 0
        self._slots: Int32 = np.full(1 << 10, NO_WORD, np.int32)
        self._hashes: Hashes = np.empty(1 << 9, np.uint64)
        self._ends: Int64 = np.zeros((1 << 9) + 1, np.int64)
        self._bytes: Bytes = np.empty(1 << 13, np.uint8)

    @property
    def hashes(self) -> Hashes:
        """The 64-bit hash of each word, shape (count,)."""
        return self._hashes[: self.count]

    @property
    def words(self) -> pa.Array:
        """The words, an array of strings.

        Raises OverflowError above the 2 GiB of text that an array of Arrow can hold.
        """
        ends = self._ends[: self.count + 1]
        if ends[-1] > np.iinfo(np.int32).max:
            raise OverflowError(f"{ends[-1]:,} bytes of text in one column of a bucket")
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
        done = 0
        while True:
            tables = self._slots, self._hashes, self._ends, self._bytes
            done, self.count = _find(text.ends, text.data, words, found, done, self.count, *tables)
            if done == len(found):
                return found
            word = words[done]
            self._grow(int(text.ends[word + 1] - text.ends[word]))

    def _grow(self, length: int) -> None:
        """Room for at least one more word of `length` bytes."""
        if self.count == len(self._hashes):
            self._hashes = np.resize(self._hashes, 2 * self.count)
            self._ends = np.resize(self._ends, 2 * self.count + 1)
            self._slots = np.full(4 * self.count, NO_WORD, np.int32)
            _spread(self.hashes, self._slots)
        if self._ends[self.count] + length + SLACK > len(self._bytes):
            self._bytes = np.resize(self._bytes, 2 * len(self._bytes) + length + SLACK)


@compiled
def picked(values: Int32, places: Int32) -> Int32:
    """`values[places]`; place -1 gives -1."""
    out = np.empty(len(places), np.int32)
    for i in range(len(out)):
        out[i] = values[places[i]] if places[i] >= 0 else -1
    return out


@compiled
def scattered(values: Int32, places: Int32, to: Int32) -> Int32:
    """`values[places]`, each written to its place `to`; place -1 gives -1."""
    out = np.empty(len(to), np.int32)
    for i in range(len(to)):
        out[to[i]] = values[places[i]] if places[i] >= 0 else -1
    return out


@compiled
def _moved(ends: Int32, data: Bytes, order: Int32) -> tuple[Int32, Bytes]:
    """Words in another order."""
    out_ends = np.empty(len(order) + 1, np.int32)
    out_ends[0] = 0
    for i in range(len(order)):
        out_ends[i + 1] = out_ends[i] + ends[order[i] + 1] - ends[order[i]]
    out = np.empty(out_ends[-1] + SLACK, np.uint8)
    for i in range(len(order)):
        begin = ends[order[i]]
        append_bytes(out, out_ends[i], data, begin, ends[order[i] + 1] - begin)
    return out_ends, out


@part
def _find(
    text_ends: Int32,
    text: Bytes,
    words: Int32,
    found: Int32,
    done: int,
    count: int,
    slots: Int32,
    hashes: Hashes,
    ends: Int64,
    data: Bytes,
) -> tuple[int, int]:
    """Look words up from place `done` on, and take new ones in; stops where a table is full.

    Returns how many places are done, and how many words there are now.
    """
    mask = np.uint64(len(slots) - 1)
    for place in range(done, len(found)):
        begin = text_ends[words[place]]
        length = text_ends[words[place] + 1] - begin
        value = hash_of(text, begin, begin + length)
        slot = value & mask
        while True:
            code = slots[slot]
            if code < 0:
                if count == len(hashes) or ends[count] + length + SLACK > len(data):
                    return place, count
                code = count
                slots[slot] = code
                hashes[code] = value
                ends[code + 1] = ends[code] + length
                append_bytes(data, ends[code], text, begin, length)
                count += 1
                break
            if (
                hashes[code] == value
                and ends[code + 1] - ends[code] == length
                and same_bytes(data, ends[code], text, begin, length)
            ):
                break
            slot = (slot + np.uint64(1)) & mask
        found[place] = code
    return len(found), count


@part
def _spread(hashes: Hashes, slots: Int32) -> None:
    """Enter words into an empty table of slots."""
    mask = np.uint64(len(slots) - 1)
    for code in range(len(hashes)):
        slot = hashes[code] & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = code


@compiled
def _used(codes: Int32, rows: Int32, words: int) -> tuple[Int32, Int32]:
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
