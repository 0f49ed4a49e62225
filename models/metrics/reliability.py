"""Whether chances come true: the calibration line, and what Brier score and ECE are made of."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.metrics.bootstrap import Matrix, Resamples, Vector, quantile_bins, ratio
from models.metrics.chances import drawn_brier
from models.metrics.sample import Sample

RIDGE = 1e-6
BINS = 10
NULL_DRAWS, NULL_ROWS = 100, 4_000_000
"""As many draws of a perfect model as make this many rows, at most the first number."""
NULL_SEED = 20


def calibration_line(lost: Vector, chance: Vector) -> tuple[float, float]:
    """Intercept and slope of what happened on the log-odds of the chance (Cox 1958).

    Slope 1 and intercept 0 are right; a slope below 1 means the chances were too extreme.
    Both are NaN where none or all are lost, and where all chances are the same.
    """
    return line(lost, log_odds(chance))


def log_odds(chance: Vector) -> Vector:
    """Log-odds of chances, finite at 0 and 1."""
    p = np.clip(chance, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(p) - np.log1p(-p))


def line(lost: Vector, x: Vector) -> tuple[float, float]:
    """Intercept and slope of the log-odds of loss on `x`; NaN where there is no such line."""
    if not 0 < lost.sum() < len(lost) or np.ptp(x) < 1e-9:
        return float("nan"), float("nan")
    design = np.column_stack([np.ones_like(x), x])
    beta = np.array([0.0, 1.0])
    for _ in range(50):  # Newton's method; the ridge keeps separable data finite
        mu = _sigmoid(design @ beta)
        curve = design.T @ (design * (mu * (1 - mu))[:, None]) + RIDGE * np.eye(2)
        step = np.linalg.solve(curve, design.T @ (lost - mu) - RIDGE * (beta - [0.0, 1.0]))
        beta = beta + step * min(1.0, 2.0 / float(np.max(np.abs(step))))
        if np.max(np.abs(step)) < 1e-10:
            break
    return float(beta[0]), float(beta[1])


def drawn_intercept(sample: Sample, draws: Resamples) -> Vector:
    """Intercept of the calibration line on all rows and by draw, shape (1 + draws,)."""
    return _lines(sample, draws)[:, 0]


def drawn_slope(sample: Sample, draws: Resamples) -> Vector:
    """Slope of the calibration line on all rows and by draw, shape (1 + draws,)."""
    return _lines(sample, draws)[:, 1]


def _lines(sample: Sample, draws: Resamples) -> Matrix:
    """The calibration line of all rows, and of each draw by one Newton step from there.

    One step from the whole sample's line is as good as the draw's own line to second order,
    and needs five sums by account instead of a fit by draw.
    """
    beta = np.array(calibration_line(sample.lost, sample.chance))
    if np.isnan(beta).any():
        return np.full((1 + len(draws.drawn), 2), np.nan)
    x = log_odds(sample.chance)
    mu = _sigmoid(beta[0] + beta[1] * x)
    residual, spread = sample.lost - mu, mu * (1 - mu)
    sums = draws.sums(residual, residual * x, spread, spread * x, spread * x * x)
    u, v, a, b, c = (sums[:, i] for i in range(5))
    surface = a * c - b * b
    steps = np.column_stack([ratio(c * u - b * v, surface), ratio(a * v - b * u, surface)])
    steps[0] = 0.0
    return np.asarray(beta + steps)


def drawn_reliability(sample: Sample, draws: Resamples) -> Vector:
    """Mean squared distance of what was said from what came, over bins of equal size.

    The first part of Murphy's (1973) decomposition of the Brier score; 0 is right.
    """
    sums = _bin_sums(sample, draws)
    gap = (sums.chance - sums.lost) ** 2
    parts = np.divide(gap, sums.rows, out=np.zeros_like(gap), where=sums.rows > 0)
    return ratio(parts.sum(axis=1), sums.rows.sum(axis=1))


def drawn_uncertainty(sample: Sample, draws: Resamples) -> Vector:
    """The Brier score of the base rate, which no forecast changes (Murphy 1973)."""
    sums = draws.sums(sample.lost, np.ones_like(sample.lost))
    rate = ratio(sums[:, 0], sums[:, 1])
    return rate * (1 - rate)


def drawn_resolution(sample: Sample, draws: Resamples) -> Vector:
    """How far the chances set rows apart that fared differently; more is better.

    Generalised to chances that differ within a bin (Stephenson, Coelho and Jolliffe 2008), so
    that Brier score = reliability - resolution + uncertainty holds exactly.
    """
    parts = (drawn_reliability, drawn_uncertainty, drawn_brier)
    reliability, uncertainty, brier = (part(sample, draws) for part in parts)
    return reliability + uncertainty - brier


def drawn_ece(sample: Sample, draws: Resamples) -> Vector:
    """Expected calibration error less what a perfect model would show on as few rows.

    The mean absolute distance of chance from outcome over bins of equal size is never 0, even
    for the true chances. So outcomes are drawn from the chances themselves and the mean of
    their error is taken away: 0 is right, and a perfect model is a little below 0 as often as
    above. Rows of one account whose horizons overlap share their fate in those draws, as they
    do in life. The draws are centred on the figure, because each adds noise of its own.
    """
    found = _error(_bin_sums(sample, draws))
    value = found[0] - _perfect_error(sample, draws.owner)
    return np.concatenate([[value], found[1:] - np.nanmean(found[1:]) + value])


def _perfect_error(sample: Sample, owner: npt.NDArray[np.int64]) -> float:
    """Mean calibration error of outcomes that are drawn from the chances, by fate shared."""
    _, fate = np.unique(np.column_stack([owner, sample.window]), axis=0, return_inverse=True)
    rng, bins = np.random.default_rng(NULL_SEED), quantile_bins(sample.chance, BINS)
    rows, chance = np.bincount(bins), np.bincount(bins, sample.chance)
    errors = []
    for _ in range(min(NULL_DRAWS, 1 + NULL_ROWS // len(chance))):
        lost = rng.random(int(fate.max()) + 1)[fate] < sample.chance
        errors.append(np.abs(chance - np.bincount(bins, lost)).sum() / rows.sum())
    return float(np.mean(errors))


@dataclass(frozen=True)
class _BinSums:
    """Sums by draw and bin, shape (1 + draws, bins) each."""

    rows: Matrix
    chance: Matrix
    lost: Matrix


def _bin_sums(sample: Sample, draws: Resamples) -> _BinSums:
    bins = quantile_bins(sample.chance, BINS)
    values = (np.ones_like(sample.chance), sample.chance, sample.lost)
    return _BinSums(*(draws.binned(each, bins) for each in values))


def _error(sums: _BinSums) -> Vector:
    return ratio(np.abs(sums.chance - sums.lost).sum(axis=1), sums.rows.sum(axis=1))


def _sigmoid(x: Vector) -> Vector:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))
