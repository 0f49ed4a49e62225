"""Thresholds from what a company asks: red from its accounts of today, green from the past."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.bands.accounts import Accounts, Rows, Vector
from models.bands.past import Past, realised
from models.bands.plan import BandPlan, Capacity, Fixed, TierPlan, Value
from models.bands.policy import BandPolicy, Thresholds

FEWEST_ACCOUNTS = 20
"""Accounts lost, and accounts that stayed, from which a tier's own past decides its green."""
SHARES = np.arange(0.95, 0.0, -0.025)
"""Shares of the rows that are tried as green, largest first."""


@dataclass(frozen=True)
class Present:
    """Chances of loss of the accounts the team has now, shape (accounts,), and what they are."""

    chance: Vector
    about: Accounts

    @classmethod
    def of(cls, chance: Vector, about: Accounts | None = None) -> "Present":
        """The accounts, of unknown tier and revenue unless `about` tells them."""
        return cls(chance, about or Accounts.unknown(len(chance)))

    def take(self, rows: Rows) -> "Present":
        """Some of the accounts."""
        return Present(self.chance[rows], self.about.take(rows))


def decide(plan: BandPlan, present: Present, past: Past) -> BandPolicy:
    """Thresholds by tier: red from the accounts of today, green from what happened before.

    A tier with a plan of its own is decided on its own accounts, all others together. Where
    these are none, or too few were lost or stayed, all accounts decide instead.

    Args:
        plan: what the company asks of its bands.
        present: the accounts the team has now; at least one.
        past: out-of-time chances with outcomes; at least one.
    """
    here, then = present.about.tier, past.about.tier
    own = {
        name: _thresholds(asked, _Ground.of(present, past, here == name, then == name))
        for name, asked in plan.tiers.items()
    }
    names = np.array(list(plan.tiers), object)
    rest = _Ground.of(present, past, ~np.isin(here, names), ~np.isin(then, names))
    return BandPolicy(_thresholds(plan.default, rest), own, plan.steps)


@dataclass(frozen=True)
class _Ground:
    """The accounts on which thresholds are decided."""

    present: Present
    past: Past

    @classmethod
    def of(cls, present: Present, past: Past, here: Rows, then: Rows) -> "_Ground":
        """The accounts of a tier, or all where they are too few."""
        mine = past.take(then)
        return cls(present.take(here) if here.any() else present, mine if _enough(mine) else past)


def _enough(past: Past) -> bool:
    lost = set(past.accounts[past.lost > 0])
    stayed = set(past.accounts[past.lost == 0])
    return min(len(lost), len(stayed)) >= FEWEST_ACCOUNTS


def _thresholds(asked: TierPlan, ground: _Ground) -> Thresholds:
    base = float(ground.past.lost.mean())
    red = _red(asked, ground.present.chance, Thresholds(2.0, 0.0, base, asked.green_promise * base))
    if isinstance(asked.red, Fixed) and asked.red.green_below is not None:
        green = asked.red.green_below
    else:
        green = _largest_green(ground.past, red)
    return replace(red, green_below=min(green, red.red_from) if red.worth_from is None else green)


def _red(asked: TierPlan, present: Vector, found: Thresholds) -> Thresholds:
    match asked.red:
        case Capacity(share):
            return replace(found, red_from=_answered(present, share))
        case Value(cost, saved, fallback):
            unknown = _answered(present, fallback.share)
            return replace(found, red_from=unknown, worth_from=cost / saved)
        case Fixed(red_from):
            return replace(found, red_from=red_from)


def _answered(present: Vector, capacity: float) -> float:
    """The lowest threshold that asks no more of the team than its capacity.

    Accounts of one chance are answered all or none: there is no reason to choose among
    them. With all chances alike nobody is red, since red would say nothing.
    """
    room = int(np.ceil(capacity * len(present) - 1e-9))
    chances, accounts = np.unique(-present, return_counts=True)
    fit = -chances[np.cumsum(accounts) <= room]
    return float(fit[-1]) if len(fit) else float(np.nextafter(present.max(), np.inf))


def _largest_green(past: Past, red: Thresholds) -> float:
    """The highest threshold under which the upper bound of loss keeps the promise.

    Who is red is not green, however small the chance: revenue may make it so.
    """
    never_green = past.chance >= red.red(past.about.revenue)
    owner = pd.factorize(past.accounts)[0].astype(np.int64)  # numbers compare faster than ids
    for share in SHARES:
        threshold = float(np.quantile(past.chance, share))
        inside = (past.chance < threshold) & ~never_green
        if inside.any() and realised(past.lost[inside], owner[inside])[2] <= red.promise:
            return threshold
    return 0.0
