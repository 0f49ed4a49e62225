"""Gauss-Legendre quadrature on [0, 1], which integrates a path's polynomial exactly.

The Shapley value of column j in a leaf of value v whose path asks d columns, where a share
z_i of the training rows met condition i and o_i says whether the row does (0 or 1), is

    v (o_j - z_j) * integral over t in [0, 1] of prod over i != j of (t o_i + (1 - t) z_i)

by the multilinear extension (Owen, 1972) of the game of Lundberg et al. (2020). The product has
degree d - 1, so ceil(d / 2) points give it exactly, up to rounding.
"""

import numpy as np

from features.compiled import part
from features.kernel.types import Floats


def rules(depth: int) -> tuple[Floats, Floats]:
    """Points and weights of the rules for paths of up to `depth` columns, one after another."""
    found = [np.polynomial.legendre.leggauss(k) for k in range(1, (depth + 1) // 2 + 1)]
    points = [(x + 1) / 2 for x, _ in found]
    weights = [w / 2 for _, w in found]
    return np.concatenate([np.zeros(0), *points]), np.concatenate([np.zeros(0), *weights])


@part
def rule_for(depth: int) -> tuple[int, int]:
    """Where the rule for a path of `depth` columns begins, and the one after it."""
    k = (depth + 1) // 2
    return k * (k - 1) // 2, k * (k + 1) // 2


@part
def met_factor(weight: float, point: float, share: float) -> float:
    """What makes the product of all columns the share of one whose condition is met.

    `weight (1 - z)` over that column's own factor in the product.
    """
    return weight * (1 - share) / (point + (1 - point) * share)


@part
def unmet_factor(weight: float, point: float) -> float:
    """The same where it is not met: `-weight z` over `(1 - t) z`, also where z is 0."""
    return -weight / (1 - point)
