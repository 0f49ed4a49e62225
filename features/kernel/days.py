"""Days with a fact, and how they are spread."""

import numpy as np

from features.compiled import compiled
from features.kernel.types import FOREVER, Int16, Int32, Int64


@compiled
def active_days(
    begin: Int64, day: Int32, first: Int16, last: Int16, reach: Int16
) -> tuple[Int64, Int32, Int16, Int16]:
    """One row for each day with a fact, from when to when it is seen to have one.

    Undated rows have no day. A day is seen in several stretches where versions come and go.
    Rows must be ordered by day within each account, and so are those returned:
    `begin`, `day`, `first`, `last`.
    """
    accounts, dates = len(begin) - 1, int(reach[len(reach) - 1])
    own = np.zeros(accounts + 1, np.int64)
    size = len(day)
    days = np.empty(size, np.int32)
    firsts = np.empty(size, np.int16)
    lasts = np.empty(size, np.int16)
    seen = np.zeros(dates + 1, np.bool_)
    n = 0
    for a in range(accounts):
        i = begin[a]
        while i < begin[a + 1]:
            d = day[i]
            if d >= 0 and last[i] == dates and first[i] == reach[d]:
                if first[i] < dates:  # nothing can make the day seen any sooner or longer
                    days[n], firsts[n], lasts[n] = d, first[i], dates
                    n += 1
                while i < begin[a + 1] and day[i] == d:
                    i += 1
                continue
            j = i
            earliest = np.int16(dates)
            stays = True
            while j < begin[a + 1] and day[j] == d:
                if first[j] < last[j]:
                    stays = stays and last[j] == dates
                    earliest = min(earliest, first[j])
                j += 1
            if d >= 0 and earliest < dates:
                if stays:
                    days[n], firsts[n], lasts[n] = d, earliest, dates
                    n += 1
                else:
                    # Stretches are never more than the rows that make them.
                    seen[:] = False
                    for r in range(i, j):
                        for k in range(first[r], last[r]):
                            seen[k] = True
                    for k in range(dates):
                        if seen[k] and (k == 0 or not seen[k - 1]):
                            days[n], firsts[n] = d, k
                        if seen[k] and not seen[k + 1]:
                            lasts[n] = k + 1
                            n += 1
            i = j
        own[a + 1] = n
    return own, days[:n].copy(), firsts[:n].copy(), lasts[:n].copy()


@compiled
def rhythm(
    begin: Int64,
    day: Int32,
    first: Int16,
    last: Int16,
    cuts: Int64,
    reach: Int16,
    far: Int64,
    gaps: bool,
) -> Int32:
    """How active days are spread over windows that end at the cut.

    Takes what `active_days` returns. Returns, shape (4, S, A, K): the number of active
    days, the days before the cut (1 is the last day) of the earliest and of the latest,
    and the longest gap in days between two in a row (0 where `gaps` is not asked for).
    """
    accounts, dates, windows = len(begin) - 1, len(cuts), len(far)
    out = np.zeros((4, windows, accounts, dates), np.int32)
    odd = np.empty(len(day), np.int64)  # rows that are not simply seen from their day on
    starts = np.empty(windows, np.int64)
    for a in range(accounts):
        final = begin[a + 1]
        odds = 0
        for i in range(begin[a], final):
            if last[i] < dates or first[i] != reach[day[i]]:
                odd[odds] = i
                odds += 1
        end = begin[a]
        starts[:] = begin[a]
        for k in range(dates):
            while end < final and day[end] < cuts[k]:
                end += 1
            for s in range(windows):
                if far[s] != FOREVER:
                    while starts[s] < end and day[starts[s]] < cuts[k] - far[s]:
                        starts[s] += 1
                lo, hi = starts[s], end
                count = hi - lo
                for j in range(odds):
                    i = odd[j]
                    count -= lo <= i < hi and not first[i] <= k < last[i]
                if count == 0:
                    continue
                while not first[lo] <= k < last[lo]:
                    lo += 1
                while not first[hi - 1] <= k < last[hi - 1]:
                    hi -= 1
                out[0, s, a, k] = count
                out[1, s, a, k] = cuts[k] - day[lo]
                out[2, s, a, k] = cuts[k] - day[hi - 1]
                if gaps:
                    before, longest = day[lo], 0
                    for i in range(lo + 1, hi):
                        if first[i] <= k < last[i]:
                            longest = max(longest, day[i] - before)
                            before = day[i]
                    out[3, s, a, k] = longest
    return out
