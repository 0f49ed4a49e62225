"""Logo churn: no paid subscription is left, after an allowed gap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from features.clock import NEVER, Instants, Mask, cut_of
from features.outcomes.coverage import PAID_READS, Stretch, paid, running, stretches
from features.outcomes.label import Fate
from features.view import View


@dataclass(frozen=True)
class LogoChurn:
    """Loss of the last paid subscription; it happens at the earlier of notice and end."""

    gap_days: int = 30
    name: str = "logo_churn"

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """What tells of paid coverage."""
        return {"subscriptions": PAID_READS}

    @property
    def lag_days(self) -> int:
        """An end is certain only when the allowed gap has passed without a new start."""
        return self.gap_days

    def population(self, view: View) -> Mask:
        """Accounts with a paid subscription that runs on and is not under notice."""
        return paying(view)

    def fate(self, later: View, as_of: date) -> Fate:
        """When the stretch of coverage that `as_of` lies in was given up."""
        cut = cut_of(as_of)
        event_at = np.full(later.size, NEVER)
        followed = np.full(later.size, cut)
        # prices are above 0 at any day's rates, so that coverage is the same for all dates
        ends = later.once(("ends of coverage", self.gap_days), lambda: _ends(later, self.gap_days))
        begun = np.flatnonzero(ends.begin < cut)
        newest = begun[np.append(np.diff(ends.account[begun]) > 0, True)[: len(begun)]]
        event_at[ends.account[newest]] = ends.lost_at[newest]
        followed[ends.account[newest]] = NEVER
        return Fate(event_at, followed)


@dataclass(frozen=True, slots=True)
class _Ends:
    """All stretches of coverage, ordered by account and time; arrays of shape (stretches,)."""

    account: npt.NDArray[np.int64]
    begin: Instants
    lost_at: Instants


def _ends(later: View, gap_days: int) -> _Ends:
    found = stretches(paid(later.facts("subscriptions")), gap_days)
    rows = [(owner, s.begin, _lost_at(s)) for owner, mine in found.items() for s in mine]
    account, begin, lost_at = np.array(rows, np.int64).reshape(-1, 3).T
    return _Ends(account, begin, lost_at)


def paying(view: View) -> Mask:
    """Accounts with a paid subscription that runs on and is not under notice."""
    subscriptions = paid(view.facts("subscriptions"))
    held = subscriptions.account[running(subscriptions, view.cut)]
    return np.bincount(held, minlength=view.size) > 0


def _lost_at(stretch: Stretch) -> int:
    """When a stretch was given up; never where it ended as agreed."""
    ended_as_agreed = stretch.completed and stretch.end != NEVER
    return NEVER if ended_as_agreed else stretch.given_up
