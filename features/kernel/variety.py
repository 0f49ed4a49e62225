"""How many different words a window holds."""

import numpy as np
import numpy.typing as npt

from features.compiled import compiled, part
from features.kernel.types import FOREVER, UNDATED, Floats, Int16, Int32, Int64

Bits = npt.NDArray[np.uint64]


@compiled
def distinct(
    begin: Int64,
    upper: Int32,
    code: Int32,
    codes: int,
    odd: Int32,
    odd_begin: Int32,
    day: Int32,
    first: Int16,
    last: Int16,
    cuts: Int64,
    far: Int64,
    near: Int64,
) -> Floats:
    """The number of different codes, 0 to `codes` - 1, among the visible rows of each window.

    For each code of an account its latest visible day is kept, which answers windows that
    end at the cut, and a bitmap of its days, which answers windows that end before it.
    `upper` are the edges at the cut. Shape (S, A, K).
    """
    accounts, dates = len(begin) - 1, len(cuts)
    out = np.zeros((len(far), accounts, dates))
    words = _words_of_days(cuts, near)
    most = min(codes, _longest(begin))
    slot_of = np.full(codes, -1, np.int32)  # slots are numbered on, from account to account
    latest = np.empty(most, np.int32)
    bits = np.zeros((words, most), np.uint64)
    found = np.empty(most, np.uint64)
    base = np.int32(0)
    for a in range(accounts):
        if begin[a] == begin[a + 1]:
            continue
        stays = _stay(odd[odd_begin[a] : odd_begin[a + 1]], first, last, dates)
        row, odder, slots = begin[a], odd_begin[a], 0
        for k in range(dates):
            if not stays:  # versions were replaced: begin anew from what is visible now
                bits[:, :slots] = 0
                base += slots
                row, odder, slots = begin[a], odd_begin[a], 0
            while row < upper[a, k]:
                if odder < odd_begin[a + 1] and odd[odder] == row:
                    odder += 1
                    row += 1
                    continue
                u = slot_of[code[row]] - base
                if u < 0:
                    u = slots
                    slot_of[code[row]] = base + u
                    slots += 1
                latest[u] = day[row]
                if words:
                    bits[day[row] >> 6, u] |= np.uint64(1) << np.uint64(day[row] & 63)
                row += 1
            for j in range(odd_begin[a], odd_begin[a + 1]):
                i = odd[j]
                if first[i] < last[i] and (
                    first[i] == k or (not stays and first[i] <= k < last[i])
                ):
                    u = slot_of[code[i]] - base
                    if u < 0:
                        u = slots
                        slot_of[code[i]] = base + u
                        latest[u] = UNDATED
                        slots += 1
                    latest[u] = max(latest[u], day[i])
                    if words and day[i] >= 0:
                        bits[day[i] >> 6, u] |= np.uint64(1) << np.uint64(day[i] & 63)
            _count_since(latest[:slots], cuts[k], far, near, out[:, a, k])
            if words:
                _count_before(bits[:, :slots], cuts[k], far, near, found[:slots], out[:, a, k])
        bits[:, :slots] = 0
        base += slots
    return out


@part
def _words_of_days(cuts: Int64, near: Int64) -> int:
    """Words of 64 days that a bitmap takes; none where every window ends at the cut."""
    for s in range(len(near)):
        if near[s] > 0:
            return (int(cuts[-1]) + 64) // 64
    return 0


@part
def _stay(odd: Int32, first: Int16, last: Int16, dates: int) -> bool:
    """Whether all rows stay once they are visible."""
    stays = True
    for i in odd:
        stays = stays and (last[i] == dates or first[i] >= last[i])
    return stays


@part
def _longest(begin: Int64) -> int:
    most = 0
    for a in range(len(begin) - 1):
        most = max(most, begin[a + 1] - begin[a])
    return most


@part
def _count_since(latest: Int32, cut: int, far: Int64, near: Int64, out: Floats) -> None:
    """How many slots were last seen within each window that ends at the cut."""
    for s in range(len(far)):
        if near[s] == 0:
            begins = np.int32(UNDATED if far[s] == FOREVER else max(0, cut - far[s]))
            count = np.int32(0)
            for u in range(len(latest)):
                count += np.int32(latest[u] >= begins)
            out[s] = count


@part
def _count_before(bits: Bits, cut: int, far: Int64, near: Int64, found: Bits, out: Floats) -> None:
    """How many slots have a day in each window that ends before the cut."""
    for s in range(len(far)):
        begins = 0 if far[s] == FOREVER else max(0, cut - far[s])
        if near[s] > 0 and cut - near[s] > begins:
            out[s] = _with_a_day(bits, begins, cut - near[s], found)


@part
def _with_a_day(bits: Bits, begins: int, ends: int, found: Bits) -> int:
    """How many slots have a day with `begins <= day < ends`; `ends` lies after `begins`.

    `bits` are words of 64 days by slots, so that many slots are looked at in one step;
    `found` is room to work in.
    """
    full = np.uint64(0xFFFFFFFFFFFFFFFF)
    low, high = begins >> 6, (ends - 1) >> 6
    found[:] = 0
    for w in range(low, high + 1):
        mask = full << np.uint64(begins & 63) if w == low else full
        if w == high:
            mask &= full >> np.uint64(63 - ((ends - 1) & 63))
        for u in range(len(found)):
            found[u] |= bits[w, u] & mask
    count = 0
    for u in range(len(found)):
        count += 1 if found[u] != 0 else 0
    return count
