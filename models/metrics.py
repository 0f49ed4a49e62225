"""How good a probability is, with intervals from a bootstrap over accounts.

Rows of one account are not independent, so whole accounts are drawn, never rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Metric = Callable[[Vector, Vector, Vector], float]
"""Takes lost (0 or 1), chance and weight, each of shape (rows,)."""


RIDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def log_loss(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Mean negative log-likelihood; lower is better."""
    p = np.clip(chance, 1e-9, 1 - 1e-9)
    return float(np.average(-np.where(lost > 0, np.log(p), np.log1p(-p)), weights=weight))


def auc(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Chance that a lost account was ranked above one that stayed; NaN without both."""
    gone, there = _by_chance(lost, chance, weight)
    pairs = gone.sum() * there.sum()
    below = np.cumsum(there) - there / 2  # one of the same chance is above half the time
    return float(gone @ below / pairs) if pairs else float("nan")


def average_precision(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Area under precision against recall; NaN where none are lost."""
    gone, there = (part[::-1] for part in _by_chance(lost, chance, weight))
    found = np.cumsum(gone)
    asked = found + np.cumsum(there)
    precision = np.divide(found, asked, out=np.zeros_like(found), where=asked > 0)
    return float(gone @ precision / found[-1]) if found[-1] else float("nan")


def _by_chance(lost: Vector, chance: Vector, weight: Vector) -> tuple[Vector, Vector]:
    """Weight of the lost and of those who stayed at each distinct chance, lowest first."""
    _, place = np.unique(chance, return_inverse=True)
    gone, there = (np.bincount(place, weight * part) for part in (lost, 1 - lost))
    return np.asarray(gone, np.float64), np.asarray(there, np.float64)


def brier(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Mean squared distance from what happened; lower is better."""
    return float(np.average((chance - lost) ** 2, weights=weight))


def expected_over_observed(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Losses foretold over losses seen; 1 is right, NaN where none were seen."""
    seen = float(lost @ weight)
    return float(chance @ weight) / seen if seen else float("nan")


def top_decile_lift(lost: Vector, chance: Vector, weight: Vector) -> float:
    """How much more often the riskiest tenth was lost than all; NaN where none were lost.

    Rows of the same chance share the place they take, so that their order says nothing.
    """
    gone, there = (part[::-1] for part in _by_chance(lost, chance, weight))
    if not gone.sum():
        return float("nan")
    weights = gone + there
    taken = np.clip(0.1 * weight.sum() - (np.cumsum(weights) - weights), 0.0, weights)
    share = np.divide(taken, weights, out=np.zeros_like(weights), where=weights > 0)
    return float((gone @ share / taken.sum()) / (gone.sum() / weight.sum()))


METRICS: dict[str, Metric] = {
    "log_loss": log_loss,
    "auc": auc,
    "average_precision": average_precision,
    "brier": brier,
    "expected_over_observed": expected_over_observed,
    "top_decile_lift": top_decile_lift,
}


@dataclass(frozen=True)
class Resamples:
    """Resampling of whole accounts.

    Attributes:
        owner: the account of each row, shape (rows,).
        drawn: how often each draw took each account, shape (draws, accounts).
    """

    owner: npt.NDArray[np.int64]
    drawn: npt.NDArray[np.int64]

    @classmethod
    def of(cls, accounts: npt.NDArray[np.object_], draws: int, seed: int) -> "Resamples":
        """Draw whole accounts with replacement, `draws` times."""
        _, owner = np.unique(accounts, return_inverse=True)
        size = int(owner.max()) + 1
        rng = np.random.default_rng(seed)
        return cls(owner, rng.multinomial(size, np.full(size, 1 / size), size=draws))

    def interval(self, figure: Callable[[Vector], float]) -> Estimate:
        """The figure on all rows, and its 95 % interval over the draws that have one."""
        value = figure(np.ones(len(self.owner)))
        drawn = np.array([figure(times[self.owner].astype(np.float64)) for times in self.drawn])
        known = drawn[~np.isnan(drawn)]
        if not len(known):
            return Estimate(value, float("nan"), float("nan"))
        low, high = np.percentile(known, [2.5, 97.5])
        return Estimate(value, float(low), float(high))


def calibration_line(lost: Vector, chance: Vector) -> tuple[float, float]:
    """Intercept and slope of what happened on the log-odds of the chance (Cox 1958).

    Slope 1 and intercept 0 are right; a slope below 1 means the chances were too extreme.
    Both are NaN where none or all are lost, and where all chances are the same.
    """
    p = np.clip(chance, 1e-9, 1 - 1e-9)
    x = np.log(p) - np.log1p(-p)
    if not 0 < lost.sum() < len(lost) or np.ptp(x) < 1e-9:
        return float("nan"), float("nan")
    design = np.column_stack([np.ones_like(x), x])
    beta = np.array([0.0, 1.0])
    for _ in range(50):  # Newton's method; the ridge keeps separable data finite
        mu = 0.5 * (1 + np.tanh(0.5 * (design @ beta)))
        curve = design.T @ (design * (mu * (1 - mu))[:, None]) + RIDGE * np.eye(2)
        step = np.linalg.solve(curve, design.T @ (lost - mu) - RIDGE * (beta - [0.0, 1.0]))
        beta = beta + step * min(1.0, 2.0 / float(np.max(np.abs(step))))
        if np.max(np.abs(step)) < 1e-10:
            break
    return float(beta[0]), float(beta[1])
