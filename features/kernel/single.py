"""The same at one date, where rows are looked at once and nothing need be shared by dates."""

import numpy as np

from features.compiled import compiled
from features.kernel.types import FOREVER, Floats, Int16, Int32, Int64


@compiled
def edges_at(begin: Int64, day: Int32, cut: int, back: Int64) -> Int32:
    """What `edges` gives at one date, shape (B, A, 1), by looking for each edge."""
    accounts = len(begin) - 1
    out = np.empty((len(back), accounts, 1), np.int32)
    for b in range(len(back)):
        wanted = max(0, cut - back[b])
        for a in range(accounts):
            low, high = begin[a], begin[a + 1]
            while back[b] != FOREVER and low < high:
                middle = (low + high) // 2
                if day[middle] < wanted:
                    low = middle + 1
                else:
                    high = middle
            out[b, a, 0] = low
    return out


@compiled
def sums_at(
    begin: Int64,
    day: Int32,
    first: Int16,
    last: Int16,
    running: Int64,
    cut: int,
    far: Int64,
    near: Int64,
) -> Floats:
    """What `window_sums` gives at one date, shape (S, A, 1), row by row."""
    accounts, windows = len(begin) - 1, len(far)
    out = np.zeros((windows, accounts, 1))
    low, high = np.empty(windows, np.int64), np.empty(windows, np.int64)
    for s in range(windows):  # what has no date lies in all of history, and in nothing else
        low[s] = max(0, cut - far[s]) if far[s] != FOREVER else (-1 if near[s] == 0 else 0)
        high[s] = cut - near[s]
    least = low[0]
    for s in range(1, windows):
        least = min(least, low[s])
    sums = np.zeros(windows, np.int64)
    for a in range(accounts):
        sums[:] = 0
        for i in range(begin[a + 1] - 1, begin[a] - 1, -1):
            if day[i] < least:
                break  # rows lie by day: all before are earlier still
            if first[i] == 0 and last[i] > 0:
                value = running[i + 1] - running[i] if len(running) else 1
                for s in range(windows):
                    sums[s] += value * ((low[s] <= day[i]) & (day[i] < high[s]))
        for s in range(windows):
            out[s, a, 0] = sums[s]
    return out
