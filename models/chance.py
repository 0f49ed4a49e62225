"""The chance of loss within any number of days, after any lead time.

Within an interval the hazard is taken as constant, so the cumulative hazard grows by the
same amount every day and is read off a line between the interval's ends. It never falls,
so a longer horizon can never have a smaller chance; at the ends of the intervals it is the
very sum that the declared horizons are made from.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from models.hazards import cumulative_hazard
from models.intervals import Interval

Vector = npt.NDArray[np.float64]


class BeyondTheChain(ValueError):
    """A chance was asked for that no fitted interval reaches, or of no days at all."""


def chance_of(log_odds: Mapping[Interval, Vector], horizon_days: float, lead_days: float) -> Vector:
    """`P(lead < T <= lead + horizon | T > lead)`, shape (rows,).

    Args:
        log_odds: calibrated log-odds by interval, each of shape (rows,).
        horizon_days: the length of the time asked about, above 0.
        lead_days: how far ahead it begins; accounts lost by then are not asked about.

    Raises:
        BeyondTheChain: the days do not lie within the chain of intervals from day 0 on.
    """
    chain = list(_chain(log_odds))
    reach = chain[-1].end if chain else 0
    if not (lead_days >= 0 and horizon_days > 0 and lead_days + horizon_days <= reach):
        raise BeyondTheChain(
            f"a horizon of {horizon_days} days after a lead of {lead_days} was asked for: the "
            f"horizon must be above 0, the lead at least 0, and both together at most {reach} "
            "days, where the model's evidence ends. Ask for less, or train on a longer history."
        )
    parts = {k: cumulative_hazard(log_odds[k]) for k in chain}
    begin, end = (_hazard_by(parts, d) for d in (lead_days, lead_days + horizon_days))
    return np.asarray(-np.expm1(begin - end))


def _chain(log_odds: Mapping[Interval, Vector]) -> Iterator[Interval]:
    """The intervals that follow one another from day 0."""
    reached = 0
    for interval in sorted(log_odds):
        if interval.start != reached:
            return
        yield interval
        reached = interval.end


def _hazard_by(parts: Mapping[Interval, Vector], day: float) -> Vector:
    """Cumulative hazard by a day: whole intervals before it, and its share of its own.

    Rounding keeps the order of days: a share of a day is at most 1, where it is exact.
    """
    total = 0.0 * next(iter(parts.values()))
    for interval, hazard in parts.items():
        if day <= interval.start:
            break
        share = min(1.0, (day - interval.start) / (interval.end - interval.start))
        total = total + share * hazard
    return total
