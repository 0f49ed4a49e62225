"""Rows brought into another order."""

import numpy as np

from features.compiled import compiled
from features.kernel.types import Int16, Int32, Int64


@compiled
def laid_out(
    code: Int32, codes: int, day: Int32, first: Int16, last: Int16
) -> tuple[Int64, Int32, Int32, Int16, Int16]:
    """Rows ordered by their code, those of one code in their own order, -1 first.

    Returns where each code begins, from -1 on, and the number of rows; which row lies at
    each place; and `day`, `first` and `last` in that order.
    """
    begin = np.zeros(codes + 2, np.int64)
    for i in range(len(code)):
        begin[code[i] + 2] += 1
    for c in range(codes + 1):
        begin[c + 1] += begin[c]
    place = begin.copy()
    order, days = np.empty(len(code), np.int32), np.empty(len(code), np.int32)
    firsts, lasts = np.empty(len(code), np.int16), np.empty(len(code), np.int16)
    for i in range(len(code)):
        at = place[code[i] + 1]
        place[code[i] + 1] = at + 1
        order[at], days[at], firsts[at], lasts[at] = i, day[i], first[i], last[i]
    return begin, order, days, firsts, lasts


@compiled
def running_in(order: Int32, values: Int64) -> Int64:
    """The sum of the whole numbers before each place of another order, and of all."""
    sums = np.empty(len(order) + 1, np.int64)
    total = np.int64(0)
    for i in range(len(order)):
        sums[i] = total
        total += values[order[i]]
    sums[len(order)] = total
    return sums


@compiled
def begins_among(rows: Int64, begin: Int64) -> Int64:
    """How many of some ascending rows lie before each account's first, shape (A + 1,)."""
    out = np.empty(len(begin), np.int64)
    i = 0
    for a in range(len(begin)):
        while i < len(rows) and rows[i] < begin[a]:
            i += 1
        out[a] = i
    return out
