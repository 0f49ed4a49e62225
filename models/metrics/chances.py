"""How near chances lie to what happened."""

import numpy as np

from models.metrics.bootstrap import Resamples, Vector, ratio
from models.metrics.sample import Sample


def log_loss(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Mean negative log-likelihood; lower is better."""
    return float(np.average(log_losses(lost, chance), weights=weight))


def log_losses(lost: Vector, chance: Vector) -> Vector:
    """Negative log-likelihood of each row; lower is better."""
    p = np.clip(chance, 1e-9, 1 - 1e-9)
    return np.asarray(-np.where(lost > 0, np.log(p), np.log1p(-p)))


def brier(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Mean squared distance from what happened; lower is better."""
    return float(np.average((chance - lost) ** 2, weights=weight))


def expected_over_observed(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Losses foretold over losses seen; 1 is right, NaN where none were seen."""
    seen = float(lost @ weight)
    return float(chance @ weight) / seen if seen else float("nan")


def drawn_log_loss(sample: Sample, draws: Resamples) -> Vector:
    """Log loss on all rows and by draw, shape (1 + draws,)."""
    return _mean(draws, log_losses(sample.lost, sample.chance))


def drawn_brier(sample: Sample, draws: Resamples) -> Vector:
    """Brier score on all rows and by draw, shape (1 + draws,)."""
    return _mean(draws, (sample.chance - sample.lost) ** 2)


def drawn_expected_over_observed(sample: Sample, draws: Resamples) -> Vector:
    """Losses foretold over losses seen, on all rows and by draw, shape (1 + draws,)."""
    sums = draws.sums(sample.chance, sample.lost)
    return ratio(sums[:, 0], sums[:, 1])


def _mean(draws: Resamples, values: Vector) -> Vector:
    sums = draws.sums(values, np.ones_like(values))
    return ratio(sums[:, 0], sums[:, 1])
