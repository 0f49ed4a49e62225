"""The compiled primitives that every measure comes down to.

Rows are facts grouped by account: those of account `a` are `begin[a]:begin[a + 1]`. A row
is visible at the dates `first <= k < last`, by their index; a row that becomes known late, or
that a newer version replaces, is no special case. `day` counts from the table's first day and
is UNDATED for what always held. Cuts are midnights, so whole days decide what is visible and
what lies in a window, to the microsecond.

A window reaches from `far` to `near` days before the cut; FOREVER has no far end and takes in
what is undated. Sums are sums of integers, so no result depends on the order of the rows, on
the other accounts of the bucket, or on the other dates asked for.

Shapes: rows (n,), windows S, accounts A, dates K; results are (S, A, K) or (A, K).
"""

from features.kernel.days import active_days, day_runs, rhythm
from features.kernel.extremes import first_rows, last_rows, soonest_rows
from features.kernel.gaps import gaps
from features.kernel.replies import answers
from features.kernel.single import edges_at, sums_at
from features.kernel.types import FOREVER, NO_ROW, UNDATED, Floats, Int16, Int32, Int64
from features.kernel.variety import distinct
from features.kernel.windows import edges, odd_rows, window_maxima, window_sums

__all__ = [
    "FOREVER",
    "NO_ROW",
    "UNDATED",
    "Floats",
    "Int16",
    "Int32",
    "Int64",
    "active_days",
    "answers",
    "day_runs",
    "distinct",
    "edges",
    "edges_at",
    "first_rows",
    "gaps",
    "last_rows",
    "odd_rows",
    "rhythm",
    "soonest_rows",
    "sums_at",
    "window_maxima",
    "window_sums",
]
