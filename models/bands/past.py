"""Out-of-time chances with what happened, and what that says of each band."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.bands.accounts import Accounts, Rows, Vector, Words
from models.bands.codes import GREEN, NAMED, RED, YELLOW
from models.bands.policy import BandPolicy
from models.score import Band

CONFIDENCE = 0.95
Owners = Words | npt.NDArray[np.int64]
"""Whose row it is: ids, or numbers that stand for them."""


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
    """Out-of-time chances of loss and what happened, each of shape (rows,).

    Attributes:
        chance: of loss within the primary horizon.
        lost: 1 where it was lost within the horizon, else 0.
        accounts: whose row it is.
        about: the rows' tier and revenue; unknown where not given.
    """

    chance: Vector
    lost: Vector
    accounts: Words
    about: Accounts

    @classmethod
    def of(
        cls, chance: Vector, lost: Vector, accounts: Words, about: Accounts | None = None
    ) -> "Past":
        """The rows, of unknown tier and revenue unless `about` tells them."""
        return cls(chance, lost, accounts, about or Accounts.unknown(len(chance)))

    def take(self, rows: Rows) -> "Past":
        """Some of the rows."""
        return Past(self.chance[rows], self.lost[rows], self.accounts[rows], self.about.take(rows))


def outcomes(policy: BandPolicy, past: Past) -> list[BandOutcome]:
    """What happened to the accounts of each band, red first; by thresholds, without steps."""
    codes = policy.bands(past.chance, past.about)
    found = []
    for code in (RED, YELLOW, GREEN):
        mine = past.take(codes == code)
        rate, low, high = realised(mine.lost, mine.accounts)
        distinct = len(set(mine.accounts))
        found.append(BandOutcome(NAMED[code], len(mine.lost), distinct, rate, low, high))
    return found


def realised(lost: Vector, accounts: Owners) -> tuple[float, float, float]:
    """Share lost with its 95 % interval: Clopper-Pearson on the effective number of rows."""
    from scipy.stats import beta  # seconds that only deciding spends

    if not len(lost):
        return float("nan"), 0.0, 1.0
    rate, n = float(lost.mean()), effective_rows(lost, accounts)
    events, tail = rate * n, (1 - CONFIDENCE) / 2
    low = float(beta.ppf(tail, events, n - events + 1)) if events > 0 else 0.0
    high = float(beta.ppf(1 - tail, events + 1, n - events)) if events < n else 1.0
    return rate, low, high


def effective_rows(lost: Vector, accounts: Owners) -> float:
    """How many independent rows would say as much (Kish's design effect, by linearisation).

    Rows of one account are not independent: the variance of the share is taken between
    accounts. Where nothing varies, each account counts once.
    """
    owner, _ = pd.factorize(accounts)
    rate = float(lost.mean())
    residual = np.bincount(owner, weights=lost) - rate * np.bincount(owner)
    variance = float(np.sum(residual**2)) / len(lost) ** 2
    if rate in (0.0, 1.0) or variance == 0.0:
        return float(owner.max() + 1)
    return min(rate * (1 - rate) / variance, float(len(lost)))
