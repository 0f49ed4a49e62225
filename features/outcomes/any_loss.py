"""Any loss: the account leaves, or its recurring revenue shrinks, whichever comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from features.clock import Mask
from features.outcomes.label import Fate, Label
from features.view import View


@dataclass(frozen=True)
class AnyLoss:
    """The first of logo churn and contraction.

    Attributes:
        churn: the definition of leaving.
        contraction: that of shrinking; an account that leaves first never shrinks, so the two
            never happen at once. Both must have the same population.
    """

    churn: Label
    contraction: Label
    name: str = "any_loss"

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """What either cause reads."""
        every = [*self.churn.reads.items(), *self.contraction.reads.items()]
        tables = dict.fromkeys(table for table, _ in every)
        return {t: tuple(dict.fromkeys(c for n, cs in every if n == t for c in cs)) for t in tables}

    @property
    def lag_days(self) -> int:
        """That no loss has happened is certain when neither cause can turn up any more."""
        return max(self.churn.lag_days, self.contraction.lag_days)

    def population(self, view: View) -> Mask:
        """The accounts that could leave."""
        return self.churn.population(view)

    def fate(self, later: View, as_of: date) -> Fate:
        """When the first of both happened."""
        one, other = self.churn.fate(later, as_of), self.contraction.fate(later, as_of)
        return Fate(
            np.minimum(one.event_at, other.event_at),
            np.minimum(one.followed_until, other.followed_until),
        )
