"""Chances by cause that add up to the chance of any loss.

The hazard of any loss is learnt first. Given a loss in an interval, a second model says which
of two causes it is; the interval's chance is shared out between them:

    P(cause c by h) = sum over intervals k up to h of P(loss in k) * P(c | loss in k)

This is the vertical model of competing risks (Nicolaie, van Houwelingen and Putter, Statistics
in Medicine 29, 2010): the causes are shares of one whole, so that over the causes they add up to
it at every horizon, and no cause's chance can fall with a longer horizon.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.causes.tilt import Tilt
from models.encoding import Matrix
from models.flavours import Fitted
from models.flavours.base import sigmoid
from models.hazards import p_loss
from models.intervals import Interval

Vector = npt.NDArray[np.float64]
CHURN, CONTRACTION = "logo_churn", "contraction"
CAUSES = (CHURN, CONTRACTION)


@dataclass(frozen=True)
class Share:
    """How likely a loss in an interval is a contraction.

    Attributes:
        flavour: what the model is, by its name in bundles.
        tilt: how the share goes with the chance of loss itself.
    """

    interval: Interval
    flavour: str
    model: Fitted
    tilt: Tilt = field(default_factory=Tilt)

    def of(self, inputs: Matrix, loss: Vector) -> Vector:
        """P(contraction | loss in the interval), shape (rows,).

        Args:
            inputs: the rows as the model reads them.
            loss: their calibrated log-odds of any loss in the interval.
        """
        return sigmoid(self.tilt.apply(self.model.log_odds(inputs), loss))


@dataclass(frozen=True)
class Causes:
    """What becomes of a loss.

    Attributes:
        shares: one for each interval that the model reaches, in order.
        revenue: the mean share (0 to 1) of recurring revenue that each cause takes; a cause
            of which it is not known is not there.
    """

    shares: tuple[Share, ...]
    revenue: Mapping[str, float]

    def p_by_cause(
        self, log_odds: Mapping[Interval, Vector], inputs: Matrix, horizons: Sequence[int]
    ) -> dict[str, dict[int, Vector]]:
        """Chance of each cause by horizon, shape (rows,) each."""
        known = [share for share in self.shares if share.interval in log_odds]
        shares = {each.interval: each.of(inputs, log_odds[each.interval]) for each in known}
        return shared_out(log_odds, shares, horizons)

    def revenue_lost(
        self, log_odds: Mapping[Interval, Vector], inputs: Matrix, horizon: int
    ) -> Vector | None:
        """The expected share of recurring revenue lost within a horizon, shape (rows,).

        Each cause takes the share that it took before; None where that is not known of one.
        """
        chances = self.p_by_cause(log_odds, inputs, [horizon])
        if not set(chances) <= set(self.revenue):
            return None
        parts = [self.revenue[cause] * of[horizon] for cause, of in chances.items()]
        return np.asarray(sum(parts))


def shared_out(
    log_odds: Mapping[Interval, Vector],
    contraction: Mapping[Interval, Vector],
    horizons: Sequence[int],
) -> dict[str, dict[int, Vector]]:
    """Chance of each cause by horizon, shape (rows,) each.

    Args:
        log_odds: calibrated log-odds of any loss by interval.
        contraction: P(contraction | loss in the interval), likewise.
        horizons: days; those that no full chain of intervals reaches are left out.
    """
    reached = p_loss(log_odds, [k.end for k in log_odds])
    chain = [k for k in sorted(log_odds) if k.end in reached]
    return by_cause(reached, {k: contraction[k] for k in chain}, horizons)


def by_cause(
    reached: Mapping[int, Vector], contraction: Mapping[Interval, Vector], horizons: Sequence[int]
) -> dict[str, dict[int, Vector]]:
    """The chance of loss by the end of every interval, shared out between the causes.

    Sums of what is never negative: rounding cannot make a longer horizon's chance smaller.
    """
    found: dict[str, dict[int, Vector]] = {cause: {} for cause in CAUSES}
    first = next(iter(contraction.values()))
    total, before = dict.fromkeys(CAUSES, 0.0 * first), 0.0 * first
    for interval in sorted(contraction):
        mass, share = reached[interval.end] - before, contraction[interval]
        parts = {CHURN: 1 - share, CONTRACTION: share}
        total = {cause: total[cause] + mass * parts[cause] for cause in CAUSES}
        before = reached[interval.end]
        if interval.end in horizons:
            for cause in CAUSES:
                found[cause][interval.end] = total[cause]
    return found
