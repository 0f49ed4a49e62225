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
from models.explain.trees.paths import Paths, refined

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


def groups_of(paths: Paths, begin: Int32, size: Int64) -> Groups:
    """How a row finds its place in the tables of a tree's groups, given what `ranges` found."""
    table = np.where(size > 0, np.cumsum(size) - size, NO_TABLE)
    ways = _places(paths, begin, size)
    starts, column, initial, steps, cell, step, share = ways
    pairs, taken = starts[-1], steps[starts[-1]]
    return Groups(
        starts, column[:pairs], initial[:pairs], steps[: pairs + 1], cell[:taken], step[:taken],
        table, share[:pairs], paths.value[begin[:-1]],
    )  # fmt: skip


@compiled
def _places(
    paths: Paths, begin: Int32, size: Int64
) -> tuple[Int64, Int32, Int32, Int64, Int32, Int32, Floats]:
    """The arrays of `Groups` up to `step`, and `share`, with room at their ends."""
    groups = len(size)
    most, most_steps = _room(paths, begin)
    starts, column = np.zeros(groups + 1, np.int64), np.zeros(most, np.int32)
    initial, steps = np.zeros(most, np.int32), np.zeros(most + 1, np.int64)
    cell, step = np.zeros(most_steps, np.int32), np.zeros(most_steps, np.int32)
    share = np.zeros(most)
    n, taken = 0, 0
    for g in range(groups):
        first, last = begin[g], begin[g + 1]
        stride = width(paths, first, last)
        for o in range(len(paths.used)):
            place = np.zeros(paths.states[o], np.int32)
            states = told_apart(paths, first, last, o, place)
            if not states:
                continue
            condition = paths.condition[first, o]
            for s in range(len(place)):
                place[s] = place[s] * stride if size[g] else paths.met[condition, s]
            stride *= states
            column[n], initial[n] = paths.used[o], place[paths.state[paths.begin[o]]]
            if not size[g]:
                share[n] = paths.share[condition]
            for c in range(1, paths.begin[o + 1] - paths.begin[o]):
                now = paths.state[paths.begin[o] + c]
                change = place[now] - place[paths.state[paths.begin[o] + c - 1]]
                if change:
                    cell[taken], step[taken] = c, change
                    taken += 1
            n += 1
            steps[n] = taken
        starts[g + 1] = n
    return starts, column, initial, steps, cell, step, share


@part
def _room(paths: Paths, begin: Int32) -> tuple[int, int]:
    """The columns of all groups together, and the most steps they can have."""
    columns, steps = 0, 0
    for g in range(len(begin) - 1):
        for o in range(len(paths.used)):
            if _asked(paths, begin[g], begin[g + 1], o):
                columns += 1
                for c in range(paths.begin[o] + 1, paths.begin[o + 1]):
                    steps += paths.state[c] != paths.state[c - 1]
    return columns, steps


@part
def width(paths: Paths, first: int, last: int) -> int:
    """How many columns any of the leaves asks for."""
    columns = 0
    for o in range(len(paths.used)):
        columns += _asked(paths, first, last, o)
    return columns


@part
def _asked(paths: Paths, first: int, last: int, own: int) -> bool:
    leaf = first
    while leaf < last and paths.condition[leaf, own] < 0:
        leaf += 1
    return leaf < last
