"""A small logistic regression: few covariates, few rows, the same answer every time."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from models.encoding import Matrix
from models.metrics.bootstrap import Vector

RIDGE = 1.0
STEPS = 50
CLOSE = 1e-9


@dataclass(frozen=True)
class Logit:
    """A fitted regression: intercept and one coefficient a covariate."""

    weights: Vector

    def chance(self, covariates: Matrix) -> Vector:
        """The chance of each row, shape (rows,)."""
        return np.asarray(expit(_with_one(covariates) @ self.weights))


def fit_logit(covariates: Matrix, happened: Vector, ridge: float = RIDGE) -> Logit:
    """Fit by Newton's method with a ridge penalty that spares the intercept.

    Args:
        covariates: shape (rows, covariates), complete, of about unit size.
        happened: 0 or 1, shape (rows,).
        ridge: the penalty is half of it times the squared coefficients; with it a fit exists
            even where the covariates tell the two apart without error.
    """
    given = _with_one(covariates)
    penalty = np.full(given.shape[1], ridge)
    penalty[0] = 1e-6
    weights = np.zeros(given.shape[1])
    for _ in range(STEPS):
        chance = expit(given @ weights)
        slope = given.T @ (chance - happened) + penalty * weights
        bend = (given * (chance * (1 - chance))[:, None]).T @ given + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        weights = weights - step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < CLOSE:
            break
    return Logit(weights)


def _with_one(covariates: Matrix) -> Matrix:
    return np.column_stack([np.ones(len(covariates)), covariates])
