"""Contraction and expansion: recurring revenue moves by a configured share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from features.clock import DAY, NEVER, Instants, Mask, cut_of
from features.facts import Facts
from features.outcomes.churn import LogoChurn, paying
from features.outcomes.coverage import PAID_READS, by_account, paid, until
from features.outcomes.label import Fate
from features.view import View

ROUNDING = 1e-9
"""Sums of converted amounts may miss a share by this much and still reach it."""


@dataclass(frozen=True, slots=True)
class Steps:
    """One account's recurring revenue over time.

    Attributes:
        times: the instants from which each level holds, in order, shape (steps,).
        level: recurring revenue from each instant on, likewise.
        lasts: whether the level holds longer than the allowed gap, likewise.
    """

    times: Instants
    level: npt.NDArray[np.float64]
    lasts: Mask


@dataclass(frozen=True)
class Movement:
    """MRR falls (contraction) or rises (expansion) by `share` of its level at `as_of`.

    The level is what was visible then, so a movement that became known only later counts
    from the first day. A level counts only when it lasts longer than the allowed gap, so
    that the moment between two rows of an upgrade is no movement. Full loss is not
    contraction: an account that leaves first never contracts.
    """

    name: Literal["contraction", "expansion"]
    share: float = 0.10
    gap_days: int = 30

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """What tells of paid coverage."""
        return {"subscriptions": PAID_READS}

    @property
    def lag_days(self) -> int:
        """A level is certain only when it has lasted longer than the gap."""
        return self.gap_days

    def population(self, view: View) -> Mask:
        """Accounts with a paid subscription that runs on and is not under notice."""
        return paying(view)

    def fate(self, later: View, as_of: date) -> Fate:
        """When MRR first moved that far and stayed there."""
        loss = LogoChurn(self.gap_days).fate(later, as_of)
        then = paid(later.bucket.at(as_of, later.rates_of).facts("subscriptions"))
        held = then.take(until(then.dates("ended_at")) == NEVER)
        visible = np.bincount(held.account, weights=held.numbers("mrr"), minlength=later.size)
        key = ("levels", self.gap_days, later.prices)
        event_at = np.full(later.size, NEVER)
        for account, steps in later.once(key, lambda: _all_levels(later, self.gap_days)).items():
            event_at[account] = self._moved(steps, visible[account], cut_of(as_of))
        return Fate(np.where(event_at < loss.event_at, event_at, NEVER), loss.followed_until)

    def _moved(self, steps: Steps, visible: float, cut: int) -> int:
        """When the level first lay that far from what was visible before `cut`."""
        now = int(np.searchsorted(steps.times, cut, side="left")) - 1
        base = _base(steps, now, visible)
        if base <= 0:
            return NEVER
        change = steps.level / base - 1
        moved = (-change if self.name == "contraction" else change) >= self.share - ROUNDING
        moved &= (steps.level > 0) & steps.lasts & (np.arange(len(change)) >= now)
        hits = np.flatnonzero(moved)
        return int(steps.times[hits[0]]) if len(hits) else NEVER


def _base(steps: Steps, now: int, visible: float) -> float:
    """The level to compare with: the visible one, unless that was only passing."""
    if now < 0:
        return 0.0
    lasting = np.flatnonzero(steps.lasts[:now])
    before = float(steps.level[lasting[-1]]) if len(lasting) else 0.0
    return before if before > 0 and not steps.lasts[now] else float(visible)


def _all_levels(later: View, gap_days: int) -> dict[int, Steps]:
    """By account, its recurring revenue over time."""
    facts = paid(later.facts("subscriptions"))
    gap = gap_days * DAY
    return {
        account: levels(facts, rows, later.cut, gap) for account, rows in by_account(facts.account)
    }


def levels(facts: Facts, rows: slice, end: int, gap: int) -> Steps:
    """One account's recurring revenue; a level lasts if it holds longer than `gap`."""
    begin, ended = facts.start[rows], until(facts.dates("ended_at")[rows])
    mrr = facts.numbers("mrr")[rows]
    times = np.unique(np.concatenate([begin, ended[ended != NEVER]]))
    holds = (begin[None, :] <= times[:, None]) & (times[:, None] < ended[None, :])
    lasts = np.append(times[1:], max(end, int(times[-1]))) - times > gap
    return Steps(times, (holds * mrr).sum(axis=1), lasts)
