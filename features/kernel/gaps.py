"""The gaps between the active days of an account, and how the present silence compares."""

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import FOREVER, Floats, Int16, Int32, Int64

USUAL, LONGEST, SPREAD, OUTLASTED = range(4)
"""What `gaps` tells, by position on its second axis."""


@compiled
def gaps(
    begin: Int64, day: Int32, first: Int16, last: Int16, cuts: Int64, reach: Int16, far: Int64
) -> Floats:
    """Gaps in days between active days in a row, over windows that end at the cut.

    Takes what `active_days` returns. Returns, shape (S, 4, A, K): the median gap, the
    longest, their standard deviation (of a sample), and the share of them that are longer
    than the days without activity before the cut. NaN below two active days, for the
    deviation below three.

    Gaps are counted by their length. From one cut to the next only those are touched that
    come into the window or leave it, except in accounts with days that become known late
    or are withdrawn.
    """
    accounts, dates, windows = len(begin) - 1, len(cuts), len(far)
    out = np.full((windows, 4, accounts, dates), np.nan)
    by_length = np.zeros(max(cuts[-1], 0) + 2, np.int64)
    for a in range(accounts):
        plain = _is_plain(begin[a], begin[a + 1], day, first, last, reach)
        for s in range(windows):
            lo, hi = begin[a], begin[a]  # the window's rows; their gaps are counted
            for k in range(dates):
                start = 0 if far[s] == FOREVER else cuts[k] - far[s]
                if not plain:
                    lo, hi = begin[a], begin[a]
                    size, latest = _recount(
                        begin[a], begin[a + 1], day, first, last, start, cuts[k], k, by_length
                    )
                    if size:
                        tell(by_length, size, cuts[k] - 1 - latest, out[s, :, a, k])
                        by_length[: int(out[s, LONGEST, a, k]) + 1] = 0
                    continue
                while hi < begin[a + 1] and day[hi] < cuts[k]:
                    if hi > lo:
                        by_length[day[hi] - day[hi - 1]] += 1
                    hi += 1
                while lo < hi and day[lo] < start:
                    lo += 1
                    if lo < hi:
                        by_length[day[lo] - day[lo - 1]] -= 1
                if hi - lo > 1:
                    tell(by_length, hi - lo - 1, cuts[k] - 1 - day[hi - 1], out[s, :, a, k])
            for i in range(lo + 1, hi):
                by_length[day[i] - day[i - 1]] = 0
    return out


@part
def _is_plain(lo: int, hi: int, day: Int32, first: Int16, last: Int16, reach: Int16) -> bool:
    """Whether all of an account's active days are seen from their own day on, for good."""
    dates = reach[len(reach) - 1]
    late = 0
    for i in range(lo, hi):
        late += last[i] < dates or first[i] != reach[day[i]]
    return late == 0


@part
def _recount(
    lo: int,
    hi: int,
    day: Int32,
    first: Int16,
    last: Int16,
    start: int,
    cut: int,
    k: int,
    by_length: Int64,
) -> tuple[int, int]:
    """Count the gaps between the days of a window that are seen at one date, into `by_length`.

    Returns their number and the latest day.
    """
    size, before = 0, -1
    for i in range(lo, hi):
        if start <= day[i] < cut and first[i] <= k < last[i]:
            if before >= 0:
                by_length[day[i] - before] += 1
                size += 1
            before = day[i]
    return size, before


@part
def tell(by_length: Int64, size: int, silence: int, out: Floats) -> None:
    """What is told of `size` gaps, at least one, counted by their length."""
    lower, upper = (size + 1) // 2, size // 2 + 1  # the ranks of the one or two in the middle
    seen, total, squares, outlasted, middle = 0, 0, 0, 0, 0
    length = 0
    while seen < size:
        length += 1
        count = by_length[length]
        if count == 0:
            continue
        if seen < lower <= seen + count:
            middle += length
        if seen < upper <= seen + count:
            middle += length
        seen += count
        total += count * length
        squares += count * length * length
        if length > silence:
            outlasted += count
    out[USUAL], out[LONGEST] = middle / 2, length
    out[OUTLASTED] = outlasted / size
    if size > 1:
        out[SPREAD] = np.sqrt((size * squares - total * total) / (size * (size - 1)))
