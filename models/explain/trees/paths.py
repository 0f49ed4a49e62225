"""What each leaf asks of a row: its path, with the conditions on one column made into one."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.compiled import compiled, part
from features.kernel.types import Floats, Int32, Int64
from models.explain.trees.cells import Cells, goes_left
from models.explain.trees.forest import Tree

Bits = npt.NDArray[np.uint8]


class Paths(NamedTuple):
    """The conditions of one tree's leaves, leaves counted from left to right.

    Cells that no split of this tree tells apart are one state, so that few remain.

    Attributes:
        used: the tree's columns, by position in `Cells`, rising, shape (own,).
        states: how many states each has, shape (own,).
        begin: where each column's cells begin in `state`, and the end, shape (own + 1,).
        state: of each cell.
        first: the first leaf under each split, and below the leaves themselves, shape (splits,).
        last: the leaf after the last one, shape (splits,).
        value: of each leaf, shape (leaves,).
        condition: of each leaf on each column, -1 for none, shape (leaves, own).
        share: of the training rows that came by the condition's splits, those that met them;
            shape (conditions,).
        met: 1 where a state meets the condition, shape (conditions, most states).
    """

    used: Int32
    states: Int64
    begin: Int64
    state: Int32
    first: Int32
    last: Int32
    value: Floats
    condition: Int32
    share: Floats
    met: Bits


def paths_of(tree: Tree, cells: Cells) -> Paths:
    """The conditions of a tree with at least one split."""
    used = np.searchsorted(cells.column, np.unique(tree.column)).astype(np.int32)
    own = np.searchsorted(cells.column[used], tree.column).astype(np.int32)
    begin = np.concatenate([[0], np.cumsum(np.diff(cells.begin)[used])]).astype(np.int64)
    states, state, lefts = _states(tree, cells, used, own, begin)
    order, parent, first, last = _order(tree.left, tree.right)
    condition, share, met = _conditions(tree, own, len(used), lefts, order, parent)
    value = tree.value[order]
    return Paths(used, states, begin, state, first, last, value, condition, share, met)


@compiled
def _states(
    tree: Tree, cells: Cells, used: Int32, own: Int32, begin: Int64
) -> tuple[Int64, Int32, Bits]:
    """The states of each column, and which of them each split sends left."""
    state = np.zeros(begin[len(begin) - 1], np.int32)
    states = np.ones(len(used), np.int64)
    most = 1
    for i in range(len(own)):
        o = own[i]
        ways = _ways(tree, i, cells, used[o])
        states[o] = refined(state[begin[o] : begin[o + 1]], ways, states[o])
        most = max(most, states[o])
    lefts = np.zeros((len(own), most), np.uint8)
    for i in range(len(own)):
        ways = _ways(tree, i, cells, used[own[i]])
        for c in range(len(ways)):
            lefts[i, state[begin[own[i]] + c]] = ways[c]
    return states, state, lefts


@part
def refined(state: Int32, bit: Bits, count: int) -> int:
    """Tell states apart by one more bit, in place; returns how many there are then."""
    seen = np.full(2 * count, -1, np.int32)
    found = 0
    for c in range(len(state)):
        key = 2 * state[c] + bit[c]
        if seen[key] < 0:
            seen[key] = found
            found += 1
        state[c] = seen[key]
    return found


@part
def _ways(tree: Tree, split: int, cells: Cells, column: int) -> Bits:
    """1 for the cells of its column that a split sends left."""
    values = cells.value[cells.begin[column] : cells.begin[column + 1]]
    threshold, decision = tree.threshold[split], tree.decision[split]
    ways = np.empty(len(values), np.uint8)
    for c in range(len(values)):
        ways[c] = goes_left(values[c], threshold, decision, tree.set_begin, tree.sets)
    return ways


@compiled
def _order(left: Int32, right: Int32) -> tuple[Int32, Int32, Int32, Int32]:
    """Leaves from left to right.

    Returns them; the parent of each split and then of each leaf, -1 for none; and the first
    leaf of each split and the one after its last.
    """
    splits, leaves = len(left), len(left) + 1
    order = np.empty(leaves, np.int32)
    parent = np.full(splits + leaves, -1, np.int32)
    first, last = np.empty(splits, np.int32), np.empty(splits, np.int32)
    stack = np.empty(2 * splits + 2, np.int32)
    stack[0], height, found = 0, 1, 0
    while height:
        height -= 1
        node = stack[height]
        if node < 0:
            order[found] = ~node
            found += 1
        elif node >= splits:  # seen before: all leaves below are found
            last[node - splits] = found
        else:
            first[node] = found
            parent[_place(left[node], splits)] = parent[_place(right[node], splits)] = node
            stack[height], stack[height + 1] = node + splits, right[node]
            stack[height + 2] = left[node]
            height += 3
    return order, parent, first, last


@part
def _place(node: int | np.int64, splits: int) -> int | np.int64:
    return node if node >= 0 else splits + ~node


@compiled
def _conditions(
    tree: Tree, own: Int32, columns: int, lefts: Bits, order: Int32, parent: Int32
) -> tuple[Int32, Floats, Bits]:
    """Of each leaf, in `order`, its conditions by column: which, their shares, what meets them."""
    splits, count = len(own), _count(own, columns, order, parent)
    condition = np.full((len(order), columns), -1, np.int32)
    share = np.ones(count)
    met = np.ones((count, lefts.shape[1]), np.uint8)
    found = 0
    for i in range(len(order)):
        node = ~np.int64(order[i])
        above = np.int64(parent[_place(node, splits)])
        while above >= 0:
            o = own[above]
            if condition[i, o] < 0:
                condition[i, o] = found
                found += 1
            c = condition[i, o]
            rows = tree.split_rows[node] if node >= 0 else tree.leaf_rows[~node]
            share[c] *= rows / tree.split_rows[above]
            for s in range(lefts.shape[1]):
                met[c, s] &= lefts[above, s] == (tree.left[above] == node)
            node, above = above, np.int64(parent[above])
    return condition, share, met


@part
def _count(own: Int32, columns: int, order: Int32, parent: Int32) -> int:
    """How many conditions all leaves have."""
    seen = np.full(columns, -1, np.int32)
    count = 0
    for i in range(len(order)):
        node = np.int64(parent[len(own) + order[i]])
        while node >= 0:
            count += seen[own[node]] != i
            seen[own[node]] = i
            node = np.int64(parent[node])
    return count
