"""Why an account is in another band: which of the things that changed pushed it there most.

A band changes where a chance crosses a threshold, so the terms are those of the way from the
one to the other: what moved the chance, what moved the threshold, and what the bands' own steps
had held back before. With the chances `p`, the thresholds `e` that counted for an account of the
band it was in, and the days before and after as 0 and 1, all terms add up to

    (p1 - e1) - (p0 - e0)    where the account was on the near side of the threshold before
     p1 - e1                 where it was beyond already, and had to wait

and those that move the chance add up to `p1 - p0`, as shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.bands import Accounts, BandPolicy
from models.bands.codes import codes_of
from models.bands.limits import Limits
from models.bands.steps import shifted
from models.explain.terms import (
    DATA_BACK,
    DATA_MISSING,
    MODEL_UPDATED,
    RECALIBRATED,
    RISK_CLOSED,
    RISK_LOGGED,
)
from models.score import Band

THRESHOLDS = "thresholds changed"
OTHER_CLASS = "other tier or revenue"
WAITED = "had to last"
EDGES = (THRESHOLDS, OTHER_CLASS, WAITED)
"""Terms that move the threshold or the patience, not the chance."""
TINY = 1e-12
"""Pushes below this are rounding."""


class BandCause(StrEnum):
    """What brought an account into another band, in words that follow "because of"."""

    BEHAVIOUR = "behaviour"
    PROFILE = "contract or profile"
    LOGGED_RISK = "a logged risk"
    CLOSED_RISK = "a closed risk"
    NEW_MODEL = "a new model"
    RECALIBRATION = "a new calibration"
    NEW_THRESHOLDS = "new thresholds"
    MISSING_DATA = "missing data"
    DATA_BACK = "data that is back"
    LASTED = "an earlier change that lasted"


WORSE = (Band.GREEN, Band.YELLOW, Band.RED)
PROFILE = "profile"
"""The group of what an account is, not of what it does."""
OF_TERM = {
    PROFILE: BandCause.PROFILE,
    MODEL_UPDATED: BandCause.NEW_MODEL,
    RECALIBRATED: BandCause.RECALIBRATION,
    RISK_LOGGED: BandCause.LOGGED_RISK,
    RISK_CLOSED: BandCause.CLOSED_RISK,
    DATA_MISSING: BandCause.MISSING_DATA,
    DATA_BACK: BandCause.DATA_BACK,
    THRESHOLDS: BandCause.NEW_THRESHOLDS,
    OTHER_CLASS: BandCause.PROFILE,
    WAITED: BandCause.LASTED,
}


@dataclass(frozen=True)
class Crossing:
    """A change of band with what decided it.

    Attributes:
        account: tier and revenue at the later date, one row.
        chances: of loss before and after, as shown.
        before: tier and revenue at the earlier date; None for the same.
        follows: whether the later band kept steady with the earlier; after a change of model
            bands start anew.
    """

    from_band: Band
    to_band: Band
    old_policy: BandPolicy
    new_policy: BandPolicy
    account: Accounts
    chances: tuple[float, float]
    before: Accounts | None = None
    follows: bool = True

    @property
    def grey(self) -> bool:
        """Whether it leads into grey or out of it, where no threshold decides."""
        return Band.GREY in (self.from_band, self.to_band)

    @property
    def way(self) -> int:
        """1 towards a worse band, -1 towards a better one, 0 for none."""
        if self.grey:
            return 0
        return int(np.sign(WORSE.index(self.to_band) - WORSE.index(self.from_band)))


def edge_terms(crossing: Crossing) -> dict[str, float]:
    """What moved the threshold that was crossed, and what had waited; only what is not 0.

    Nothing where no threshold decided: for grey, and for accounts whose revenue makes them
    red at any chance or at none.
    """
    if not crossing.way:
        return {}
    was = crossing.account if crossing.before is None else crossing.before
    begin = _edge(crossing.old_policy, was, crossing)
    middle = _edge(crossing.new_policy, was, crossing)
    end = _edge(crossing.new_policy, crossing.account, crossing)
    if not np.isfinite([begin, middle, end]).all():
        return {}
    waited = max(crossing.way * (crossing.chances[0] - begin), 0.0)
    terms = {
        THRESHOLDS: begin - middle,
        OTHER_CLASS: middle - end,
        WAITED: crossing.way * waited,
    }
    return {term: share for term, share in terms.items() if share}


def cause_of(crossing: Crossing, terms: Mapping[str, float]) -> BandCause | None:
    """The cause of a change of band; None where the band is the same.

    The greatest push towards the new band decides. What had waited is the doing of a new model
    where that made bands start anew. Where nothing pushes that way, bands that start anew are
    the new model's doing, and else the change is one from before, which had to last. Into grey
    and out of it leads missing data, or a model that gives no bands.

    Args:
        crossing: the change.
        terms: all of them, with those of the threshold.
    """
    if crossing.from_band is crossing.to_band:
        return None
    if crossing.grey:
        if crossing.old_policy.abstains != crossing.new_policy.abstains:
            return BandCause.NEW_MODEL
        return BandCause.MISSING_DATA if crossing.to_band is Band.GREY else BandCause.DATA_BACK
    pushes = dict.fromkeys(BandCause, 0.0)
    for term, share in terms.items():
        pushes[OF_TERM.get(term, BandCause.BEHAVIOUR)] += crossing.way * share
    waiting = BandCause.LASTED if crossing.follows else BandCause.NEW_MODEL
    if not crossing.follows:
        pushes[BandCause.NEW_MODEL] += pushes.pop(BandCause.LASTED)
    best = max(pushes, key=lambda cause: pushes[cause])
    return best if pushes[best] > TINY else waiting


def _edge(policy: BandPolicy, account: Accounts, crossing: Crossing) -> float:
    """The threshold next to the new band, as it counts for an account of the old one."""
    limits: Limits = policy.limits(account)
    if crossing.follows:
        limits = shifted(policy.steps, limits, codes_of([crossing.from_band]))
    red = crossing.to_band is Band.RED or (
        crossing.from_band is Band.RED and crossing.to_band is Band.YELLOW
    )
    return float((limits.red_from if red else limits.green_below)[0])
