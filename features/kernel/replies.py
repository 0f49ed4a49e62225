"""Messages and their answers."""

import numpy as np

from features.clock import NEVER
from features.compiled import compiled
from features.kernel.types import FOREVER, Int16, Int32, Int64, Mask


@compiled
def answers(
    begin: Int64,
    start: Int64,
    asks: Mask,
    day: Int32,
    first: Int16,
    last: Int16,
    cuts: Int64,
    far: Int64,
    within: int,
) -> Int64:
    """Which messages were answered, and how fast.

    A message that asks is answered by the first later one that does not, at most `within`
    microseconds after it. Rows must be ordered by `start` within each account.
    Returns, shape (3, S, A, K): messages that ask in the window, those of them answered by
    the cut, and the microseconds until their answers, summed.
    """
    accounts, dates, windows = len(begin) - 1, len(cuts), len(far)
    out = np.zeros((3, windows, accounts, dates), np.int64)
    never = np.int64(NEVER)
    for a in range(accounts):
        for k in range(dates):
            # The nearest answers after the row in hand: one, and the next that is later.
            soonest, later = never, never
            for i in range(begin[a + 1] - 1, begin[a] - 1, -1):
                if not first[i] <= k < last[i] or day[i] < 0:
                    continue
                if not asks[i]:
                    if start[i] < soonest:
                        soonest, later = start[i], soonest
                    continue
                spoken = soonest if soonest > start[i] else later
                answered = spoken != never and spoken - start[i] <= within
                for s in range(windows):
                    if far[s] == FOREVER or day[i] >= cuts[k] - far[s]:
                        out[0, s, a, k] += 1
                        if answered:
                            out[1, s, a, k] += 1
                            out[2, s, a, k] += spoken - start[i]
    return out
