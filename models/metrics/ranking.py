"""How well rows are put in order: which are lost, and which stay."""

from collections.abc import Callable

import numpy as np

from models.metrics.bootstrap import Matrix, Resamples, Vector, quantile_bins, ratio
from models.metrics.sample import Sample, by_chance

RANK_BINS = 200
"""Bins in which draws see the order of rows; the figure on all rows sees every row."""


def auc(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Chance that a lost account was ranked above one that stayed; NaN without both."""
    gone, there = by_chance(lost, chance, weight)
    pairs = gone.sum() * there.sum()
    below = np.cumsum(there) - there / 2  # one of the same chance is above half the time
    return float(gone @ below / pairs) if pairs else float("nan")


def average_precision(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Area under precision against recall; NaN where none are lost."""
    gone, there = (part[::-1] for part in by_chance(lost, chance, weight))
    found = np.cumsum(gone)
    asked = found + np.cumsum(there)
    precision = np.divide(found, asked, out=np.zeros_like(found), where=asked > 0)
    return float(gone @ precision / found[-1]) if found[-1] else float("nan")


def top_decile_lift(lost: Vector, chance: Vector, weight: Vector) -> float:
    """How much more often the riskiest tenth was lost than all; NaN where none were lost.

    Rows of the same chance share the place they take, so that their order says nothing.
    """
    gone, there = (part[::-1] for part in by_chance(lost, chance, weight))
    if not gone.sum():
        return float("nan")
    weights = gone + there
    taken = np.clip(0.1 * weight.sum() - (np.cumsum(weights) - weights), 0.0, weights)
    share = np.divide(taken, weights, out=np.zeros_like(weights), where=weights > 0)
    return float((gone @ share / taken.sum()) / (gone.sum() / weight.sum()))


def drawn_auc(sample: Sample, draws: Resamples) -> Vector:
    """AUC on all rows and by draw, shape (1 + draws,)."""
    return around(_whole(auc, sample), _auc(*_ranked(sample, draws, lowest_first=True)))


def drawn_average_precision(sample: Sample, draws: Resamples) -> Vector:
    """Average precision on all rows and by draw, shape (1 + draws,)."""
    parts = _ranked(sample, draws, lowest_first=False)
    return around(_whole(average_precision, sample), _precision(*parts))


def drawn_top_decile_lift(sample: Sample, draws: Resamples) -> Vector:
    """Lift of the riskiest tenth on all rows and by draw, shape (1 + draws,)."""
    parts = _ranked(sample, draws, lowest_first=False)
    return around(_whole(top_decile_lift, sample), _lift(*parts))


def around(exact: float, figures: Vector) -> Vector:
    """Figures made of bins, moved by what the bins alone have changed on all rows."""
    return np.asarray(figures + (exact - figures[0]))


def _whole(metric: Callable[[Vector, Vector, Vector], float], sample: Sample) -> float:
    return metric(sample.lost, sample.chance, np.ones(len(sample.lost)))


def _auc(gone: Matrix, there: Matrix) -> Vector:
    below = np.cumsum(there, axis=1) - there / 2
    return ratio(np.einsum("ij,ij->i", gone, below), gone.sum(axis=1) * there.sum(axis=1))


def _precision(gone: Matrix, there: Matrix) -> Vector:
    found = np.cumsum(gone, axis=1)
    asked = found + np.cumsum(there, axis=1)
    precision = np.divide(found, asked, out=np.zeros_like(found), where=asked > 0)
    return ratio(np.einsum("ij,ij->i", gone, precision), found[:, -1])


def _lift(gone: Matrix, there: Matrix) -> Vector:
    weights = gone + there
    total = weights.sum(axis=1)
    taken = np.clip(0.1 * total[:, None] - (np.cumsum(weights, axis=1) - weights), 0.0, weights)
    share = np.divide(taken, weights, out=np.zeros_like(weights), where=weights > 0)
    found = np.einsum("ij,ij->i", gone, share)
    return ratio(ratio(found, taken.sum(axis=1)), ratio(gone.sum(axis=1), total))


def _ranked(sample: Sample, draws: Resamples, lowest_first: bool) -> tuple[Matrix, Matrix]:
    """Weights of the lost and of those who stayed by bin of the chance, draw by draw.

    Sums by account and bin make all draws one sparse product: many times faster than to rank
    the rows of every draw.
    """
    bins = quantile_bins(sample.chance if lowest_first else -sample.chance, RANK_BINS)
    return draws.binned(sample.lost, bins), draws.binned(1 - sample.lost, bins)
