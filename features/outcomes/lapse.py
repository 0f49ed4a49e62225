"""Lapse: N days of silence, for companies whose customers hold no contract.

A lapse occurs at the last activity before N silent days and becomes known N days later.
The population is every account active within the last N days; one that is already silent
for good counts as lost from the first interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from features.clock import DAY, MISSING, NEVER, Instants, Mask, cut_of
from features.facts import Facts
from features.outcomes.label import Fate
from features.view import View


@dataclass(frozen=True)
class Lapse:
    """Silence of `silent_days` in the activity of `table`, narrowed to some `events`."""

    silent_days: int = 90
    table: str = "usage"
    events: tuple[str, ...] = ()
    name: str = "lapse"

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """What tells the events that count."""
        return {self.table: ("event",) if self.events else ()}

    @property
    def lag_days(self) -> int:
        """A silence is certain only when it has lasted long enough."""
        return self.silent_days

    def population(self, view: View) -> Mask:
        """Accounts active within the last N days."""
        activity = self._activity(view)
        recent = activity.start >= view.cut - self.silent_days * DAY
        return np.bincount(activity.account[recent], minlength=view.size) > 0

    def fate(self, later: View, as_of: date) -> Fate:
        """When the first silence began that no activity before `as_of` ends."""
        activity = self._activity(later)
        account, moment = activity.account, activity.start
        ends = _silence_begins(account, moment, self.silent_days * DAY, later.cut)
        last = _last_before(account, moment, cut_of(as_of), later.size)
        event_at = (
            np.where(last >= 0, ends[last], NEVER) if len(ends) else np.full(later.size, NEVER)
        )
        unknown = np.full(later.size, cut_of(as_of))
        quiet_since = np.where(last >= 0, moment[last], unknown) if len(moment) else unknown
        return Fate(event_at, np.where(last >= 0, NEVER, unknown), quiet_since)

    def _activity(self, view: View) -> Facts:
        facts = view.facts(self.table)
        keep = facts.start != MISSING
        if self.events:
            keep &= facts.words("event").among(self.events)
        return facts.take(keep)


def _silence_begins(account: np.ndarray, moment: Instants, silence: int, end: int) -> Instants:
    """For each activity, the first one at or after it that N silent days follow.

    Activities come ordered by account and time; NEVER where no such silence is seen.
    """
    following = np.full(len(moment), end)
    following[:-1] = np.where(account[1:] == account[:-1], moment[1:], end)
    silent = following - moment > silence
    rows = np.arange(len(moment))
    nearest = np.minimum.accumulate(np.where(silent, rows, len(moment))[::-1])[::-1]
    safe = np.minimum(nearest, len(moment) - 1)
    mine = (nearest < len(moment)) & (account[safe] == account)
    return np.where(mine, moment[safe], NEVER)


def _last_before(account: np.ndarray, moment: Instants, cut: int, size: int) -> np.ndarray:
    """The row of each account's last activity before `cut`; -1 where there is none."""
    rows = np.flatnonzero(moment < cut)
    last = np.full(size, -1)
    last[account[rows]] = rows
    return last
