"""Text columns as codes into words, or as the words themselves, row by row."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.compiled import part
from features.lake.hashing import (
    LEAST,
    SLACK,
    Bytes,
    Int32,
    append_bytes,
    bytes_of,
    eight,
    load_eight,
    put_eight,
)

NO_WORD = -1
Codes = npt.NDArray[np.integer[Any]]
"""Of as few bytes as the number of words asks for, where many are held."""
_NONE = np.empty(0, np.int32)


@dataclass(frozen=True)
class Text:
    """A text column.

    Attributes:
        codes: by row the number of its word, NO_WORD for null, shape (rows,); empty where
            every row brings its own word.
        ends: where each word begins and ends in `data`, shape (words + 1,); empty where each
            takes as many bytes as any other, as ids often do.
        data: the bytes of all words, but for `head`.
        width: how many bytes a word takes with its head, where `ends` is empty.
        head: the first bytes of every word, as of ids that all begin alike; none where words
            would take more than eight bytes behind it.
    """

    codes: Codes
    ends: Int32
    data: Bytes
    width: int = 0
    head: Bytes = field(default_factory=lambda: np.empty(0, np.uint8))

    def in_order(self, order: Int32) -> "Text":
        """The rows in another order, to be held: in as few bytes as will do."""
        if len(self.codes):
            codes = picked(self.codes, order)
            codes = codes.astype(_narrow(len(self.ends) - 1, codes.min(initial=0) >= 0))
            return Text(codes, self.ends, self.data)
        width = _width(self.ends)
        if width:
            begin = int(self.ends[0])
            head = self.data[begin : begin + _alike(begin, width, self.data, len(self.ends) - 1)]
            data = _moved_alike(begin + len(head), width, width - len(head), self.data, order)
            return Text(_NONE, _NONE, data, width, head.copy())
        return Text(_NONE, *_moved(self.ends, self.data, order))

    def length(self, word: int) -> int:
        """How many bytes a word takes."""
        return self.width or int(self.ends[word + 1] - self.ends[word])


def text_of(column: pa.Array) -> Text | None:
    """A column of strings or of dictionary<int32, string>; None where every row is null."""
    if column.null_count == len(column):
        return None
    if column.null_count and not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if not pa.types.is_dictionary(column.type):
        return Text(_NONE, *bytes_of(column))
    codes = column.indices.fill_null(NO_WORD) if column.null_count else column.indices
    return Text(codes.to_numpy(), *bytes_of(column.dictionary))


def _narrow(words: int, always: bool) -> type[np.integer[Any]]:
    """What holds the number of any word; NO_WORD as well, unless there is `always` one."""
    kinds = (np.uint8, np.uint16) if always else (np.int8, np.int16)
    return next((kind for kind in kinds if words <= np.iinfo(kind).max), np.int32)


@part
def _width(ends: Int32) -> int:
    """How many bytes each word takes; 0 where they differ."""
    width = int(ends[1] - ends[0]) if len(ends) > 1 else 0
    for i in range(1, len(ends) - 1):
        if ends[i + 1] - ends[i] != width:
            return 0
    return width


@part
def picked(values: Codes, places: Codes) -> Int32:
    """`values[places]`; place -1 gives -1."""
    out = np.empty(len(places), np.int32)
    for i in range(len(out)):
        out[i] = values[places[i]] if places[i] >= 0 else -1
    return out


@part
def scattered(values: Int32, places: Int32, to: Int32) -> Int32:
    """`values[places]`, each written to its place `to`; place -1 gives -1."""
    out = np.empty(len(to), np.int32)
    for i in range(len(to)):
        out[to[i]] = values[places[i]] if places[i] >= 0 else -1
    return out


@part
def _alike(begin: int, width: int, data: Bytes, words: int) -> int:
    """How many first bytes words of one length share, one left at least; 0 unless few are left."""
    if width > 2 * LEAST:
        return 0
    first, differ = eight(data, begin, begin + width), np.uint64(0)
    for i in range(words):
        differ |= first ^ eight(data, begin + i * width, begin + (i + 1) * width)
    shared = 0
    while shared < min(width - 1, LEAST) and differ & np.uint64(255) == 0:
        differ >>= np.uint64(8)
        shared += 1
    return shared if width - shared <= LEAST else 0


@part
def _moved_alike(begin: int, step: int, width: int, data: Bytes, order: Int32) -> Bytes:
    """Words of the same length in another order, a `step` from one to the next."""
    out = np.empty(len(order) * width + SLACK, np.uint8)
    last = len(data) - 2 * LEAST if width <= 2 * LEAST else -1
    for i in range(len(order)):
        at, place = begin + order[i] * step, i * width
        if at > last:
            append_bytes(out, place, data, at, width)
            continue
        put_eight(out, place, load_eight(data, at))  # the next word overwrites what is too much
        if width > LEAST:
            put_eight(out, place + LEAST, load_eight(data, at + LEAST))
    return out


@part
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
