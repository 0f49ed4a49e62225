"""Values as normal scores of their ranks, so that no outlier and no unit decides anything."""

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from models.encoding import Matrix
from models.metrics.bootstrap import Ints, Vector


def normal_scores(values: Matrix, dates: Ints) -> Matrix:
    """Van der Waerden scores within each date: equals share one, missing stays missing.

    Comparing ranks of one date takes season and growth of the whole base out. A column with
    one value on a date scores 0 there.

    Args:
        values: shape (rows, columns), NaN is missing.
        dates: the date of each row, shape (rows,).
    """
    out = np.full(values.shape, np.nan)
    for day in np.unique(dates):
        rows = np.flatnonzero(dates == day)
        out[rows] = _scores(values[rows])
    return out


def _scores(values: Matrix) -> Matrix:
    present = np.isfinite(values)
    filled = np.where(present, values, np.inf)  # missing values rank behind all others
    ranks = rankdata(filled, axis=0)
    counts = np.maximum(present.sum(axis=0), 1)
    return np.where(present, ndtri(np.minimum(ranks / (counts + 1), 1 - 1e-9)), np.nan)


def average_ranks(values: Vector) -> Vector:
    """Ranks from 0 to 1, missing values in the middle, shape (rows,)."""
    known = np.isfinite(values)
    out = np.full(len(values), 0.5)
    if known.any():
        out[known] = rankdata(values[known]) / (known.sum() + 1)
    return out
