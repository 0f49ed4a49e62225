"""The shares of rows: one look-up for each group of leaves and column it asks for.

Sums are taken in one order, row by row, with no operation that depends on the rows beside it,
so that a row's shares are the same to the last bit however many rows are explained at once.
"""

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import Floats, Int32
from models.explain.trees.cells import Cells, find_cells
from models.explain.trees.groups import NO_TABLE, Groups
from models.explain.trees.quadrature import factors, rule_for

BLOCK = 256
"""Rows at a time: what is known of them stays in the processor's cache."""


@compiled
def shares_of(
    inputs: Floats, cells: Cells, groups: Groups, tables: Floats, points: Floats, weights: Floats
) -> Floats:
    """Shares of rows, shape (rows, columns + 1); the last column is left 0."""
    rows = len(inputs)
    out = np.zeros((rows, inputs.shape[1] + 1))
    size = min(rows, BLOCK)
    cell = np.empty((len(cells.column), size), np.int32)
    sums = np.empty((len(cells.column), size))
    place = np.empty(size, np.int32)
    for start in range(0, rows, BLOCK):
        block = inputs[start : start + BLOCK]
        find_cells(block, cells, cell)
        sums[:] = 0.0
        for g in range(len(groups.table)):
            if groups.table[g] == NO_TABLE:
                _add_deep(groups, g, cell, points, weights, sums, len(block))
            else:
                _add_group(groups, g, cell, tables, place[: len(block)], sums)
        for u in range(len(cells.column)):
            column = cells.column[u]
            for r in range(len(block)):
                out[start + r, column] = sums[u, r]
    return out


@part
def _add_group(
    groups: Groups, group: int, cell: Int32, tables: Floats, place: Int32, sums: Floats
) -> None:
    """Add the shares of the leaves of a table."""
    first, last = groups.begin[group], groups.begin[group + 1]
    place[:] = groups.initial[first:last].sum()
    for n in range(first, last):
        _walk(groups, n, cell[groups.column[n]], place)
    table = tables[groups.table[group] :]
    for n in range(first, last):
        entries, sum_ = table[n - first :], sums[groups.column[n]]
        for r in range(len(place)):
            sum_[r] += entries[place[r]]


@part
def _walk(groups: Groups, n: int, cell: Int32, place: Int32) -> None:
    """Take the steps of one column of a group."""
    for s in range(groups.steps[n], groups.steps[n + 1]):
        begin, step = groups.cell[s], groups.step[s]
        for r in range(len(place)):
            place[r] += step if cell[r] >= begin else np.int32(0)


@part
def _add_deep(
    groups: Groups,
    group: int,
    cell: Int32,
    points: Floats,
    weights: Floats,
    sums: Floats,
    rows: int,
) -> None:
    """Add the shares of one leaf whose path is too deep for a table."""
    first, last = groups.begin[group], groups.begin[group + 1]
    met = np.empty((last - first, rows), np.int32)
    product = np.empty(rows)
    for n in range(first, last):
        met[n - first] = groups.initial[n]
        _walk(groups, n, cell[groups.column[n]], met[n - first])
    rule, end = rule_for(last - first)
    for k in range(rule, end):
        t, w = points[k], weights[k] * groups.value[group]
        product[:] = 1.0
        for n in range(first, last):
            unmet = (1 - t) * groups.share[n]
            for r in range(rows):
                product[r] *= t + unmet if met[n - first, r] else unmet
        for n in range(first, last):
            yes, no = factors(w, t, groups.share[n])
            sum_, mine = sums[groups.column[n]], met[n - first]
            for r in range(rows):
                sum_[r] += product[r] * (yes if mine[r] else no)
