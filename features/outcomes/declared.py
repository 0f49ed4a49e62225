"""Outcomes that the company wrote down itself, where subscriptions cannot tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from features.clock import MISSING, NEVER, Instants, Mask
from features.facts import Facts
from features.outcomes.coverage import PAID_READS, paid, running
from features.outcomes.label import Fate
from features.view import View

OfContracts = Literal["logo_churn", "contraction", "expansion"]
"""Outcomes of companies with contracts."""

WORDS = {"logo_churn": "churn", "contraction": "contraction", "expansion": "expansion"}


@dataclass(frozen=True)
class Declared:
    """The next row of the `outcomes` table, at the earlier of decision and effect."""

    name: OfContracts

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """What was written down, and what tells of paid coverage."""
        return {"subscriptions": PAID_READS, "outcomes": ("outcome",)}

    @property
    def lag_days(self) -> int:
        """A row is certain as soon as it is written."""
        return 0

    def population(self, view: View) -> Mask:
        """Accounts that have not churned: paying ones, or without subscriptions all.

        A paid subscription begun after the churn took effect brings an account back.
        """
        gone = np.full(view.size, MISSING)
        churn = _rows(view, "churn")
        np.maximum.at(gone, churn.account, churn.dates("occurred_at"))
        if not view.connected("subscriptions"):
            exists = np.bincount(view.facts("accounts").account, minlength=view.size) > 0
            stays: Mask = exists & (gone == MISSING)
            return stays
        held = paid(view.facts("subscriptions"))
        held = held.take(running(held, view.cut) & (held.start > gone[held.account]))
        return np.bincount(held.account, minlength=view.size) > 0

    def fate(self, later: View, as_of: date) -> Fate:
        """When the first outcome happened that was not yet visible at `as_of`."""
        then = later.bucket.at(as_of)
        event_at = _first(later, then, WORDS[self.name])
        if self.name != "logo_churn":
            event_at = np.where(event_at < _first(later, then, "churn"), event_at, NEVER)
        return Fate(event_at, np.full(later.size, NEVER))


def _first(later: View, then: View, word: str) -> Instants:
    """When the first of each account's outcomes happened that `then` did not show yet."""
    rows, shown = _rows(later, word), set(_keys(_rows(then, word)))
    fresh = rows.take(np.array([key not in shown for key in _keys(rows)], dtype=bool))
    first = np.full(later.size, NEVER)
    np.minimum.at(first, fresh.account, fresh.start)
    return first


def _keys(rows: Facts) -> Iterator[tuple[int, int]]:
    """What tells an account's outcomes of one kind apart, whatever version of them holds."""
    return zip(rows.account.tolist(), rows.dates("occurred_at").tolist(), strict=True)


def _rows(view: View, word: str) -> Facts:
    rows = view.facts("outcomes")
    return rows.take(rows.words("outcome").among((word,)))
