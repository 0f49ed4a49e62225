"""How good a probability is, with intervals from a bootstrap over accounts.

Rows of one account are not independent, so whole accounts are drawn, never rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score

Vector = npt.NDArray[np.float64]
Metric = Callable[[Vector, Vector, Vector], float]
"""Takes lost (0 or 1), chance and weight, each of shape (rows,)."""


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
    """Chance that a lost account was ranked above one that stayed."""
    return float(roc_auc_score(lost, chance, sample_weight=weight))


def average_precision(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Area under precision against recall."""
    return float(average_precision_score(lost, chance, sample_weight=weight))


def brier(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Mean squared distance from what happened; lower is better."""
    return float(np.average((chance - lost) ** 2, weights=weight))


def expected_over_observed(lost: Vector, chance: Vector, weight: Vector) -> float:
    """Losses foretold over losses seen; 1 is right."""
    return float(np.sum(chance * weight) / max(np.sum(lost * weight), 1e-9))


def top_decile_lift(lost: Vector, chance: Vector, weight: Vector) -> float:
    """How much more often the riskiest tenth was lost than all."""
    order = np.argsort(-chance, kind="stable")
    reach = np.cumsum(weight[order]) / weight.sum()
    top = order[reach <= 0.1] if (reach <= 0.1).any() else order[:1]
    return float(
        np.average(lost[top], weights=weight[top] + 1e-12) / np.average(lost, weights=weight)
    )


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
    """Weights of rows under resampling of accounts, shape (draws, rows)."""

    weights: Vector

    @classmethod
    def of(cls, accounts: npt.NDArray[np.object_], draws: int, seed: int) -> "Resamples":
        """Draw whole accounts with replacement, `draws` times."""
        _, owner = np.unique(accounts, return_inverse=True)
        size = int(owner.max()) + 1
        rng = np.random.default_rng(seed)
        counts = rng.multinomial(size, np.full(size, 1 / size), size=draws)
        return cls(counts[:, owner].astype(np.float64))

    def interval(self, figure: Callable[[Vector], float]) -> Estimate:
        """The figure on all rows, and its 95 % interval over the draws."""
        value = figure(np.ones(self.weights.shape[1]))
        drawn = [figure(w) for w in self.weights]
        low, high = np.nanpercentile(drawn, [2.5, 97.5])
        return Estimate(value, float(low), float(high))


def calibration_line(lost: Vector, chance: Vector) -> tuple[float, float]:
    """Intercept and slope of what happened on the log-odds of the chance (Cox 1958).

    Slope 1 and intercept 0 are right; a slope below 1 means the chances were too extreme.
    """
    p = np.clip(chance, 1e-9, 1 - 1e-9)
    x = np.log(p) - np.log1p(-p)
    design = np.column_stack([np.ones_like(x), x])
    beta = np.array([0.0, 1.0])
    for _ in range(50):  # Newton's method
        mu = 1 / (1 + np.exp(-(design @ beta)))
        w = np.maximum(mu * (1 - mu), 1e-9)
        step = np.linalg.solve(
            design.T @ (design * w[:, None]) + 1e-9 * np.eye(2), design.T @ (lost - mu)
        )
        beta = beta + step
        if np.max(np.abs(step)) < 1e-10:
            break
    return float(beta[0]), float(beta[1])
