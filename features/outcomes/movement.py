"""Contraction and expansion: recurring revenue moves by a configured share."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from features.clock import DAY, NEVER, Instants, Mask, cut_of
from features.facts import Facts, View
from features.outcomes.churn import LogoChurn, paying
from features.outcomes.coverage import by_account, paid, until
from features.outcomes.label import Fate


@dataclass(frozen=True)
class Movement:
    """MRR falls (contraction) or rises (expansion) by `share` of its level at `as_of`.

    A level counts only when it lasts longer than the allowed gap, so that the moment
    between two rows of an upgrade is no movement. An account that leaves altogether is
    followed until then: full loss is not contraction.
    """

    name: Literal["contraction", "expansion"]
    share: float = 0.10
    gap_days: int = 30

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
        subscriptions = paid(later.facts("subscriptions"))
        event_at = np.full(later.size, NEVER)
        for account, rows in by_account(subscriptions.account):
            event_at[account] = self._moved(subscriptions, rows, as_of, later.cut)
        followed = np.minimum(loss.followed_until, loss.event_at)
        return Fate(np.where(event_at < followed, event_at, NEVER), followed)

    def _moved(self, facts: Facts, rows: slice, as_of: date, end: int) -> int:
        times, level = levels(facts, rows)
        cut = cut_of(as_of)
        now = int(np.searchsorted(times, cut, side="left")) - 1
        if now < 0 or level[now] <= 0:
            return NEVER
        lasts = np.append(times[1:], max(end, int(times[-1]))) - times > self.gap_days * DAY
        ratio = level / level[now]
        moved = ratio <= 1 - self.share if self.name == "contraction" else ratio >= 1 + self.share
        hits = np.flatnonzero(moved & (level > 0) & lasts & (np.arange(len(level)) > now))
        return int(times[hits[0]]) if len(hits) else NEVER


def levels(facts: Facts, rows: slice) -> tuple[Instants, npt.NDArray[np.float64]]:
    """One account's recurring revenue as steps: instants and the level from each on."""
    begin, end = facts.start[rows], until(facts.dates("ended_at")[rows])
    mrr = facts.numbers("mrr")[rows]
    times = np.unique(np.concatenate([begin, end[end != NEVER]]))
    holds = (begin[None, :] <= times[:, None]) & (times[:, None] < end[None, :])
    return times, (holds * mrr).sum(axis=1)
