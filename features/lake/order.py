"""Orders of rows: by part, and within an account by their whole content."""

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from features.compiled import compiled, part

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Column = Int32 | Int64


@compiled
def in_blocks(group: Int32, groups: int, block: int) -> tuple[Int32, Int64]:
    """The rows of each group one after the other, within each block of rows.

    Returns the rows' indices, shape (rows,), and where each group begins within each
    block, (blocks, groups + 1).
    """
    blocks = (len(group) + block - 1) // block
    begins = np.zeros((blocks, groups + 1), np.int64)
    order = np.empty(len(group), np.int32)
    place = np.empty(groups, np.int64)
    for b in range(blocks):
        first, end = b * block, min(len(group), (b + 1) * block)
        begin = begins[b]
        for row in range(first, end):
            begin[group[row] + 1] += 1
        begin[0] = first
        for g in range(groups):
            place[g] = begin[g]
            begin[g + 1] += begin[g]
        for row in range(first, end):
            order[place[group[row]]] = row
            place[group[row]] += 1
    return order, begins


@part
def rows_of(begins: Int64, groups: Int64) -> Int32:
    """The places of some groups, which must ascend, in the order of `in_blocks`."""
    size = 0
    for b in range(len(begins)):
        for g in groups:
            size += begins[b, g + 1] - begins[b, g]
    rows = np.empty(size, np.int32)
    count = 0
    for b in range(len(begins)):
        for g in groups:
            for row in range(begins[b, g], begins[b, g + 1]):
                rows[count] = row
                count += 1
    return rows


@compiled
def destinations(group: Int32, groups: int) -> tuple[Int32, Int64]:
    """Where each row goes when groups follow one another, rows of one as they come.

    Returns the places, shape (rows,), and where each group begins, (groups + 1,).

    To write rows there in turn is kinder to the caches than to fetch them from all over:
    there are far fewer groups than rows.
    """
    begin = np.zeros(groups + 1, np.int64)
    for row in range(len(group)):
        begin[group[row] + 1] += 1
    for g in range(groups):
        begin[g + 1] += begin[g]
    place = begin.copy()
    to = np.empty(len(group), np.int32)
    for row in range(len(group)):
        to[row] = place[group[row]]
        place[group[row]] += 1
    return to, begin


Keys = Callable[[Int32 | None], Int64]
"""What some rows, given by their places, or all, sort by, in an array of its own; same shape."""


class Moves:
    """What it takes to order rows that lie by group already, and nearly in order.

    A key is asked for only where rows are alike in all before it. Rows alike in all keys
    stay as they are.
    """

    def __init__(self, begin: Int64, keys: Iterable[Keys]) -> None:
        order = np.arange(begin[-1], dtype=np.int32)
        ties = np.column_stack([begin[:-1], begin[1:]])  # all rows of an account are tied at first
        for n, key in enumerate(keys):
            if not len(ties):
                break
            ties = _ordered(order, ties, key(_tied(order, ties) if n else None))
        self._to = _displaced(order)
        self._from = order[self._to]

    def on(self, column: Column) -> None:
        """Order a column in place, shape (rows,)."""
        if len(self._to):
            _move(column, self._from, self._to)


@compiled
def _displaced(order: Int32) -> Int32:
    """Places whose row comes from another place."""
    to = np.empty(len(order), np.int32)
    count = 0
    for place in range(len(order)):
        if order[place] != place:
            to[count] = place
            count += 1
    return to[:count].copy()


@part
def _move(column: Column, origin: Int32, to: Int32) -> None:
    moved = np.empty(len(origin), column.dtype)
    for i in range(len(origin)):
        moved[i] = column[origin[i]]
    for i in range(len(to)):
        column[to[i]] = moved[i]


@compiled
def _tied(order: Int32, ties: Int64) -> Int32:
    """The rows that are tied, one tie after the other."""
    size = 0
    for t in range(len(ties)):
        size += ties[t, 1] - ties[t, 0]
    rows = np.empty(size, np.int32)
    place = 0
    for t in range(len(ties)):
        for at in range(ties[t, 0], ties[t, 1]):
            rows[place] = order[at]
            place += 1
    return rows


def _ordered(order: Int32, ties: Int64, keys: Int64) -> Int64:
    """Sort tied rows by their keys, in place; returns what is tied still.

    `keys` follow one another as `_tied` gives the rows.
    """
    left = np.zeros(len(ties), np.bool_)
    _insert_all(order, ties, keys, left)
    sizes = ties[:, 1] - ties[:, 0]
    first = np.cumsum(sizes) - sizes
    for t in np.flatnonzero(left):
        own = slice(first[t], first[t] + sizes[t])
        turn = np.argsort(keys[own], kind="stable")
        rows = slice(*ties[t])
        keys[own], order[rows] = keys[own][turn], order[rows][turn]
    return _alike(ties, keys)


@part
def _insert_all(order: Int32, ties: Int64, keys: Int64, left: Mask) -> None:
    """Sort ties that are nearly in order; says which are left to be sorted otherwise."""
    place = 0
    for t in range(len(ties)):
        begin, size = ties[t, 0], ties[t, 1] - ties[t, 0]
        left[t] = not _insert(keys[place : place + size], order[begin : begin + size])
        place += size


@compiled
def _alike(ties: Int64, keys: Int64) -> Int64:
    """Runs of equal keys within each tie, which is sorted by them."""
    runs = np.empty((len(keys) // 2, 2), np.int64)  # never all used, so never all touched
    count, place = 0, 0
    for t in range(len(ties)):
        size = ties[t, 1] - ties[t, 0]
        i = 0
        while i < size:
            j = i + 1
            while j < size and keys[place + j] == keys[place + i]:
                j += 1
            if j - i > 1:
                runs[count, 0], runs[count, 1] = ties[t, 0] + i, ties[t, 0] + j
                count += 1
            i = j
        place += size
    return runs[:count].copy()


@part
def _insert(keys: Int64, rows: Int32) -> bool:
    """Sort by insertion, in place and stable; False where that is given up as too slow.

    Logs are nearly in order, so most rows move nowhere.
    """
    moves = 16 * len(keys) + 256
    for i in range(1, len(keys)):
        if keys[i - 1] <= keys[i]:
            continue
        key, row = keys[i], rows[i]
        j = i
        while j > 0 and keys[j - 1] > key:
            keys[j], rows[j] = keys[j - 1], rows[j - 1]
            j -= 1
        keys[j], rows[j] = key, row
        moves -= i - j
        if moves < 0:
            return False
    return True
