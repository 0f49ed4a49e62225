"""Outcomes: what happened to an account after `as_of`, under a named definition.

A label definition answers two questions. Which accounts could still have the outcome at
an instant (its population, from what was visible then)? And when did it happen to them
(from what is visible at a later instant, the data's own `as_of`)?
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from features.clock import DAY, NEVER, Floats, Instants, Mask, cut_of
from features.view import Bucket, View

if TYPE_CHECKING:
    import pandas as pd

EVENT, FOLLOWED, QUIET = "event_days", "followed_days", "quiet_days"
"""The columns of fates, in days."""


@dataclass(frozen=True)
class Fate:
    """What happened to each account of a bucket after one `as_of`.

    Attributes:
        event_at: when the outcome happened, microseconds; NEVER if it has not. An outcome
            that had begun before `as_of` but was known only later lies before the cut.
        followed_until: up to when the account was followed: the cut where what put it into
            the population was withdrawn since, so that nothing can be told; NEVER otherwise.
        quiet_since: where a silence is the outcome, the last activity by `as_of`; None elsewhere.

    An account that ended in another way (its work was completed, or all of it was lost before
    it contracted) can no longer have the outcome. It stays as one that never had it, rather
    than being dropped: dropping would keep those who had the outcome first and none of those
    who did not, and products of hazards would not be the share that has it (Fine and Gray
    1999, subdistribution hazards).
    """

    event_at: Instants
    followed_until: Instants
    quiet_since: Instants | None = None


class Label(Protocol):
    """A named definition of an outcome."""

    @property
    def name(self) -> str:
        """The outcome's name."""

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each table that it reads, beside the clocks."""

    @property
    def lag_days(self) -> int:
        """Days after the end of a horizon until its outcome is known for certain."""

    def population(self, view: View) -> Mask:
        """Which accounts could still have the outcome, shape (accounts,)."""

    def fate(self, later: View, as_of: date) -> Fate:
        """When the outcome happened after `as_of`, as far as `later` shows."""


def fates(bucket: Bucket, label: Label, dates: list[date], data_as_of: date) -> "pd.DataFrame":
    """The outcomes of the population at each of `dates`, as known at `data_as_of`.

    Returns one row per account and date with `account_id`, `as_of`, and in whole days
    after `as_of` (float64, infinity for never): `event_days`, on which day the outcome
    happened, where 1 is the day after `as_of` and 0 an outcome that had happened by then
    and was known only later; and `followed_days`, how many days the account was followed.
    `quiet_days`, for how many days there had been no activity by `as_of`, is NaN where no silence
    is the outcome.
    """
    import pandas as pd  # only training asks for fates; snapshots do without its import

    later = bucket.at(data_as_of)
    parts = [_fate_rows(bucket, label, day, later.priced(day)) for day in dates]
    columns = ["account_id", "as_of", EVENT, FOLLOWED, QUIET]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _fate_rows(bucket: Bucket, label: Label, day: date, later: View) -> "pd.DataFrame":
    import pandas as pd

    rows = np.flatnonzero(label.population(bucket.at(day)))
    fate = label.fate(later, day)
    event_at, followed_until = fate.event_at[rows], fate.followed_until[rows]
    event = np.where(event_at <= followed_until, _whole_days(cut_of(day), event_at) + 1, np.inf)
    followed = np.maximum(_whole_days(cut_of(day), followed_until), 0)
    return pd.DataFrame(
        {
            "account_id": [bucket.accounts[i] for i in rows],
            "as_of": pd.Series([day] * len(rows), dtype=object),
            EVENT: np.maximum(event, 0),
            FOLLOWED: np.where(np.isfinite(event), np.maximum(followed, event), followed),
            QUIET: _quiet(cut_of(day), fate.quiet_since, rows),
        }
    )


def _quiet(cut: int, since: Instants | None, rows: npt.NDArray[np.int64]) -> Floats:
    """Whole days without activity by the cut; NaN where no silence is asked about."""
    if since is None:
        return np.full(len(rows), np.nan)
    return np.maximum(-1 - _whole_days(cut, since[rows]), 0)


def _whole_days(cut: int, instants: Instants) -> Floats:
    """Whole days that have passed since `cut`; negative before it, infinity for NEVER."""
    never = instants == NEVER
    return np.where(never, np.inf, (np.where(never, cut, instants) - cut) // DAY)
