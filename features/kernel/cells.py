"""Arithmetic cell by cell, in one pass over the arrays."""

import numpy as np

from features.clock import DAY
from features.compiled import compiled
from features.kernel.types import NO_ROW, Floats, Int32, Int64


@compiled
def ratios(part: Floats, whole: Floats) -> Floats:
    """`part / whole` of flat arrays, NaN where the whole is not above zero."""
    out = np.empty(len(part))
    for i in range(len(part)):
        out[i] = part[i] / whole[i] if whole[i] > 0 else np.nan
    return out


@compiled
def changes(now: Floats, before: Floats, lived: Floats, least: float) -> Floats:
    """(now - before) / (|now| + |before|) of flat arrays, empty windows counting as 0.

    NaN where both are 0, and where fewer than `least` days of the earlier window were lived.
    """
    out = np.empty(len(now))
    for i in range(len(now)):
        a = 0.0 if np.isnan(now[i]) else now[i]
        b = 0.0 if np.isnan(before[i]) else before[i]
        size = abs(a) + abs(b)
        out[i] = (a - b) / size if size > 0 and not lived[i] < least else np.nan
    return out


@compiled
def scales(life: Floats, near: float, window: float, least: float) -> Floats:
    """The length of a window over the days of it that were lived, all arrays flat.

    At least `least` days count as lived; 1 without a trace of life.
    """
    out = np.empty(len(life))
    for i in range(len(life)):
        lived = min(max(life[i] - near, least), window)
        out[i] = 1.0 if np.isnan(life[i]) else window / lived
    return out


@compiled
def days_since(found: Int64, rows: Int32, moments: Int64, cuts: Int64) -> Floats:
    """Days from the moment of each row found to the cut, shape (A, K); NaN without a row.

    `rows` says where each row's moment lies; empty, they lie in the rows' own order.
    """
    accounts, dates = found.shape
    out = np.empty((accounts, dates))
    for a in range(accounts):
        for k in range(dates):
            i = found[a, k]
            if i != NO_ROW and len(rows):
                i = rows[i]
            out[a, k] = np.nan if i == NO_ROW else (cuts[k] - moments[i]) / DAY
    return out


@compiled
def picked(values: Int64, found: Int64, nothing: int) -> Int64:
    """The value of each row found, `nothing` without a row; all arrays flat."""
    out = np.empty(len(found), np.int64)
    for i in range(len(found)):
        out[i] = nothing if found[i] == NO_ROW else values[found[i]]
    return out


@compiled
def filled(values: Floats, nothing: float) -> Floats:
    """Flat values with `nothing` for NaN."""
    out = np.empty(len(values))
    for i in range(len(values)):
        out[i] = nothing if np.isnan(values[i]) else values[i]
    return out


@compiled
def split(values: Floats, unit: int) -> tuple[Int64, Int64, float, bool, bool]:
    """Numbers as whole parts and the rest in units, e.g. millionths.

    Also the largest in size, whether all are 1 and whether any has a rest. What is no number
    or too large is 0.
    """
    whole = np.empty(len(values), np.int64)
    largest, ones, rests = 0.0, True, False
    for i in range(len(values)):
        value = values[i]
        size = abs(value)
        fits = size < 2.0**53
        number = value if fits else 0.0
        whole[i] = np.int64(number)
        largest = max(largest, size if size == size else 0.0)
        ones = ones and value == 1
        rests = rests or number != whole[i]
    rest = np.zeros(len(values) if rests else 0, np.int64)
    for i in range(len(rest)):
        if abs(values[i]) < 2.0**53:
            rest[i] = np.int64(np.rint((values[i] - whole[i]) * unit))
    return whole, rest, largest, ones, rests
