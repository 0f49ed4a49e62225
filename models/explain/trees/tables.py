"""The shares of a group of leaves for every pattern of states, worked out beforehand."""

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import Floats, Int32, Int64
from models.explain.trees.groups import told_apart, width
from models.explain.trees.paths import Bits, Paths
from models.explain.trees.quadrature import met_factor, rule_for, unmet_factor


@compiled
def tables_of(paths: Paths, begin: Int32, size: Int64, points: Floats, weights: Floats) -> Floats:
    """The tables of a tree's groups, one after another; each of shape (patterns, columns)."""
    tables = np.zeros(size.sum())
    start = np.int64(0)
    for g in range(len(size)):
        if size[g]:
            table = tables[start : start + size[g]]
            _fill(paths, begin[g], begin[g + 1], points, weights, table)
            start += size[g]
    return tables


@part
def _fill(
    paths: Paths, first: int, last: int, points: Floats, weights: Floats, table: Floats
) -> None:
    """Add up the shares of all leaves of a group."""
    columns = width(paths, first, last)
    own, states = np.empty(columns, np.int32), np.empty(columns, np.int64)
    state = np.zeros((columns, paths.met.shape[1]), np.int32)
    j = 0
    for o in range(len(paths.used)):
        if j < columns:
            count = told_apart(paths, first, last, o, state[j, : paths.states[o]])
            if count:
                own[j], states[j] = o, count
                j += 1
    bits = np.empty(len(table) // columns, np.int32)
    place, share = np.empty(columns, np.int32), np.empty(columns)
    for leaf in range(first, last):
        depth = 0
        bits[0], length = 0, 1
        for j in range(columns):
            c = paths.condition[leaf, own[j]]
            met = _met(paths, c, state[j], paths.states[own[j]], states[j])
            length = _widen(bits, length, met, 1 << depth)
            if c >= 0:
                place[depth], share[depth] = j, paths.share[c]
                depth += 1
        shares = leaf_shares(paths.value[leaf], share[:depth], points, weights)
        for k in range(depth):
            mine_at = place[k]
            for p in range(len(bits)):
                table[p * columns + mine_at] += shares[k, bits[p]]


@part
def _met(paths: Paths, condition: int, state: Int32, states: int, found: int) -> Bits:
    """1 for the states of a group that meet a condition; none do where there is none."""
    met = np.zeros(found, np.uint8)
    if condition >= 0:
        for s in range(states):
            met[state[s]] = paths.met[condition, s]
    return met


@part
def _widen(bits: Int32, length: int, met: Bits, bit: int) -> int:
    """Patterns of one column more, in place; returns how many there are then."""
    for s in range(len(met) - 1, -1, -1):
        added = bit if met[s] else 0
        for i in range(length):
            bits[s * length + i] = bits[i] | added
    return length * len(met)


@part
def leaf_shares(value: float, share: Floats, points: Floats, weights: Floats) -> Floats:
    """Shapley values of a leaf, shape (columns, patterns); bit `j` is set where j is met."""
    depth = len(share)
    out = np.zeros((depth, 1 << depth))
    product = np.empty(1 << depth)
    first, end = rule_for(depth)
    for k in range(first, end):
        t, w = points[k], weights[k] * value
        product[0], length = 1.0, 1
        for j in range(depth):
            unmet = (1 - t) * share[j]
            for i in range(length):
                product[length + i] = product[i] * (t + unmet)
                product[i] *= unmet
            length *= 2
        for j in range(depth):
            met, unmet = met_factor(w, t, share[j]), unmet_factor(w, t)
            for i in range(length):
                out[j, i] += product[i] * (met if (i >> j) & 1 else unmet)
    return out
