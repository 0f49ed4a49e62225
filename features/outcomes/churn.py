"""Logo churn: no paid subscription is left, after an allowed gap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from features.clock import NEVER, Mask, cut_of
from features.facts import View
from features.outcomes.coverage import PAID_READS, Stretch, paid, running, stretches
from features.outcomes.label import Fate


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
        for account, mine in stretches(paid(later.facts("subscriptions")), self.gap_days).items():
            held = [s for s in mine if s.begin < cut]
            if held:
                event_at[account], followed[account] = _lost_at(held[-1]), NEVER
        return Fate(event_at, followed)


def paying(view: View) -> Mask:
    """Accounts with a paid subscription that runs on and is not under notice."""
    subscriptions = paid(view.facts("subscriptions"))
    held = subscriptions.account[running(subscriptions, view.cut)]
    return np.bincount(held, minlength=view.size) > 0


def _lost_at(stretch: Stretch) -> int:
    """When a stretch was given up; never where it ended as agreed."""
    ended_as_agreed = stretch.completed and stretch.end != NEVER
    return NEVER if ended_as_agreed else stretch.given_up
