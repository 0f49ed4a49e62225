"""Signals that tell the same: only the strongest of them is worth a reader's time."""

import numpy as np
from scipy.stats import rankdata

from models.encoding import Matrix

ECHO = 0.8
"""Rank correlation from which on a signal tells the same as a stronger one."""


def echoes(values: Matrix) -> dict[int, list[int]]:
    """By each column that repeats none before it, the later ones that repeat it.

    Args:
        values: shape (rows, columns), the column that matters most first; NaN is missing.
    """
    if not values.shape[1]:
        return {}
    alike = np.abs(rank_correlation(values))
    found: dict[int, list[int]] = {}
    for column in range(values.shape[1]):
        near = [leader for leader in found if alike[column, leader] >= ECHO]
        if near:
            found[max(near, key=lambda leader: alike[column, leader])].append(column)
        else:
            found[column] = []
    return found


def rank_correlation(values: Matrix) -> Matrix:
    """Spearman's correlation of the columns; missing values count as their middle.

    Shape (columns, columns); 0 where a column has one value only.
    """
    middle = np.array([_median(values[:, n]) for n in range(values.shape[1])])
    ranks = rankdata(np.where(np.isfinite(values), values, middle), axis=0)
    ranks -= ranks.mean(axis=0)
    size = np.sqrt((ranks**2).sum(axis=0))
    ranks /= np.where(size > 0, size, 1.0)
    return np.asarray(ranks.T @ ranks)


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0
