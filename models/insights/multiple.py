"""Many tests at once: how small p-values may come out by chance alone."""

from collections.abc import Iterable

import numpy as np
from scipy.stats import false_discovery_control

from models.metrics.bootstrap import Vector

LEVEL = 0.05
"""The share of false discoveries allowed among all that are told."""


def simes(p: Iterable[float]) -> float:
    """One p-value for "none of these is anything" (Simes, Biometrika 1986); NaN without any.

    Valid for tests that depend on one another positively, as the windows and months of one
    signal do.
    """
    known = np.sort([each for each in p if np.isfinite(each)])
    if not len(known):
        return float("nan")
    return float(min(1.0, (len(known) * known / np.arange(1, len(known) + 1)).min()))


def false_discovery(p: Iterable[float]) -> Vector:
    """The smallest level at which each test is a discovery (Benjamini and Hochberg 1995).

    Args:
        p: p-values; NaN is no test, does not count and stays NaN.
    """
    given = np.fromiter(p, dtype=np.float64)
    known = np.isfinite(given)
    out = np.full(len(given), np.nan)
    if known.any():
        out[known] = false_discovery_control(given[known])
    return out
