"""What a policy would have meant: alerts, their precision, what they caught, and flaps.

An alert is an entry into red. Those who were red at the first date are no alerts, since
nobody knows when they became so.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.bands.codes import RED
from models.bands.decide import Present
from models.bands.past import Past, realised
from models.bands.policy import BandPolicy
from models.bands.replay import Days, Replayed, replay

UNDONE_WITHIN = 60
"""Days within which a change that is undone counts as a flap."""
YEAR, WEEK = 365.25, 7.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a policy would have meant on past dates; NaN where that cannot be told.

    Attributes:
        red_now: accounts of today that are red by the thresholds.
        red_on_average: accounts that were red at a date, on average.
        alerts: entries into red after the first date.
        alerts_a_week: the same per week.
        precision: share of alerts followed by a loss within the horizon, with the ends of its
            95 % interval (Clopper-Pearson on the effective number of rows).
        lost_captured: of the accounts lost, the share that was red within the horizon before.
        revenue_captured: the same, weighed by yearly revenue where it is known.
        flaps: changes of band undone within 60 days, per account and year.
    """

    red_now: int
    red_on_average: float
    alerts: int
    alerts_a_week: float
    precision: float
    precision_low: float
    precision_high: float
    lost_captured: float
    revenue_captured: float
    flaps: float


def simulate(policy: BandPolicy, past: Past, day: Days, present: Present) -> Meaning:
    """What the policy would have meant.

    Args:
        policy: thresholds and steps.
        past: out-of-time chances with outcomes.
        day: the day number of each row of `past`.
        present: the accounts of today.
    """
    shown = replay(policy, past, day)
    red = shown.band == RED
    alerts = red & (shown.before != RED) & ~shown.first
    precision = realised(past.lost[alerts], past.accounts[alerts])
    weeks = float(day.max() - day.min()) / WEEK
    caught = _captured(past, day, red)
    return Meaning(
        red_now=int((policy.bands(present.chance, present.about) == RED).sum()),
        red_on_average=float(red.sum()) / len(np.unique(day)),
        alerts=int(alerts.sum()),
        alerts_a_week=float(alerts.sum()) / weeks if weeks else float("nan"),
        precision=precision[0],
        precision_low=precision[1],
        precision_high=precision[2],
        lost_captured=_share(caught.red, np.ones(len(caught.red))),
        revenue_captured=_share(caught.red, np.nan_to_num(caught.revenue)),
        flaps=_flaps(shown, past.accounts),
    )


@dataclass(frozen=True)
class _Lost:
    """The accounts that were lost: whether they were red before, and what they paid."""

    red: npt.NDArray[np.bool_]
    revenue: npt.NDArray[np.float64]


def _captured(past: Past, day: Days, red: npt.NDArray[np.bool_]) -> _Lost:
    """Each lost account once, with the revenue of its last row before the loss."""
    rows = np.flatnonzero(past.lost > 0)
    rows = rows[np.argsort(day[rows], kind="stable")]
    owner, _ = pd.factorize(past.accounts[rows])
    was_red = np.bincount(owner, weights=red[rows]) > 0
    revenue = np.full(len(was_red), np.nan)
    revenue[owner] = past.about.revenue[rows]  # later rows overwrite earlier ones
    return _Lost(was_red, np.maximum(revenue, 0))


def _share(taken: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]) -> float:
    total = float(weight.sum())
    return float(weight[taken].sum()) / total if total else float("nan")


def _flaps(shown: Replayed, accounts: npt.NDArray[np.object_]) -> float:
    """Changes undone within 60 days, per account and year under observation."""
    owner, _ = pd.factorize(accounts)
    order = np.lexsort((shown.day, owner))
    owner, day, band = owner[order], shown.day[order], shown.band[order]
    same = owner[1:] == owner[:-1]
    years = float((day[1:] - day[:-1])[same].sum()) / YEAR
    changed = np.flatnonzero(same & (band[1:] != band[:-1])) + 1
    if not years:
        return float("nan")
    first, second = changed[:-1], changed[1:]
    undone = (owner[first] == owner[second]) & (band[second] == band[first - 1])
    return float((undone & (day[second] - day[first] <= UNDONE_WITHIN)).sum()) / years
