"""Days with a fact, and how they are spread."""

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import FOREVER, UNDATED, Int16, Int32, Int64, Mask


@compiled
def day_runs(begin: Int64, day: Int32) -> tuple[Int64, Int32]:
    """Where rows of one account and day lie together.

    Rows must be ordered by day within each account. Returns the first run of each account,
    shape (A + 1,), and the first row of each run, with the number of rows at the end.
    """
    accounts = len(begin) - 1
    own = np.zeros(accounts + 1, np.int64)
    runs = np.empty(len(day) + 1, np.int32)
    n = 0
    for a in range(accounts):
        before = np.int32(UNDATED - 1)
        for i in range(begin[a], begin[a + 1]):
            runs[n] = i  # stays where the day is new: no jump that a processor must guess
            n += day[i] != before
            before = day[i]
        own[a + 1] = n
    runs[n] = len(day)
    return own, runs[: n + 1].copy()


@compiled
def active_days(
    own: Int64, runs: Int32, day: Int32, first: Int16, last: Int16, reach: Int16
) -> tuple[Int64, Int32, Int16, Int16]:
    """One row for each day with a fact, from when to when it is seen to have one.

    Takes what `day_runs` returns. Undated rows have no day. A day is seen in several
    stretches where versions come and go. Returns `begin`, `day`, `first` and `last`.
    """
    accounts, dates = len(own) - 1, int(reach[len(reach) - 1])
    begin = np.zeros(accounts + 1, np.int64)
    size = len(day)  # stretches are never more than the rows that make them
    days = np.empty(size, np.int32)
    firsts = np.empty(size, np.int16)
    lasts = np.empty(size, np.int16)
    seen = np.zeros(dates + 1, np.bool_)
    n = 0
    for a in range(accounts):
        for r in range(own[a], own[a + 1]):
            i, end = runs[r], runs[r + 1]
            d = day[i]
            if d < 0:
                continue
            if last[i] == dates and first[i] == reach[d]:
                if first[i] < dates:  # nothing can make the day seen any sooner or longer
                    days[n], firsts[n], lasts[n] = d, first[i], dates
                    n += 1
                continue
            stays, earliest = _stretch(first[i:end], last[i:end], dates)
            if earliest == dates:
                continue
            if stays:
                days[n], firsts[n], lasts[n] = d, earliest, dates
                n += 1
                continue
            _see(first[i:end], last[i:end], seen)
            for k in range(dates):
                if seen[k] and (k == 0 or not seen[k - 1]):
                    days[n], firsts[n] = d, k
                if seen[k] and not seen[k + 1]:
                    lasts[n] = k + 1
                    n += 1
        begin[a + 1] = n
    return begin, days[:n].copy(), firsts[:n].copy(), lasts[:n].copy()


@part
def _stretch(first: Int16, last: Int16, dates: int) -> tuple[bool, int]:
    """Whether all rows stay once they are visible, and the date from which any is."""
    stays, earliest = True, dates
    for i in range(len(first)):
        if first[i] < last[i]:
            stays = stays and last[i] == dates
            earliest = min(earliest, int(first[i]))
    return stays, earliest


@part
def _see(first: Int16, last: Int16, seen: Mask) -> None:
    """Mark the dates at which any row is visible."""
    seen[:] = False
    for i in range(len(first)):
        for k in range(first[i], last[i]):
            seen[k] = True


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
