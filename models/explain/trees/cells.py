"""Cells: the stretches of a column's values between which no split of any tree tells apart.

A row is brought to its cells once; from there on, conditions compare small whole numbers, and
what LightGBM does with missing values, zeros and words is settled for each cell beforehand.
"""

from typing import NamedTuple

import numpy as np

from features.compiled import part
from features.kernel.types import Floats, Int32, Int64
from models.explain.trees.forest import (
    CATEGORICAL,
    DEFAULT_LEFT,
    MISSING,
    MISSING_NAN,
    MISSING_ZERO,
    Forest,
    NotExplainable,
    Tree,
)

ZERO = float(np.float32(1e-35))
"""LightGBM reads whatever lies between this and its negative as zero."""
BITS = 32


class Cells(NamedTuple):
    """The cells of the columns that any split asks for.

    Attributes:
        column: position among the inputs, rising, shape (used,).
        words: 1 where the column holds codes of words, shape (used,).
        begin: where each column's cells begin in `value`, and the end, shape (used + 1,).
        value: one value of each cell. Numbers: its upper end, the last two infinity and NaN.
            Words: the word, the last two any other word and NaN.
    """

    column: Int32
    words: Int32
    begin: Int64
    value: Floats


def cells_of(forest: Forest) -> Cells:
    """The cells that the forest's splits make.

    Raises:
        NotExplainable: a column is split both as numbers and as words.
    """
    none = np.zeros(0, np.int32)
    column = np.concatenate([none, *(tree.column for tree in forest.trees)])
    decision = np.concatenate([none, *(tree.decision for tree in forest.trees)])
    threshold = np.concatenate([np.zeros(0), *map(_ends, forest.trees)])
    used, words, values = np.unique(column), [], []
    for c in used:
        mine = column == c
        kinds = set((decision[mine] & CATEGORICAL).tolist())
        if len(kinds) > 1:
            raise NotExplainable(
                f"column {c} is split by a threshold in one tree and by words in another: train "
                "all trees with the same categorical columns."
            )
        words.append(kinds.pop())
        zeros = bool(((decision[mine] & MISSING) == MISSING_ZERO).any())
        values.append(_words(threshold[mine]) if words[-1] else _numbers(threshold[mine], zeros))
    begin = np.cumsum([0, *map(len, values)], dtype=np.int64)
    value = np.concatenate([np.zeros(0), *values])
    return Cells(used.astype(np.int32), np.array(words, np.int32), begin, value)


def _ends(tree: Tree) -> Floats:
    """The threshold of each split; where words are split, how many may go left."""
    ends = tree.threshold.copy()
    sets = (tree.decision & CATEGORICAL) > 0
    ends[sets] = BITS * np.diff(tree.set_begin)[tree.threshold[sets].astype(np.int64)]
    return ends


def _numbers(thresholds: Floats, zeros: bool) -> Floats:
    around = [np.nextafter(-ZERO, -1.0), ZERO] if zeros else []
    return np.array([*np.unique([*thresholds, *around]), np.inf, np.nan])


def _words(ends: Floats) -> Floats:
    return np.array([*range(int(ends.max()) + 1), np.nan], np.float64)


@part
def goes_left(value: float, threshold: float, decision: int, set_begin: Int32, sets: Int64) -> bool:
    """Where LightGBM sends a value at a split."""
    if decision & CATEGORICAL:
        first, last = set_begin[int(threshold)], set_begin[int(threshold) + 1]
        if not -1 < value < BITS * (last - first):  # NaN too
            return False
        word = int(value)
        return bool((sets[first + word // BITS] >> (word % BITS)) & 1)
    missing = decision & MISSING
    if np.isnan(value) and missing != MISSING_NAN:
        value = 0.0
    if np.isnan(value) or (missing == MISSING_ZERO and -ZERO <= value <= ZERO):
        return decision & DEFAULT_LEFT != 0
    return bool(value <= threshold)


@part
def find_cells(inputs: Floats, start: int, rows: int, cells: Cells, found: Int32) -> None:
    """Put the cells of `rows` rows from `start` on into `found`, shape (used, rows)."""
    for u in range(len(cells.column)):
        first, last = cells.begin[u], cells.begin[u + 1]
        ends, column, words = cells.value[first : last - 1], cells.column[u], cells.words[u]
        for r in range(rows):
            x = inputs[start + r, column]
            if np.isnan(x):
                found[u, r] = len(ends)
            elif words:
                known = -1 < x < len(ends) - 1
                found[u, r] = int(x) if known else len(ends) - 1
            else:
                found[u, r] = _first_at_least(ends, 0.0 if -ZERO <= x <= ZERO else x)


@part
def _first_at_least(ends: Floats, x: float) -> int:
    low, count = 0, len(ends) - 1  # the last is infinity: no need to look
    while count > 0:
        half = count // 2
        if ends[low + half] < x:
            low, count = low + half + 1, count - half - 1
        else:
            count = half
    return low
