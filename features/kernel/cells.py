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
def days_since(found: Int64, moments: Int64, cuts: Int64) -> Floats:
    """Days from the moment of each row found to the cut, shape (A, K); NaN without a row."""
    accounts, dates = found.shape
    out = np.empty((accounts, dates))
    for a in range(accounts):
        for k in range(dates):
            i = found[a, k]
            out[a, k] = np.nan if i == NO_ROW else (cuts[k] - moments[i]) / DAY
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


@compiled
def rows_by_code(code: Int32, codes: int) -> tuple[Int32, Int64]:
    """Rows ordered by their code, those of one code in their order; rows of -1 come first.

    Also where each code begins, from -1 on, and the number of rows.
    """
    begin = np.zeros(codes + 2, np.int64)
    for i in range(len(code)):
        begin[code[i] + 2] += 1
    for c in range(codes + 1):
        begin[c + 1] += begin[c]
    place = begin.copy()
    rows = np.empty(len(code), np.int32)
    for i in range(len(code)):
        c = code[i] + 1
        rows[place[c]] = i
        place[c] += 1
    return rows, begin
