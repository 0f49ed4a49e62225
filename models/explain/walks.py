"""Walks through trees that part where an account and a reference row go different ways.

Compiled: a walk meets every coalition's leaf exactly once, so nothing is evaluated per coalition,
and reference rows that go the same ways in a tree share its walk. Each coalition adds up its leaves
tree after tree.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.compiled import compiled, part
from models.encoding import Matrix
from models.explain.forest import Forest

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Reference(NamedTuple):
    """Reference rows as walks through a forest need them.

    Attributes:
        ways: which way each row goes at each node, shape (rows, nodes).
        same: for each tree and row the first row that goes the same ways in this tree, shape
            (trees, rows): what a tree says of one it says of the other.
    """

    ways: Mask
    same: Places

    @classmethod
    def of(cls, forest: Forest, inputs: Matrix) -> "Reference":
        """Encoded rows, shape (rows, columns)."""
        ways = forest.goes_left(inputs)
        if len(inputs) == 1:
            return cls(ways, np.zeros((len(forest.roots), 1), np.int64))
        ends = [*forest.roots[1:].tolist(), len(forest.column)]
        trees = zip(forest.roots.tolist(), ends, strict=True)
        same = [_first_alike(ways[:, begin:end]) for begin, end in trees]
        return cls(ways, np.array(same, np.int64).reshape(len(forest.roots), len(inputs)))


def _first_alike(ways: Mask) -> Places:
    """For each row the first one that is the same."""
    _, first, group = np.unique(ways, axis=0, return_index=True, return_inverse=True)
    return np.asarray(first[group.ravel()], np.int64)


def walk(forest: Forest, own: Mask, theirs: Reference, player: Places, players: int) -> Floats:
    """Log-odds of every coalition against every reference row, shape (rows, 2 ** players).

    Args:
        forest: the trees.
        own: the account's ways, shape (nodes,).
        theirs: the reference rows.
        player: of each column; -1 is always the account's.
        players: how many there are.
    """
    owner = np.where(forest.column < 0, -2, player[np.maximum(forest.column, 0)])
    return _coalitions(
        forest.roots,
        forest.left,
        forest.right,
        forest.value,
        owner,
        own,
        theirs.ways,
        theirs.same,
        2**players - 1,
        forest.room,
    )


def between(forest: Forest, own: Mask, theirs: Mask, columns: int) -> Floats:
    """Exact baseline Shapley values by column, from one reference row, shape (columns,).

    Of a leaf that the account reaches by `a` columns and the reference by `b` others, each of
    the `a` gets `(a - 1)! b! / (a + b)!` of its value, and each of the `b` loses
    `a! (b - 1)! / (a + b)!` (Lundberg et al. 2020, interventional TreeSHAP).

    Args:
        forest: the trees.
        own: the account's ways, shape (nodes,).
        theirs: the reference row's ways, likewise.
        columns: how many the model reads.
    """
    return _columns(
        forest.roots,
        forest.left,
        forest.right,
        forest.value,
        forest.column,
        own,
        theirs,
        columns,
        forest.room,
    )


@compiled
def _coalitions(
    roots: Places,
    left: Places,
    right: Places,
    value: Floats,
    owner: Places,
    own: Mask,
    theirs: Mask,
    same: Places,
    full: int,
    room: int,
) -> Floats:
    rows = len(theirs)
    out, said = np.zeros((rows, full + 1)), np.empty((rows, full + 1))
    nodes, ins, outs = np.empty((3, room), np.int64)
    for tree in range(len(roots)):
        for row in range(rows):
            first = same[tree, row]
            if first == row:
                nodes[0], ins[0], outs[0], waiting = roots[tree], 0, 0, 1
                while waiting:
                    waiting -= 1
                    node, inside, outside = nodes[waiting], ins[waiting], outs[waiting]
                    while owner[node] != -2:
                        mine = left[node] if own[node] else right[node]
                        other = left[node] if theirs[row, node] else right[node]
                        bit = 1 << owner[node] if owner[node] >= 0 else 0
                        if mine == other or bit == 0 or inside & bit:
                            node = mine
                        elif outside & bit:
                            node = other
                        else:
                            nodes[waiting], ins[waiting] = other, inside
                            outs[waiting] = outside | bit
                            waiting += 1
                            node, inside = mine, inside | bit
                    _spread(said[row], value[node], inside, full & ~(inside | outside))
            for coalition in range(full + 1):
                out[row, coalition] += said[first, coalition]
    return out


@part
def _spread(said: Floats, value: float, inside: int, free: int) -> None:
    """Note a leaf's value for every coalition with all of `inside`, and any of `free`."""
    some = free
    while True:
        said[inside | some] = value
        if some == 0:
            return
        some = (some - 1) & free


@compiled
def _columns(
    roots: Places,
    left: Places,
    right: Places,
    value: Floats,
    column: Places,
    own: Mask,
    theirs: Mask,
    columns: int,
    room: int,
) -> Floats:
    out = np.zeros(columns)
    nodes, sizes = np.empty(room, np.int64), np.empty(room, np.int64)
    held = np.empty((room, room), np.int64)
    path = np.empty(room, np.int64)
    for root in roots:
        nodes[0], sizes[0], waiting = root, 0, 1
        while waiting:
            waiting -= 1
            node, size = nodes[waiting], sizes[waiting]
            path[:size] = held[waiting, :size]
            while column[node] >= 0:
                mine = left[node] if own[node] else right[node]
                other = left[node] if theirs[node] else right[node]
                side = _side(path, size, column[node])
                if mine == other or side > 0:
                    node = mine
                elif side < 0:
                    node = other
                else:
                    nodes[waiting], sizes[waiting] = other, size + 1
                    held[waiting, :size] = path[:size]
                    held[waiting, size] = -column[node] - 1
                    waiting += 1
                    path[size] = column[node] + 1
                    node, size = mine, size + 1
            _credit(out, value[node], path, size)
    return out


@part
def _side(path: Places, size: int, column: int) -> int:
    """1 where the path has taken the account's side of a column, -1 the reference's, 0 neither."""
    for i in range(size):
        if path[i] == column + 1:
            return 1
        if path[i] == -column - 1:
            return -1
    return 0


@part
def _credit(out: Floats, value: float, path: Places, size: int) -> None:
    """Give a leaf's value to the columns on its path."""
    if size == 0:
        return
    inside = 0
    for i in range(size):
        inside += path[i] > 0
    outside = size - inside
    ways = 1.0  # (inside! outside!) / size!
    for i in range(1, outside + 1):
        ways *= i / (inside + i)
    for i in range(size):
        if path[i] > 0:
            out[path[i] - 1] += value * ways / inside
        else:
            out[-path[i] - 1] -= value * ways / outside
