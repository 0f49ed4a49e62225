"""Sums and maxima over windows, and the edges that windows lie between."""

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import FOREVER, Floats, Int16, Int32, Int64


@compiled
def edges(own: Int64, runs: Int32, day: Int32, cuts: Int64, back: Int64) -> Int32:
    """The first row of each account at or after `back` days before each cut.

    For FOREVER the account's first row, whether dated or not. Shape (B, A, K) for B edges.
    Takes what `day_runs` returns: whole days are counted once by the wanted days that they
    lie between, whatever the number of edges.
    """
    accounts, dates, sides = len(own) - 1, len(cuts), len(back)
    out = np.empty((sides, accounts, dates), np.int32)
    wanted, place = _wanted_days(cuts, back)
    days = np.arange(-1, max(0, cuts[-1]) + 1)
    slot = np.searchsorted(wanted, days, side="right").astype(np.int32)
    counts = np.empty(len(wanted) + 1, np.int32)
    for a in range(accounts):
        counts[:] = 0
        begin = runs[own[a]]
        for r in range(own[a], own[a + 1]):
            counts[slot[day[runs[r]] + 1]] += runs[r + 1] - runs[r]
        row = begin
        for u in range(len(wanted)):
            row += counts[u]
            counts[u] = row
        for b in range(sides):
            if back[b] == FOREVER:
                out[b, a, :] = begin
                continue
            for k in range(dates):
                out[b, a, k] = counts[place[b, k]]
    return out


@part
def _wanted_days(cuts: Int64, back: Int64) -> tuple[Int64, Int64]:
    """The different days of all edges in order, and each edge's place among them."""
    each = np.empty((len(back), len(cuts)), np.int64)
    for b in range(len(back)):
        for k in range(len(cuts)):
            each[b, k] = max(0, cuts[k] - back[b])
    wanted = np.unique(each)
    return wanted, np.searchsorted(wanted, each.ravel()).reshape(each.shape)


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
    rows = np.empty(len(day) + 1, np.int32)
    n = 0
    for a in range(accounts):
        for i in range(begin[a], begin[a + 1]):
            rows[n] = i  # stays where the row is odd: no jump that a processor must guess
            n += (day[i] < 0) | (last[i] != dates) | (first[i] != reach[day[i]])
        starts[a + 1] = n
    return rows[:n].copy(), starts


@compiled
def window_sums(
    edge: Int32,
    sides: Int64,
    running: Int64,
    odd: Int32,
    odd_begin: Int32,
    day: Int32,
    first: Int16,
    last: Int16,
    reach: Int16,
    far: Int64,
    near: Int64,
) -> Floats:
    """Sums over the visible rows of each window, shape (S, A, K); exact up to 2**53.

    Window `s` lies between `edge[sides[0, s]]` and `edge[sides[1, s]]`, and `running` holds
    the sums of the values before each row, one more than rows; empty, rows are counted. A
    window is a difference of two running sums; what that takes in of odd rows is put right
    date by date.
    """
    accounts, dates = edge.shape[1:]
    out = np.empty((len(far), accounts, dates))
    steps = np.zeros(dates + 1, np.int64)
    sums = np.empty(dates, np.int64)  # in whole numbers to the end, so that none is rounded twice
    for a in range(accounts):
        for s in range(len(far)):
            lower, upper = edge[sides[0, s], a], edge[sides[1, s], a]
            if len(running):
                for k in range(dates):
                    lo = np.uint32(lower[k])
                    sums[k] = running[max(lo, np.uint32(upper[k]))] - running[lo]
            else:
                for k in range(dates):
                    sums[k] = max(upper[k] - lower[k], 0)
            own = odd[odd_begin[a] : odd_begin[a + 1]]
            if len(own):
                for i in own:
                    value = running[i + 1] - running[i] if len(running) else 1
                    window = reach, far[s], near[s]
                    _take_out(steps, value, *_dates_by_day(day[i], dates, *window))
                    _take_out(steps, -value, *window_dates(day[i], first[i], last[i], *window))
                total = 0
                for k in range(dates):
                    total += steps[k]
                    sums[k] += total
                steps[:] = 0
            for k in range(dates):
                out[s, a, k] = sums[k]
    return out


@part
def _take_out(steps: Int64, value: int, begins: int, ends: int) -> None:
    """Lower a running total by `value` from one date to another, if that is later."""
    if begins < ends:
        steps[begins] -= value
        steps[ends] += value


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
