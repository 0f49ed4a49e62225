"""A booster's trees as one list of nodes, and which way rows go at every node.

Only what explanations need that LightGBM does not offer: rows that take some columns from one
account and the others from another. Trees are read, and splits decided, as in `explain.trees`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import lightgbm
import numpy as np

from features.compiled import compiled
from features.kernel.types import Floats, Int32, Int64, Mask
from models.encoding import Matrix
from models.explain.trees.cells import ZERO, goes_left
from models.explain.trees.forest import Tree, read_forest


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
        out: Mask = np.zeros((len(inputs), len(self.column)), np.bool_)
        for root, tree in zip(self.roots, self.trees, strict=True):
            splits = slice(root, root + len(tree.column))
            out[:, splits] = _ways(
                inputs, tree.column, tree.threshold, tree.decision, tree.set_begin, tree.sets
            )
        return out


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
def _ways(
    inputs: Floats,
    column: Int32,
    threshold: Floats,
    decision: Int32,
    set_begin: Int32,
    sets: Int64,
) -> Mask:
    out = np.empty((len(inputs), len(column)), np.bool_)
    for row in range(len(inputs)):
        for i in range(len(column)):
            given = inputs[row, column[i]]
            value = 0.0 if -ZERO <= given <= ZERO else given
            out[row, i] = goes_left(value, threshold[i], decision[i], set_begin, sets)
    return out
