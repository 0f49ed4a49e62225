"""A booster's trees as one list of nodes, and which way rows go at every node.

Only what explanations need that LightGBM does not offer: rows that take some columns from one
account and the others from another. Trees are read, and splits decided, as in `explain.trees`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import lightgbm
import numpy as np

from features.compiled import compiled, part
from features.kernel.types import Floats, Int32, Int64, Mask
from models.encoding import Matrix
from models.explain.trees.cells import ZERO, goes_left
from models.explain.trees.forest import CATEGORICAL, Tree, read_forest

ROWS_KEPT = 32
"""Single rows whose sums are kept: those that a few threads look at just now."""


class Splits(NamedTuple):
    """How nodes decide, see `Tree`: of shape (nodes,), and the sets of words."""

    threshold: Floats
    decision: Int64
    set_begin: Int32
    sets: Int64


@dataclass(frozen=True)
class Forest:
    """The trees of one booster; a tree's nodes are its splits, then its leaves.

    Attributes:
        trees: as they were read.
        roots: the node that each tree begins with, shape (trees,).
        column: that a node splits by, as all that follows of shape (nodes,); -1 for a leaf.
        left: the next node of a row that goes left.
        right: the next node of any other row.
        value: of a leaf, log-odds; 0 for a split.
    """

    trees: tuple[Tree, ...]
    roots: Int64
    column: Int64
    left: Int64
    right: Int64
    value: Floats

    @classmethod
    def of(cls, booster: lightgbm.Booster) -> "Forest":
        """The trees of a booster.

        Raises:
            NotExplainable: several outputs, linear leaves, or no counts of rows.
        """
        trees = read_forest(booster).trees
        sizes = [len(tree.column) + len(tree.value) for tree in trees]
        roots = np.cumsum([0, *sizes], dtype=np.int64)[:-1]
        return cls(
            trees,
            roots,
            _joined([_filled(tree.column, tree, -1) for tree in trees]),
            _joined([_next(t.left, t, root) for t, root in zip(trees, roots, strict=True)]),
            _joined([_next(t.right, t, root) for t, root in zip(trees, roots, strict=True)]),
            np.concatenate([np.zeros(0), *(_values(tree) for tree in trees)]),
        )

    @cached_property
    def room(self) -> int:
        """How many nodes can wait on a walk, or lie on a path, at most."""
        return max((len(tree.value) for tree in self.trees), default=0) + 1

    def goes_left(self, inputs: Matrix) -> Mask:
        """Which way each row goes at each node, shape (rows, nodes); leaves say nothing."""
        return _ways(inputs, self.column, self.splits)

    def log_odds(self, inputs: Matrix) -> Floats:
        """The sum of each row's leaves, tree after tree as LightGBM adds them up, shape (rows,).

        The bits are those of LightGBM's own `predict(raw_score=True)`, without what calling it
        costs, which for one row is nearly everything. A row that is explained is asked about from
        many sides: its sum is kept for a moment.
        """
        if len(inputs) != 1:
            return self._sums(inputs)
        key, kept = inputs.tobytes(), self._lately
        found = kept.get(key)
        if found is None:
            found = self._sums(inputs)
            found.flags.writeable = False
            if len(kept) >= ROWS_KEPT:
                kept.clear()
            kept[key] = found
        return found

    def _sums(self, inputs: Matrix) -> Floats:
        ways = (self.roots, self.column, self.left, self.right, self.value)
        return _sums(inputs, ways, self.splits)

    @cached_property
    def _lately(self) -> dict[bytes, Floats]:
        """The sums of the last single rows, by their values."""
        return {}

    @cached_property
    def splits(self) -> Splits:
        """How all nodes decide, as arrays over the nodes; sets of words numbered through."""
        sets_before = np.cumsum([0, *(max(len(t.set_begin) - 1, 0) for t in self.trees)])
        words_before = np.cumsum([0, *(len(t.sets) for t in self.trees)])
        trees = list(zip(self.trees, sets_before, words_before, strict=False))
        return Splits(
            np.concatenate([np.zeros(0), *(_thresholds(t, sets) for t, sets, _ in trees)]),
            _joined([_filled(t.decision, t, 0) for t in self.trees]),
            np.append(
                np.concatenate(
                    [np.zeros(0, np.int64), *(t.set_begin[:-1] + w for t, _, w in trees)]
                ),
                words_before[-1],
            ).astype(np.int32),
            np.concatenate([np.zeros(0, np.int64), *(t.sets for t in self.trees)]),
        )


def _thresholds(tree: Tree, sets_before: int) -> Floats:
    """Thresholds of all nodes of a tree; of a split by words the number of its set."""
    by_words = (tree.decision & CATEGORICAL) != 0
    own = tree.threshold + np.where(by_words, float(sets_before), 0.0)
    return np.concatenate([own, np.zeros(len(tree.value))])


def _filled(values: Int32, tree: Tree, leaf: int) -> Int64:
    """What splits have, and `leaf` for each leaf."""
    return np.append(values, np.full(len(tree.value), leaf)).astype(np.int64)


def _next(children: Int32, tree: Tree, root: int) -> Int64:
    """The nodes of children, which are leaves below 0; a leaf leads nowhere."""
    leaves = root + len(tree.column)
    nodes = np.where(children >= 0, root + children, leaves + ~children)
    return _filled(nodes.astype(np.int64), tree, 0)


def _values(tree: Tree) -> Floats:
    return np.concatenate([np.zeros(len(tree.column)), tree.value])


def _joined(parts: Sequence[Int64]) -> Int64:
    return np.concatenate([np.empty(0, np.int64), *parts])


@compiled
def _ways(inputs: Floats, column: Int64, splits: Splits) -> Mask:
    out = np.zeros((len(inputs), len(column)), np.bool_)
    for row in range(len(inputs)):
        for node in range(len(column)):
            if column[node] >= 0:
                out[row, node] = _left(inputs[row], node, column, splits)
    return out


@compiled
def _sums(
    inputs: Floats, ways: tuple[Int64, Int64, Int64, Int64, Floats], splits: Splits
) -> Floats:
    roots, column, left, right, value = ways
    out = np.zeros(len(inputs))
    for row in range(len(inputs)):
        for root in roots:
            node = root
            while column[node] >= 0:
                ahead = _left(inputs[row], node, column, splits)
                node = left[node] if ahead else right[node]
            out[row] += value[node]
    return out


@part
def _left(row: Floats, node: int, column: Int64, splits: Splits) -> bool:
    given = row[column[node]]
    value = 0.0 if -ZERO <= given <= ZERO else given
    return goes_left(
        value, splits.threshold[node], splits.decision[node], splits.set_begin, splits.sets
    )
