"""Logistic regression on chances instead of tosses, by Newton's method.

A row that is lost with a chance is as good as two rows, one lost and one kept, weighed by it.
Fitted as one row it takes half the time, most of which goes into the second derivatives.
"""

import numpy as np

from models.encoding import Matrix
from models.flavours.base import Vector, sigmoid

STEPS = 50
ENOUGH = 1e-6
"""Of the mean slope over rows, no coefficient's is steeper at the end."""


def fit_chances(inputs: Matrix, chance: Vector, variance: float) -> tuple[Vector, float]:
    """Coefficients and intercept under a normal prior on the coefficients, none on the intercept.

    Args:
        inputs: shape (rows, columns).
        chance: of loss, between 0 and 1, shape (rows,); neither all 0 nor all 1.
        variance: of each coefficient before any evidence.
    """
    from scipy.linalg import cho_factor, cho_solve  # seconds that only training spends

    rows, columns = inputs.shape
    level = chance.mean()
    at = np.append(np.zeros(columns), np.log(level) - np.log1p(-level))
    prior = np.append(np.full(columns, 1 / variance), 0.0)
    loss = _loss(inputs, chance, prior, at)
    for _ in range(STEPS):
        p = sigmoid(inputs @ at[:-1] + at[-1])
        slope = np.append(inputs.T @ (p - chance), np.sum(p - chance)) + prior * at
        if np.abs(slope).max() <= ENOUGH * rows:
            break
        step = cho_solve(cho_factor(_curve(inputs, p * (1 - p), prior)), slope)
        for _ in range(STEPS):  # as far as it leads down
            after = _loss(inputs, chance, prior, at - step)
            if after <= loss:
                break
            step = step / 2
        at, loss = at - step, after
    return at[:-1], float(at[-1])


def _curve(inputs: Matrix, weight: Vector, prior: Vector) -> Matrix:
    """Second derivatives, shape (columns + 1, columns + 1), the intercept last."""
    columns = inputs.shape[1]
    root = inputs * np.sqrt(weight)[:, None]
    out = np.empty((columns + 1, columns + 1))
    out[:-1, :-1] = root.T @ root
    out[-1, :-1] = out[:-1, -1] = inputs.T @ weight
    out[-1, -1] = weight.sum()
    out[np.diag_indices_from(out)] += prior
    return out


def _loss(inputs: Matrix, chance: Vector, prior: Vector, at: Vector) -> float:
    odds = inputs @ at[:-1] + at[-1]
    return float(np.sum(np.logaddexp(0, odds) - chance * odds) + np.sum(prior * at**2) / 2)
