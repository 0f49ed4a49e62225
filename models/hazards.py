"""Hazards to probabilities: continuation ratios over successive intervals.

With q_k the chance of loss in interval k of an account still there at its beginning,
`P(loss by h) = 1 - prod(1 - q_k)`, so a longer horizon can never have a smaller chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.calibration import Calibrator, log_p
from models.encoding import Matrix
from models.flavours import Fitted
from models.intervals import Interval

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Hazard:
    """The calibrated chance of loss in one interval of accounts still there.

    Attributes:
        shift: what was added to the calibrated log-odds since training.
    """

    interval: Interval
    model: Fitted
    calibrator: Calibrator
    shift: float = 0.0

    def log_odds(self, inputs: Matrix) -> Vector:
        """Calibrated log-odds, shape (rows,)."""
        return self.calibrated(self.model.log_odds(inputs))

    def calibrated(self, raw: Vector) -> Vector:
        """Calibrated log-odds of raw ones, with what was added since training."""
        return self.calibrator.apply(raw) + self.shift

    def contributions(self, inputs: Matrix) -> tuple[Matrix, Vector]:
        """Exact shares of the calibrated log-odds: by column, and the base of each row.

        Calibration stretches the way from the base to the score; the shares are stretched
        with it, which for one slope is the exact Shapley value of the calibrated log-odds. A
        shift since training belongs to no signal: it is part of the base.
        """
        raw = self.model.contributions(inputs)
        base = raw[:, -1]
        begin = self.calibrated(base)
        end = self.calibrated(self.model.log_odds(inputs))
        return stretch(raw[:, :-1], begin, end, self.calibrator.slope(base)), begin


FLAT = 1e-6
"""Ways shorter than this are stretched by the curve's slope: a ratio would be all rounding."""


def stretch(shares: Matrix, begin: Vector, end: Vector, slope: Vector) -> Matrix:
    """Scale each row of `shares` so that it adds up to `end - begin`, keeping proportions.

    Args:
        shares: parts of the way along a curve's input, shape (rows, columns).
        begin: the curve where the way begins, shape (rows,).
        end: the curve where it ends, shape (rows,).
        slope: its slope at the beginning, which takes the place of the ratio where the
            shares cancel out: they are small together, not each.
    """
    total = shares.sum(axis=1)
    flat = np.abs(total) < FLAT
    factor = np.where(flat, slope, (end - begin) / np.where(flat, 1.0, total))
    return np.asarray(shares * factor[:, None])


def cumulative_hazard(log_odds: Vector) -> Vector:
    """`-ln(1 - q)` of a hazard with these log-odds."""
    return -log_p(-log_odds)


def log_odds_of(hazard: Vector) -> Vector:
    """Log-odds of `1 - exp(-hazard)`, finite also where that rounds to 1; hazard above 0."""
    return np.asarray(hazard + np.log(-np.expm1(-hazard)))


def p_loss(
    log_odds: Mapping[Interval, Vector], horizons: Sequence[int], lead: int = 0
) -> dict[int, Vector]:
    """Chance of loss by each horizon that a full chain of intervals reaches.

    Args:
        log_odds: calibrated log-odds by interval, each of shape (rows,).
        horizons: days; those without a full chain are left out.
        lead: where an interval begins; with it the chance is `P(lead < T <= h | T > lead)`,
            from the later intervals alone.
    """
    found: dict[int, Vector] = {}
    total, reached = 0.0 * next(iter(log_odds.values())), lead
    for interval in sorted(k for k in log_odds if k.start >= lead):
        if interval.start != reached:
            break
        total, reached = total + cumulative_hazard(log_odds[interval]), interval.end
        if reached in horizons:
            found[reached] = -np.expm1(-total)
    return found


def explain(hazards: Sequence[Hazard], inputs: Matrix) -> tuple[Matrix, Vector]:
    """Exact shares of the log-odds of loss by the end of the last of `hazards`.

    Each interval's shares are brought from its log-odds to its cumulative hazard, which
    adds up over intervals, and the sum to the log-odds of the whole: both times along the
    straight line from base to score, which keeps sign and proportion within an interval.

    Returns the shares, shape (rows, columns), and the base, shape (rows,); together a row
    adds up to the log-odds of the probability shown.
    """
    rows = len(inputs)
    shares, begin, end = np.zeros_like(inputs), np.zeros(rows), np.zeros(rows)
    for hazard in hazards:
        mine, base = hazard.contributions(inputs)
        low, high = cumulative_hazard(base), cumulative_hazard(hazard.log_odds(inputs))
        shares += stretch(mine, low, high, np.exp(log_p(base)))
        begin, end = begin + low, end + high
    base_odds, odds = log_odds_of(begin), log_odds_of(end)
    relative = shares / begin[:, None]  # a way is short or long beside where it begins
    return stretch(relative, base_odds, odds, begin / -np.expm1(-begin)), base_odds
