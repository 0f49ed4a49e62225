"""Which leaves are answered by one table, and how a row finds its place in it.

Leaves under one split share most of their path. Together they ask only for the states that
any of them tells apart in each column: a table with one line for each pattern of states and
one entry for each column holds the sum of their shares, so that a row costs one look-up a
column where it would cost one a leaf and column.
"""

from typing import NamedTuple

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import Floats, Int32, Int64
from models.explain.trees.paths import Bits, Paths, refined

NO_TABLE = -1


class Groups(NamedTuple):
    """Groups of leaves; those too deep for a table are alone.

    Attributes:
        begin: where each group's columns begin, and the end, shape (groups + 1,).
        column: position in `Cells`, shape (n,).
        initial: what a row's place is before its steps, for each of `column`, shape (n,).
        steps: where the steps of each of `column` begin, and the end, shape (n + 1,).
        cell: from which cell on a step is taken.
        step: what is then added to the row's place in the group's table; where the group has
            none, to whether the row meets the condition (0 or 1).
        table: where the group's table begins, or NO_TABLE, shape (groups,).
        share: of the training rows, those that met the condition, where there is no table,
            shape (n,).
        value: of the leaf, where there is no table, shape (groups,).
    """

    begin: Int64
    column: Int32
    initial: Int32
    steps: Int64
    cell: Int32
    step: Int32
    table: Int64
    share: Floats
    value: Floats


@compiled
def ranges(paths: Paths, left: Int32, right: Int32, most: int) -> tuple[Int32, Int64]:
    """The largest groups whose tables hold at most `most` numbers.

    Returns the first leaf of each and of the end, and the size of each one's table, 0 for a
    leaf too deep for a table.
    """
    leaves = len(paths.value)
    begin, size = np.zeros(leaves + 1, np.int32), np.zeros(leaves, np.int64)
    stack = np.empty(leaves + 1, np.int32)
    stack[0], height, groups, leaf = 0, 1, 0, 0
    while height:
        height -= 1
        node = stack[height]
        last = paths.last[node] if node >= 0 else leaf + 1
        numbers = _numbers(paths, leaf, last, most)
        if numbers > most and node >= 0:
            stack[height], stack[height + 1] = right[node], left[node]
            height += 2
            continue
        size[groups] = numbers if numbers <= most else 0
        groups, leaf = groups + 1, last
        begin[groups] = leaf
    return begin[: groups + 1].copy(), size[:groups].copy()


@part
def _numbers(paths: Paths, first: int, last: int, most: int) -> int:
    """How many numbers a table of these leaves would hold; any above `most` if too many."""
    patterns, columns = 1, 0
    for o in range(len(paths.used)):
        state = np.zeros(paths.states[o], np.int32)
        states = told_apart(paths, first, last, o, state)
        if states:
            patterns, columns = patterns * states, columns + 1
        if patterns * columns > most:
            return patterns * columns
    return patterns * columns


@part
def told_apart(paths: Paths, first: int, last: int, own: int, state: Int32) -> int:
    """States of a column that the leaves tell apart, in place; 0 where none asks for it."""
    states = 0
    for leaf in range(first, last):
        c = paths.condition[leaf, own]
        if c >= 0:
            states = refined(state, paths.met[c], max(states, 1))
    return states


@compiled
def groups_of(paths: Paths, begin: Int32, size: Int64) -> Groups:
    """How a row finds its place in the tables of a tree's groups, given what `ranges` found."""
    groups, most = len(size), _columns(paths, begin)
    starts, column = np.zeros(groups + 1, np.int64), np.zeros(most, np.int32)
    initial, steps = np.zeros(most, np.int32), np.zeros(most + 1, np.int64)
    share, table = np.zeros(most), np.full(groups, NO_TABLE, np.int64)
    cells, step = [np.int32(0)], [np.int32(0)]
    n, used = 0, 0
    for g in range(groups):
        first, last = begin[g], begin[g + 1]
        stride = width(paths, first, last) if size[g] else 1
        for o in range(len(paths.used)):
            place = np.zeros(paths.states[o], np.int32)
            states = told_apart(paths, first, last, o, place)
            if not states:
                continue
            if size[g]:
                place *= stride
                stride *= states
            else:
                c = paths.condition[first, o]
                share[n] = paths.share[c]
                place[:] = paths.met[c, : len(place)]
            own = paths.state[paths.begin[o] : paths.begin[o + 1]]
            column[n], initial[n] = paths.used[o], place[own[0]]
            _add_steps(place, own, cells, step)
            n += 1
            steps[n] = len(cells) - 1
        if size[g]:
            table[g] = used
            used += size[g]
        starts[g + 1] = n
    return Groups(
        starts, column, initial, steps, np.array(cells[1:], np.int32),
        np.array(step[1:], np.int32), table, share, paths.value[begin[:-1]],
    )  # fmt: skip


@part
def _add_steps(place: Int32, own: Int32, cells: list[int], step: list[int]) -> None:
    """Add the cells at which the place changes, and by how much."""
    for c in range(1, len(own)):
        change = place[own[c]] - place[own[c - 1]]
        if change:
            cells.append(np.int32(c))
            step.append(np.int32(change))


@part
def width(paths: Paths, first: int, last: int) -> int:
    """How many columns any of the leaves asks for."""
    columns = 0
    for o in range(len(paths.used)):
        for leaf in range(first, last):
            if paths.condition[leaf, o] >= 0:
                columns += 1
                break
    return columns


@part
def _columns(paths: Paths, begin: Int32) -> int:
    """The columns of all groups together."""
    columns = 0
    for g in range(len(begin) - 1):
        columns += width(paths, begin[g], begin[g + 1])
    return columns
