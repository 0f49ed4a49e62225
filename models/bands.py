"""Bands: a policy on calibrated probabilities, decided by capacity and by a promise.

Red is what the team can answer. Green is the largest set of accounts whose realised loss,
at the upper end of its confidence interval, keeps a promise. Everything between is yellow,
and grey is what cannot be said.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from models.score import Band

Vector = npt.NDArray[np.float64]
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class BandPolicy:
    """Thresholds on the chance of loss within the primary horizon.

    Attributes:
        red_from: chance from which an account is red.
        green_below: chance below which an account is green; 0 where no promise holds.
        base_rate: share of accounts lost within the horizon, as seen.
        promise: greatest share of green accounts that may be lost.
        abstains: whether every account is grey: too little has been lost to tell them apart.
    """

    red_from: float
    green_below: float
    base_rate: float
    promise: float
    abstains: bool = False

    def band(self, chance: float | None) -> Band:
        """The band of one chance of loss; grey for none."""
        if self.abstains or chance is None or np.isnan(chance):
            return Band.GREY
        if chance >= self.red_from:
            return Band.RED
        return Band.GREEN if chance < self.green_below else Band.YELLOW


@dataclass(frozen=True, slots=True)
class BandPlan:
    """What the company asks of its bands.

    Attributes:
        red_capacity: share of accounts that the team can answer, 0 to 1.
        green_promise: green may lose at most this share of the base rate.
    """

    red_capacity: float = 0.10
    green_promise: float = 0.5


@dataclass(frozen=True, slots=True)
class BandOutcome:
    """What really happened to the accounts of one band, with its 95 % interval."""

    band: Band
    rows: int
    accounts: int
    lost: float
    low: float
    high: float


@dataclass(frozen=True)
class Past:
    """Out-of-time chances of loss and what happened, each of shape (rows,)."""

    chance: Vector
    lost: Vector
    accounts: npt.NDArray[np.object_]


def decide(plan: BandPlan, present: Vector, past: Past) -> BandPolicy:
    """Thresholds: red from the accounts of today, green from what happened before.

    Args:
        plan: what the company asks of its bands.
        present: chances of the accounts the team has now, shape (accounts,).
        past: out-of-time chances with outcomes.
    """
    base = float(past.lost.mean())
    promise = plan.green_promise * base
    red_from = _red_from(present, plan.red_capacity)
    green_below = min(_largest_green(past, promise), red_from)
    return BandPolicy(red_from, green_below, base, promise)


def _red_from(present: Vector, capacity: float) -> float:
    """The lowest threshold that asks no more of the team than its capacity.

    Accounts of one chance are answered all or none: there is no reason to choose among
    them. With all chances alike nobody is red, since red would say nothing.
    """
    room = int(np.ceil(capacity * len(present) - 1e-9))
    chances, accounts = np.unique(-present, return_counts=True)
    fit = -chances[np.cumsum(accounts) <= room]
    return float(fit[-1]) if len(fit) else float(np.nextafter(present.max(), np.inf))


def _largest_green(past: Past, promise: float) -> float:
    """The highest threshold under which the upper bound of loss keeps the promise."""
    for share in np.arange(0.95, 0.0, -0.025):
        threshold = float(np.quantile(past.chance, share))
        inside = past.chance < threshold
        if inside.any() and realised(past.lost[inside], past.accounts[inside])[2] <= promise:
            return threshold
    return 0.0


def realised(lost: Vector, accounts: npt.NDArray[np.object_]) -> tuple[float, float, float]:
    """Share lost with its 95 % interval: Clopper-Pearson on the effective number of rows."""
    if not len(lost):
        return float("nan"), 0.0, 1.0
    rate, n = float(lost.mean()), effective_rows(lost, accounts)
    events, tail = rate * n, (1 - CONFIDENCE) / 2
    low = float(beta.ppf(tail, events, n - events + 1)) if events > 0 else 0.0
    high = float(beta.ppf(1 - tail, events + 1, n - events)) if events < n else 1.0
    return rate, low, high


def effective_rows(lost: Vector, accounts: npt.NDArray[np.object_]) -> float:
    """How many independent rows would say as much (Kish's design effect, by linearisation).

    Rows of one account are not independent: the variance of the share is taken between
    accounts. Where nothing varies, each account counts once.
    """
    _, owner = np.unique(accounts, return_inverse=True)
    rate = float(lost.mean())
    residual = np.bincount(owner, weights=lost) - rate * np.bincount(owner)
    variance = float(np.sum(residual**2)) / len(lost) ** 2
    if rate in (0.0, 1.0) or variance == 0.0:
        return float(owner.max() + 1)
    return min(rate * (1 - rate) / variance, float(len(lost)))


def outcomes(policy: BandPolicy, past: Past) -> list[BandOutcome]:
    """What happened to the accounts of each band, red first."""
    bands = np.array([policy.band(c) for c in past.chance], dtype=object)
    found = []
    for band in (Band.RED, Band.YELLOW, Band.GREEN):
        mine = bands == band
        rate, low, high = realised(past.lost[mine], past.accounts[mine])
        distinct = len(set(past.accounts[mine]))
        found.append(BandOutcome(band, int(mine.sum()), distinct, rate, low, high))
    return found
