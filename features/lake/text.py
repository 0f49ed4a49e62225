"""Text columns as codes into words, or as the words themselves, row by row."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.compiled import part
from features.lake.hashing import SLACK, Bytes, Int32, append_bytes, bytes_of

NO_WORD = -1
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


@part
def picked(values: Int32, places: Int32) -> Int32:
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
