"""Exact sums over the rows of windows, shared by the measures that are made of them."""

import numpy as np

from features.clock import Floats, Mask
from features.contract import Kind
from features.held import MILLION
from features.kernel import Int64, sums_at, window_sums
from features.measures.lens import Lens
from features.rows import Rows

ONES = np.empty(0, np.int64)


def counts(lens: Lens, rows: Rows) -> Floats:
    """The number of visible rows in each window, shape (S, A, K)."""
    return lens.each_span(rows, "count", lambda some: integer_sums(some, rows, ONES))


def integer_sums(lens: Lens, rows: Rows, running: Int64) -> Floats:
    """Sums of whole numbers over the visible rows of each window, shape (S, A, K).

    `running` are the sums of the numbers before each row; where empty, rows are counted.
    """
    far, near = lens.far, lens.near
    if rows.dates == 1:
        seen = rows.begin, rows.day, rows.first, rows.last
        return sums_at(*seen, running, int(rows.grid.cuts[0]), far, near)
    edge, places = rows.edges([*far.tolist(), *near.tolist()])
    return window_sums(
        edge,
        places.reshape(2, -1),
        running,
        *rows.odd,
        rows.day,
        rows.first,
        rows.last,
        rows.grid.reach,
        far,
        near,
    )


def sums(lens: Lens, rows: Rows, column: str) -> Floats:
    """Sums of a column over the visible rows of each window, shape (S, A, K).

    Amounts are brought to the company's currency at the rate of each date. Empty values
    add nothing.
    """
    rows = rows.filled(column)
    return lens.each_span(rows, f"sum of {column}", lambda some: _sums(some, rows, column))


def _sums(lens: Lens, rows: Rows, column: str) -> Floats:
    table = rows.facts.table
    if table.column(column).kind is Kind.MONEY and "currency" in rows.facts.columns:
        return _converted(lens, rows, column)
    return _exact_sums(lens, rows, column)


def _exact_sums(lens: Lens, rows: Rows, column: str) -> Floats:
    """Sums to the millionth, in whole numbers so that they are exact in any order."""
    whole, millionths = rows.held.running(column)
    total = integer_sums(lens, rows, whole) if len(whole) else counts(lens, rows)
    if len(millionths):
        total = total + integer_sums(lens, rows, millionths) / MILLION
    return total


def _converted(lens: Lens, rows: Rows, column: str) -> Floats:
    currency = rows.facts.words("currency")
    own = _some(rows, currency.codes < 0)
    total = _exact_sums(lens, own, column)
    for word in sorted(currency.words) if own is not rows else ():
        mine = currency.among((word,))
        if mine.any():
            some = _some(rows, mine)
            total += _exact_sums(lens, some, column) * _rates(lens, some, word)
    return total


def _some(rows: Rows, mask: Mask) -> Rows:
    """The rows of a mask; the rows themselves where it holds all, so that nothing is copied."""
    return rows if mask.all() else rows.take(np.flatnonzero(mask))


def _rates(lens: Lens, rows: Rows, currency: str) -> Floats:
    """The rate at each date, shape (K,); 0 at dates at which none of the rows is visible.

    A currency without a rate is refused once an amount in it is seen, and not before.
    """
    seen = np.flatnonzero(rows.first < rows.last)
    steps = np.zeros(rows.dates + 1, np.int64)
    np.add.at(steps, rows.first[seen], 1)
    np.subtract.at(steps, rows.last[seen], 1)
    rates, dates = lens.timeline.bucket.rates, lens.timeline.dates
    at = np.zeros(rows.dates)
    for k in np.flatnonzero(np.cumsum(steps[:-1])):
        at[k] = rates.at(currency, dates[k])
    return at
