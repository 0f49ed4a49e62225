"""The first or last visible row of an account, in time or by any date."""

import numpy as np

from features.compiled import compiled
from features.kernel.types import NO_ROW, Int16, Int32, Int64


@compiled
def last_rows(
    lower: Int32,
    upper: Int32,
    first: Int16,
    last: Int16,
    start: Int64,
    known: Int64,
    rank: Int64,
) -> Int64:
    """The last visible row between two edges; NO_ROW without any. Shape (A, K).

    Rows come ordered by account, `start` and `known`. Of rows equal in both, the one with the
    largest `rank` is taken; where `rank` is empty they are interchangeable to the caller.
    """
    accounts, dates = lower.shape
    out = np.full((accounts, dates), NO_ROW, np.int64)
    for a in range(accounts):
        for k in range(dates):
            i = upper[a, k] - 1
            while i >= lower[a, k] and not first[i] <= k < last[i]:
                i -= 1
            if i < lower[a, k]:
                continue
            out[a, k] = i
            j = i - 1
            while (
                len(rank) > 0 and j >= lower[a, k] and start[j] == start[i] and known[j] == known[i]
            ):
                if first[j] <= k < last[j] and rank[j] > rank[out[a, k]]:
                    out[a, k] = j
                j -= 1
    return out


@compiled
def first_rows(lower: Int32, upper: Int32, first: Int16, last: Int16) -> Int64:
    """The first visible row between two edges; NO_ROW without any. Shape (A, K)."""
    accounts, dates = lower.shape
    out = np.full((accounts, dates), NO_ROW, np.int64)
    for a in range(accounts):
        for k in range(dates):
            i = lower[a, k]
            while i < upper[a, k] and not first[i] <= k < last[i]:
                i += 1
            if i < upper[a, k]:
                out[a, k] = i
    return out


@compiled
def soonest_rows(begin: Int64, planned: Int64, first: Int16, last: Int16, dates: int) -> Int64:
    """The visible row with the smallest `planned`; NO_ROW without any. Shape (A, K)."""
    accounts = len(begin) - 1
    out = np.full((accounts, dates), NO_ROW, np.int64)
    for a in range(accounts):
        for i in range(begin[a], begin[a + 1]):
            for k in range(first[i], last[i]):
                j = out[a, k]
                if j == NO_ROW or planned[i] < planned[j]:
                    out[a, k] = i
    return out
