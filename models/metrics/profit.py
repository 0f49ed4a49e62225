"""Expected maximum profit of a retention campaign among business customers (EMPB).

Janssens, Bogaert, Bagué and Van den Poel (2022), B2Boost: instance-dependent profit-driven
modelling of B2B churn, Annals of Operations Research. It judges an order of accounts by what
the best campaign on it would earn; it is never what a model is fitted to, since that would
cost the chances their truth.
"""

from dataclasses import dataclass

import numpy as np

from models.metrics.bootstrap import Resamples, Vector, quantile_bins, ratio
from models.metrics.ranking import around
from models.metrics.sample import Sample

PROFIT_BINS = 200
"""Places at which a draw's campaign may end; that of all rows may end after any."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a retention campaign costs and brings; the paper's values by default.

    Attributes:
        alpha, beta: of the beta distribution of the share gamma of leaving customers who
            accept the offer; its mean counts.
        incentive: the offer as a share of the customer's value.
        contact_cost: of contacting one customer, in the company's currency.
    """

    alpha: float = 6.0
    beta: float = 14.0
    incentive: float = 0.05
    contact_cost: float = 15.0

    @property
    def accepted(self) -> float:
        """The mean share of leaving customers who accept."""
        return self.alpha / (self.alpha + self.beta)

    def gains(self, lost: Vector, value: Vector) -> Vector:
        """What contacting each customer earns over leaving it alone, shape (rows,)."""
        kept = self.accepted * (1 - self.incentive) * value
        wasted = self.incentive * value
        return np.asarray(np.where(lost > 0, kept, -wasted) - self.contact_cost)


def drawn_profit(sample: Sample, draws: Resamples, campaign: Campaign | None = None) -> Vector:
    """Profit per account of the best campaign on this order, shape (1 + draws,).

    A year's revenue stands for the customer's value; rows without are left out. Rows of the
    same chance are contacted all or none. Contacting nobody earns 0, the least there is.
    """
    known = ~np.isnan(sample.arr)
    if not known.any():
        return np.full(1 + len(draws.drawn), np.nan)
    lost, value, chance = sample.lost[known], sample.arr[known], sample.chance[known]
    gains, drawn = (campaign or Campaign()).gains(lost, value), draws.take(known)
    every = np.unique(-chance, return_inverse=True)[1]
    exact = max(0.0, float(np.cumsum(np.bincount(every, gains)).max())) / len(gains)
    bins = quantile_bins(-chance, PROFIT_BINS)
    earned = np.cumsum(drawn.binned(gains, bins), axis=1).max(axis=1)
    rows = drawn.sums(np.ones_like(gains))[:, 0]
    return around(exact, ratio(np.maximum(earned, 0.0), rows))
