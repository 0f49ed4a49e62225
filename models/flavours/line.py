"""A regression row by row, in an order of adding that no other row changes.

A matrix product adds up as the machine and the number of rows suggest, so that a row alone and
the same row among others differ in their last bits. Here they are the same bits.
"""

from typing import NamedTuple

import numpy as np

from features.compiled import compiled, part
from features.kernel.types import Floats, Int64

SCALED, MISSING = -1, -2
"""What an own column shows: the scaled value, whether it is missing, or else one word."""


class Line(NamedTuple):
    """A fitted regression as arrays.

    Attributes:
        source: the input column of each own column, as `code`, `coefficient` and `mean` of
            shape (own columns,).
        code: what it shows.
        centre, scale, low, high: of each input column, shape (columns,).
    """

    source: Int64
    code: Int64
    coefficient: Floats
    mean: Floats
    centre: Floats
    scale: Floats
    low: Floats
    high: Floats


@compiled
def line_scores(inputs: Floats, line: Line, intercept: float) -> Floats:
    """Log-odds, shape (rows,)."""
    out = np.empty(len(inputs))
    for row in range(len(inputs)):
        total = 0.0
        for i in range(len(line.source)):
            total += _shown(inputs[row], line, i) * line.coefficient[i]
        out[row] = total + intercept
    return out


@compiled
def line_shares(inputs: Floats, line: Line, intercept: float) -> Floats:
    """Coefficient times distance from the mean by input column, the base last."""
    base = intercept
    for i in range(len(line.source)):
        base += line.mean[i] * line.coefficient[i]
    out = np.zeros((len(inputs), inputs.shape[1] + 1))
    for row in range(len(inputs)):
        for i in range(len(line.source)):
            apart = _shown(inputs[row], line, i) - line.mean[i]
            out[row, line.source[i]] += apart * line.coefficient[i]
        out[row, -1] = base
    return out


@part
def _shown(row: Floats, line: Line, own: int) -> float:
    """The value of one of the regression's own columns."""
    source, code = line.source[own], line.code[own]
    value = row[source]
    if code == MISSING:
        return 1.0 if np.isnan(value) else 0.0
    if code != SCALED:
        return 1.0 if value == code else 0.0
    if np.isnan(value):
        return 0.0
    inside = min(max(value, line.low[source]), line.high[source])
    scaled = (inside - line.centre[source]) / line.scale[source]
    return 0.0 if np.isnan(scaled) else np.arcsinh(scaled)
