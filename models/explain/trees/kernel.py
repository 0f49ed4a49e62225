"""The shares of rows: one look-up for each group of leaves and column it asks for.

Sums are taken in one order, row by row, with no operation that depends on the rows beside it,
so that a row's shares are the same to the last bit however many rows are explained at once.
"""

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import Floats, Int32
from models.explain.trees.cells import Cells, find_cells
from models.explain.trees.groups import NO_TABLE, Groups
from models.explain.trees.quadrature import met_factor, rule_for, unmet_factor

BLOCK = 256
"""Rows at a time: what is known of them stays in the processor's cache."""


@compiled
def shares_of(
    inputs: Floats, cells: Cells, groups: Groups, tables: Floats, points: Floats, weights: Floats
) -> Floats:
    """Shares of rows, shape (rows, columns + 1); the last column is left 0."""
    rows, used = len(inputs), len(cells.column)
    out = np.zeros((rows, inputs.shape[1] + 1))
    size = min(rows, BLOCK)
    cell = np.empty((used, size), np.int32)
    place, product = np.empty((used + 1, size), np.int32), np.empty(size)
    for start in range(0, rows, BLOCK):
        count = min(rows - start, BLOCK)
        sums = np.zeros((used, size))
        find_cells(inputs, start, count, cells, cell)
        _add_tables(groups, cell, tables, place[0], sums, count)
        _add_deep(groups, cell, points, weights, place, product, sums, count)
        for u in range(used):
            column = cells.column[u]
            for r in range(count):
                out[start + r, column] = sums[u, r]
    return out


@part
def _add_tables(
    groups: Groups, cell: Int32, tables: Floats, place: Int32, sums: Floats, rows: int
) -> None:
    """Add the shares of all leaves that have tables."""
    for g in range(len(groups.table)):
        begin = groups.table[g]
        if begin == NO_TABLE:
            continue
        first, last = groups.begin[g], groups.begin[g + 1]
        initial = np.int32(0)
        for n in range(first, last):
            initial += groups.initial[n]
        for r in range(rows):
            place[r] = initial
        for n in range(first, last):
            u = groups.column[n]
            for s in range(groups.steps[n], groups.steps[n + 1]):
                cut, step = groups.cell[s], groups.step[s]
                for r in range(rows):
                    place[r] += step if cell[u, r] >= cut else np.int32(0)
        for n in range(first, last):
            u = groups.column[n]
            for r in range(rows):
                sums[u, r] += tables[np.uint64(begin + place[r])]
            begin += 1


@part
def _add_deep(
    groups: Groups,
    cell: Int32,
    points: Floats,
    weights: Floats,
    met: Int32,
    product: Floats,
    sums: Floats,
    rows: int,
) -> None:
    """Add the shares of the leaves whose paths are too deep for a table."""
    for g in range(len(groups.table)):
        if groups.table[g] != NO_TABLE:
            continue
        first, last = groups.begin[g], groups.begin[g + 1]
        for n in range(first, last):
            u, j = groups.column[n], n - first
            for r in range(rows):
                met[j, r] = groups.initial[n]
            for s in range(groups.steps[n], groups.steps[n + 1]):
                cut, step = groups.cell[s], groups.step[s]
                for r in range(rows):
                    met[j, r] += step if cell[u, r] >= cut else np.int32(0)
        rule, end = rule_for(last - first)
        for k in range(rule, end):
            t, w = points[k], weights[k] * groups.value[g]
            no = unmet_factor(w, t)
            for r in range(rows):
                product[r] = 1.0
            for n in range(first, last):
                unmet = (1 - t) * groups.share[n]
                yes, j = t + unmet, n - first
                for r in range(rows):
                    product[r] *= yes if met[j, r] else unmet
            for n in range(first, last):
                yes = met_factor(w, t, groups.share[n])
                u, j = groups.column[n], n - first
                for r in range(rows):
                    sums[u, r] += product[r] * (yes if met[j, r] else no)
