"""Shares of the log-odds as percentage points that add up to the chance shown.

A share keeps its sign and its proportion to the others: `phi * (g(f) - g(b)) / (f - b)`, with
`g` from log-odds to probability, `f` the score and `b` the base. It is a way of showing exact
shares, not a Shapley value of the probability; those are in `models.explain.groups`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.calibration import log_p
from models.encoding import Matrix
from models.hazards import stretch

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shares:
    """What each column adds to a score, on both scales.

    Attributes:
        log_odds: shares of the log-odds, shape (rows, columns).
        base: log-odds before any signal is looked at, shape (rows,).
        points: the same shares as probability, 0.01 is one percentage point.
        base_chance: the chance before any signal is looked at, shape (rows,).
    """

    log_odds: Matrix
    base: Vector
    points: Matrix
    base_chance: Vector

    @classmethod
    def of(cls, log_odds: Matrix, base: Vector) -> "Shares":
        """Both scales from shares of the log-odds and their base."""
        end = base + log_odds.sum(axis=1)
        return cls(log_odds, base, as_points(log_odds, base, end), chance_of_odds(base))


def as_points(shares: Matrix, base: Vector, end: Vector) -> Matrix:
    """Shares of the way from `base` to `end` as parts of the difference in probability.

    Args:
        shares: of the log-odds, shape (rows, parts); a row adds up to `end - base`.
        base: log-odds where the way begins, shape (rows,).
        end: log-odds where it ends, shape (rows,).
    """
    low = chance_of_odds(base)
    return stretch(shares, low, chance_of_odds(end), low * chance_of_odds(-base))


def chance_of_odds(log_odds: Vector) -> Vector:
    """The probability with these log-odds, exact also where it is tiny."""
    return np.exp(log_p(log_odds))
