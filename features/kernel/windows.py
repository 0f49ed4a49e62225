"""Sums and maxima over windows, and the edges that windows lie between."""

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import FOREVER, Floats, Int16, Int32, Int64


@compiled
def edges(begin: Int64, day: Int32, cuts: Int64, back: Int64) -> Int32:
    """The first row of each account at or after `back` days before each cut.

    For FOREVER the account's first row, whether dated or not. Shape (B, A, K) for B edges.
    """
    accounts, dates = len(begin) - 1, len(cuts)
    out = np.empty((len(back), accounts, dates), np.int32)
    days = max(0, cuts[-1])
    first_of = np.empty(days + 1, np.int32)  # the first row at or after each day
    for a in range(accounts):
        rows = begin[a + 1] - begin[a]
        table = rows * 4 > days
        if table:
            _first_of_days(day, begin[a], begin[a + 1], first_of)
        for b in range(len(back)):
            row = begin[a]
            for k in range(dates):
                if back[b] == FOREVER:
                    out[b, a, k] = begin[a]
                    continue
                wanted = max(0, cuts[k] - back[b])
                if table:
                    out[b, a, k] = first_of[wanted]
                    continue
                while row < begin[a + 1] and day[row] < wanted:
                    row += 1
                out[b, a, k] = row
    return out


@part
def _first_of_days(day: Int32, begin: int, end: int, first_of: Int32) -> None:
    d = 0
    for i in range(begin, end):
        while d <= day[i]:
            first_of[d] = i
            d += 1
    first_of[d:] = end


@compiled
def odd_rows(
    begin: Int64, day: Int32, first: Int16, last: Int16, reach: Int16
) -> tuple[Int32, Int32]:
    """Rows that are not simply visible from their own day on, and where each account's begin.

    They became known late, are replaced later, or have no day. `reach[d]` is the first date
    whose cut lies after day `d`, K for the last.
    """
    accounts = len(begin) - 1
    dates = reach[len(reach) - 1]
    starts = np.zeros(accounts + 1, np.int32)
    rows = np.empty(len(day), np.int32)
    n = 0
    for a in range(accounts):
        for i in range(begin[a], begin[a + 1]):
            if day[i] < 0 or last[i] != dates or first[i] != reach[day[i]]:
                rows[n] = i
                n += 1
        starts[a + 1] = n
    return rows[:n].copy(), starts


@compiled
def window_sums(
    lower: Int32,
    upper: Int32,
    running: Int64,
    odd: Int32,
    odd_begin: Int32,
    day: Int32,
    first: Int16,
    last: Int16,
    reach: Int16,
    far: int,
    near: int,
) -> Floats:
    """Sums over the visible rows of one window, shape (A, K); exact up to 2**53.

    `lower` and `upper` are the window's edges and `running` holds the sums of the values
    before each row, one more than rows; empty, rows are counted. A window is a difference of
    two running sums; what that takes in of odd rows is put right date by date.
    """
    accounts, dates = lower.shape
    out = np.empty((accounts, dates))
    steps = np.zeros(dates + 1, np.int64)
    sums = np.zeros(dates, np.int64)  # in whole numbers to the end, so that none is rounded twice
    for a in range(accounts):
        for k in range(dates):
            lo = lower[a, k]
            hi = max(lo, upper[a, k])
            sums[k] = running[hi] - running[lo] if len(running) else hi - lo
            out[a, k] = sums[k]
        if odd_begin[a] == odd_begin[a + 1]:
            continue
        for j in range(odd_begin[a], odd_begin[a + 1]):
            i = odd[j]
            value = running[i + 1] - running[i] if len(running) else 1
            begins, ends = _dates_by_day(day[i], dates, reach, far, near)
            steps[begins] -= value
            steps[ends] += value
            begins, ends = window_dates(day[i], first[i], last[i], reach, far, near)
            if begins < ends:
                steps[begins] += value
                steps[ends] -= value
        total = 0
        for k in range(dates):
            total += steps[k]
            steps[k] = 0
            out[a, k] = sums[k] + total
        steps[dates] = 0
    return out


@part
def _dates_by_day(day: int, dates: int, reach: Int16, far: int, near: int) -> tuple[int, int]:
    """The dates at which a row lies between a window's edges, visible or not."""
    if day < 0:
        return (0, dates) if far == FOREVER else (0, 0)
    end = len(reach) - 1
    begins = int(reach[min(day + near, end)])
    ends = dates if far == FOREVER else int(reach[min(day + far, end)])
    return begins, max(begins, ends)


@part
def window_dates(
    day: int, first: int, last: int, reach: Int16, far: int, near: int
) -> tuple[int, int]:
    """The range of dates at which a row is visible and lies in a window."""
    if day < 0:
        return (int(first), int(last)) if far == FOREVER and near == 0 else (0, 0)
    end = len(reach) - 1
    begins = max(int(first), int(reach[min(day + near, end)]))
    ends = int(last) if far == FOREVER else min(int(last), int(reach[min(day + far, end)]))
    return begins, ends


@compiled
def window_maxima(
    begin: Int64,
    day: Int32,
    first: Int16,
    last: Int16,
    value: Floats,
    dates: int,
    reach: Int16,
    far: int,
    near: int,
) -> Floats:
    """The largest `value` of the visible rows of one window, shape (A, K); NaN without any."""
    accounts = len(begin) - 1
    out = np.full((accounts, dates), np.nan)
    for a in range(accounts):
        for i in range(begin[a], begin[a + 1]):
            k, end = window_dates(day[i], first[i], last[i], reach, far, near)
            for j in range(k, end):
                if not out[a, j] >= value[i]:
                    out[a, j] = value[i]
    return out
