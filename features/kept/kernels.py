"""The compiled parts: running sums by day, days as bits, and different words."""

import numpy as np
import numpy.typing as npt

from features.compiled import part
from features.kernel import Floats, Int32, Int64
from features.kernel.gaps import LONGEST, tell

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
def mark_across(bits: Bits, place: Int32, day: Int32) -> None:
    """The same where the first axis is that of the days."""
    for i in range(len(place)):
        bits[day[i] >> 6, place[i]] |= np.uint64(1) << np.uint64(day[i] & 63)


@part
def ends(account: Int32, start: Int64, first: Int64, last: Int64) -> None:
    """Take in when rows happened, as the first and the last of their accounts."""
    for i in range(len(account)):
        a = account[i]
        first[a] = min(first[a], start[i])
        last[a] = max(last[a], start[i])


@part
def spread(bits: Bits, accounts: int, cut: int, far: Int64, gaps: bool) -> Int32:
    """What `rhythm` tells of the days that are set, at one date; shape (S, 4, A, 1)."""
    out = np.zeros((len(far), 4, accounts, 1), np.int32)
    for a in range(accounts):
        own = bits[a]
        for s in range(len(far)):
            begins = 0 if far[s] < 0 else max(0, cut - far[s])
            day = _next(own, begins, cut)
            if day == cut:
                continue
            out[s, 0, a, 0] = _count(own, begins, cut)
            out[s, 1, a, 0] = cut - day
            out[s, 2, a, 0] = cut - _latest(own, (cut + 63) >> 6)
            longest = 0
            while gaps and day < cut:
                following = _next(own, day + 1, cut)
                if following < cut:
                    longest = max(longest, following - day)
                day = following
            out[s, 3, a, 0] = longest
    return out


@part
def gaps_between(bits: Bits, accounts: int, cut: int, far: Int64) -> Floats:
    """What `gaps` tells of the days that are set, at one date; shape (S, 4, A, 1)."""
    out = np.full((len(far), 4, accounts, 1), np.nan)
    by_length = np.zeros(cut + 2, np.int64)
    for a in range(accounts):
        own = bits[a]
        for s in range(len(far)):
            begins = 0 if far[s] < 0 else max(0, cut - far[s])
            before, size = -1, 0
            for w in range(begins >> 6, (cut + 63) >> 6):
                word = own[w] & _mask(w, begins, cut)
                while word:
                    rest = word & (word - np.uint64(1))  # without its lowest bit
                    day = w * 64 + int(_ones((word ^ rest) - np.uint64(1)))
                    if before >= 0:
                        by_length[day - before] += 1
                        size += 1
                    before, word = day, rest
            if size:
                tell(by_length, size, cut - 1 - before, out[s, :, a, 0])
                by_length[: int(out[s, LONGEST, a, 0]) + 1] = 0
    return out


@part
def _next(bits: Bits, day: int, ends: int) -> int:
    """The first day from `day` on that is set; `ends` if none is before that."""
    if day >= ends:
        return ends
    w, last = day >> 6, (ends - 1) >> 6
    word = bits[w] & (np.uint64(0xFFFFFFFFFFFFFFFF) << np.uint64(day & 63))
    while word == 0:
        w += 1
        if w > last:
            return ends
        word = bits[w]
    lowest = word & (~word + np.uint64(1))
    return min(ends, w * 64 + int(_ones(lowest - np.uint64(1))))


@part
def see(place: Int32, day: Int32, latest: Int32) -> None:
    """Take in on which days words were seen, as the latest of each; -1 stands for none."""
    for i in range(len(place)):
        latest[place[i]] = max(latest[place[i]], day[i])


@part
def different(
    bits: Bits, latest: Int32, owner: Int32, words: int, cut: int, far: Int64, near: Int64
) -> Floats:
    """Count, by account and window, the words that were seen on one of its days, shape (S, A).

    `bits` are the days of each word of an account, the axis of the days first, `latest` the last
    of them, and `owner` the account; `far` is -1 for all of history.
    """
    accounts, least, begins = 0, cut, np.empty(len(far), np.int64)
    for s in range(len(far)):
        begins[s] = 0 if far[s] < 0 else max(0, cut - far[s])
        least = min(least, begins[s])
    for p in range(words):
        accounts = max(accounts, owner[p] + 1)
    out = np.zeros((len(far), accounts))
    for p in range(words):
        if latest[p] < least:
            continue
        for s in range(len(far)):
            if near[s] == 0:
                out[s, owner[p]] += latest[p] >= begins[s]
            elif latest[p] >= begins[s] and cut - near[s] > begins[s]:
                out[s, owner[p]] += _any(bits[:, p], begins[s], cut - near[s])
    return out


@part
def _latest(bits: Bits, words: int) -> int:
    """The last day that is set; -1 without any."""
    w = words - 1
    while w >= 0 and bits[w] == 0:
        w -= 1
    return w * 64 + _top(bits[w]) if w >= 0 else -1


@part
def _top(word: np.uint64) -> int:
    """The place of the highest bit that is set."""
    place = 0
    for step in (32, 16, 8, 4, 2, 1):
        if word >> np.uint64(step):
            word >>= np.uint64(step)
            place += step
    return place


@part
def _any(bits: Bits, begins: int, ends: int) -> bool:
    """Whether a day with `begins <= day < ends` is set; `ends` lies after `begins`."""
    low, high = begins >> 6, (ends - 1) >> 6
    seen = np.uint64(0)
    for w in range(low, high + 1):
        seen |= bits[w] & _mask(w, begins, ends)
    return bool(seen != 0)


@part
def _mask(w: int, begins: int, ends: int) -> np.uint64:
    """The bits of a word that stand for days with `begins <= day < ends`."""
    mask = np.uint64(0xFFFFFFFFFFFFFFFF)
    if w == begins >> 6:
        mask <<= np.uint64(begins & 63)
    if w == (ends - 1) >> 6:
        mask &= np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(63 - ((ends - 1) & 63))
    return mask


@part
def days_set(bits: Bits, begins: int, ends: int, out: Floats) -> None:
    """The number of days of each account with `begins <= day < ends` that are set."""
    for a in range(len(out)):
        out[a] = _count(bits[a], begins, ends)


@part
def _count(bits: Bits, begins: int, ends: int) -> int:
    count = np.uint64(0)
    if ends > begins:
        for w in range(begins >> 6, ((ends - 1) >> 6) + 1):
            count += _ones(bits[w] & _mask(w, begins, ends))
    return int(count)


@part
def _ones(word: np.uint64) -> np.uint64:
    """How many bits are set: added up in pairs, fours and bytes (Warren, Hacker's Delight)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    fours = np.uint64(0x3333333333333333)
    word = (word & fours) + ((word >> np.uint64(2)) & fours)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)
