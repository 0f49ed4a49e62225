"""Why an account is in another band: which of the things that changed pushed it there most."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.bands import Accounts, BandPolicy
from models.explain.change import (
    DATA_MISSING,
    MODEL_UPDATED,
    RECALIBRATED,
    RISK_LOGGED,
    ChangeShares,
)
from models.score import Band


class BandCause(StrEnum):
    """What brought an account into another band."""

    BEHAVIOUR = "behaviour"
    LOGGED_RISK = "a logged risk"
    NEW_MODEL = "a new model"
    NEW_THRESHOLDS = "new thresholds"
    MISSING_DATA = "missing data"


WORSE = (Band.GREEN, Band.YELLOW, Band.RED)
OF_TERM = {
    MODEL_UPDATED: BandCause.NEW_MODEL,
    RECALIBRATED: BandCause.NEW_MODEL,
    RISK_LOGGED: BandCause.LOGGED_RISK,
    DATA_MISSING: BandCause.MISSING_DATA,
}


@dataclass(frozen=True)
class Crossing:
    """A change of band with what decided it.

    Attributes:
        account: tier and revenue at the later date, one row.
    """

    from_band: Band
    to_band: Band
    old_policy: BandPolicy
    new_policy: BandPolicy
    account: Accounts


def cause_of(crossing: Crossing, change: ChangeShares) -> BandCause | None:
    """The cause of a change of band; None where the band is the same.

    The greatest push towards the new band decides: of the account's behaviour, of a logged
    risk, of a new model or calibration, of missing data, and of thresholds that moved. Where
    nothing pushes that way the account had wanted to go for some days already, by what it did.
    Into grey and out of it leads missing data, or a model that gives no bands.
    """
    if crossing.from_band is crossing.to_band:
        return None
    if Band.GREY in (crossing.from_band, crossing.to_band):
        abstains = crossing.old_policy.abstains != crossing.new_policy.abstains
        return BandCause.NEW_MODEL if abstains else BandCause.MISSING_DATA
    way = np.sign(WORSE.index(crossing.to_band) - WORSE.index(crossing.from_band))
    pushes = dict.fromkeys(BandCause, 0.0)
    for term, share in change.terms.items():
        pushes[OF_TERM.get(term, BandCause.BEHAVIOUR)] += float(way * share)
    old, new = (_edge(policy, crossing) for policy in (crossing.old_policy, crossing.new_policy))
    if np.isfinite(old) and np.isfinite(new):
        pushes[BandCause.NEW_THRESHOLDS] = float(way * (old - new))
    best = max(pushes, key=lambda cause: pushes[cause])
    return best if pushes[best] > 0 else BandCause.BEHAVIOUR


def _edge(policy: BandPolicy, crossing: Crossing) -> float:
    """The threshold of the new band, from the side the account came from."""
    limits = policy.limits(crossing.account)
    red = Band.RED in (crossing.from_band, crossing.to_band)
    return float((limits.red_from if red else limits.green_below)[0])
