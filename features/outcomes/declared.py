"""Outcomes that the company wrote down itself, where subscriptions cannot tell."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from features.clock import NEVER, Instants, Mask, cut_of
from features.facts import Facts, View
from features.outcomes.churn import paying
from features.outcomes.label import Fate

WORDS = {"logo_churn": "churn", "contraction": "contraction", "expansion": "expansion"}


@dataclass(frozen=True)
class Declared:
    """The next row of the `outcomes` table, at the earlier of decision and effect."""

    name: Literal["logo_churn", "contraction", "expansion"]

    @property
    def lag_days(self) -> int:
        """A row is certain as soon as it is written."""
        return 0

    def population(self, view: View) -> Mask:
        """Paying accounts; without subscriptions, those that exist and have not churned."""
        if view.connected("subscriptions"):
            return paying(view)
        accounts = view.facts("accounts")
        exists = np.bincount(accounts.account, minlength=view.size) > 0
        gone = self._rows(view, "churn").account
        stays: Mask = np.bincount(gone, minlength=view.size) == 0
        return exists & stays

    def fate(self, later: View, as_of: date) -> Fate:
        """When the first outcome happened that was not yet visible at `as_of`."""
        cut = cut_of(as_of)
        rows = self._rows(later, WORDS[self.name])
        fresh = rows.take((rows.start >= cut) | (rows.known >= cut))
        event_at = np.full(later.size, NEVER)
        np.minimum.at(event_at, fresh.account, fresh.start)
        return Fate(event_at, self._followed(later, event_at, cut))

    def _rows(self, view: View, word: str) -> Facts:
        rows = view.facts("outcomes")
        return rows.take(rows.words("outcome").among((word,)))

    def _followed(self, later: View, event_at: Instants, cut: int) -> Instants:
        """A churned account is followed no further by contraction and expansion."""
        never = np.full(later.size, NEVER)
        if self.name == "logo_churn":
            return never
        churn = self._rows(later, "churn")
        after = churn.take(churn.start >= cut)
        np.minimum.at(never, after.account, after.start)
        return np.where(event_at < never, NEVER, never)
