"""The compiled parts: running sums by day, days as bits, and different words."""

import numpy as np
import numpy.typing as npt

from features.compiled import part
from features.kernel import Floats, Int16, Int32, Int64

Bits = npt.NDArray[np.uint64]


@part
def post(
    lane: Int64, account: Int32, day: Int32, values: Int64, since: int, until: int, fresh: int
) -> None:
    """Add values to running sums by day.

    `lane[t % R, a]` holds the sum over the days before `t`, for `since <= t <= until`, R of
    them at least. Accounts from `fresh` on hold nothing yet: their days are summed in one
    pass at the end, where the others' are added to one by one. Without values rows count 1.
    """
    size, most = len(lane), fresh
    for i in range(len(account)):
        a, t = account[i], max(day[i] + 1, since)
        value = values[i] if len(values) else 1
        if a >= fresh:
            lane[t % size, a] += value
            most = max(most, a + 1)
            continue
        for u in range(t, until + 1):
            lane[u % size, a] += value
    for t in range(since + 1, until + 1):
        for a in range(fresh, most):
            lane[t % size, a] += lane[(t - 1) % size, a]


@part
def carry(lane: Int64, before: int, until: int) -> None:
    """Let what was summed before `before` stand for the days up to `until` too."""
    size = len(lane)
    for t in range(max(before, until - size) + 1, until + 1):
        lane[t % size] = lane[before % size]


@part
def between(lane: Int64, accounts: int, low: int, high: int, out: Floats) -> None:
    """The sum over the days from `low` (-1: from the very first) to before `high`."""
    size = len(lane)
    for a in range(accounts):
        total = lane[high % size, a]
        if low >= 0:
            total -= lane[low % size, a]
        out[a] = total


@part
def mark(bits: Bits, place: Int32, day: Int32) -> None:
    """Set the day of each row, in the words of its account or of its word."""
    for i in range(len(place)):
        bits[place[i], day[i] >> 6] |= np.uint64(1) << np.uint64(day[i] & 63)


@part
def ends(account: Int32, start: Int64, first: Int64, last: Int64) -> None:
    """Take in when rows happened, as the first and the last of their accounts."""
    for i in range(len(account)):
        a = account[i]
        first[a] = min(first[a], start[i])
        last[a] = max(last[a], start[i])


@part
def spread_out(bits: Bits, accounts: int) -> tuple[Int64, Int32, Int16, Int16]:
    """The days that are set as rows that are visible at the one date there is.

    Returns `begin`, `day`, `first` and `last` as `active_days` does.
    """
    begin = np.zeros(accounts + 1, np.int64)
    words = bits.shape[1]
    for a in range(accounts):
        count = np.int64(0)
        for w in range(words):
            word = bits[a, w]
            while word:
                word &= word - np.uint64(1)
                count += 1
        begin[a + 1] = begin[a] + count
    size = begin[accounts]
    day = np.empty(size, np.int32)
    n = 0
    for a in range(accounts):
        for w in range(words):
            word = bits[a, w]
            d = w * 64
            while word:
                while not word & np.uint64(0xFF):
                    word >>= np.uint64(8)
                    d += 8
                if word & np.uint64(1):
                    day[n] = d
                    n += 1
                word >>= np.uint64(1)
                d += 1
    return begin, day, np.zeros(size, np.int16), np.ones(size, np.int16)


@part
def different(
    bits: Bits, owner: Int32, words: int, cut: int, far: Int64, near: Int64, out: Floats
) -> None:
    """Count, by account and window, the words that were seen on one of its days.

    `bits` are the days of each word of an account, `owner` the account; `far` is -1 for all
    of history. `out` has shape (S, A) and is 0.
    """
    low, high = np.empty(len(far), np.int64), np.empty(len(far), np.int64)
    for s in range(len(far)):
        low[s] = 0 if far[s] < 0 else max(0, cut - far[s])
        high[s] = cut - near[s]
    full = np.uint64(0xFFFFFFFFFFFFFFFF)
    for p in range(words):
        for s in range(len(far)):
            if high[s] <= low[s]:
                continue
            lowest, highest = low[s] >> 6, (high[s] - 1) >> 6
            seen = np.uint64(0)
            for w in range(lowest, highest + 1):
                mask = full << np.uint64(low[s] & 63) if w == lowest else full
                if w == highest:
                    mask &= full >> np.uint64(63 - ((high[s] - 1) & 63))
                seen |= bits[p, w] & mask
            if seen:
                out[s, owner[p]] += 1
