"""Accounts whose paid time ended on the very day that is looked at, and goes on nowhere yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from features.clock import DAY
from features.lake import Lake
from features.outcomes.churn import paying
from features.outcomes.coverage import PAID_READS, paid
from features.prepare import prepare
from features.view import Bucket

_READS = tuple(name for name in PAID_READS if name != "currency")
"""A price above nothing is one in any currency, so that no rates are needed."""
FEWEST, SHARE = 3, 0.01
"""Accounts, and their share of all that paid the day before, from which on it is conspicuous."""


@dataclass(frozen=True, slots=True)
class JustEnded:
    """How many accounts paid until a day.

    Attributes:
        accounts: whose paid subscription ended that day, without notice and without another.
        before: that paid at the end of the day before.
    """

    accounts: int
    before: int

    @property
    def conspicuous(self) -> bool:
        """Whether they are more than leave on a day: their next period may not be there yet."""
        return self.accounts >= max(FEWEST, SHARE * self.before)

    def __add__(self, other: "JustEnded") -> "JustEnded":
        return JustEnded(self.accounts + other.accounts, self.before + other.before)


def just_ended(lake: Lake, dates: Sequence[date]) -> dict[date, JustEnded]:
    """For each date the accounts whose paid time ended on it; subscriptions are read once."""
    found = dict.fromkeys(dates, JustEnded(0, 0))
    if "subscriptions" not in lake.manifest.tables:
        return found
    for index in range(lake.manifest.buckets):
        bucket = prepare(lake.bucket(index, {"subscriptions": _READS}))
        for day in dates:
            found[day] += _of(bucket, day)
    return found


def _of(bucket: Bucket, as_of: date) -> JustEnded:
    now, before = bucket.at(as_of), bucket.at(as_of - timedelta(days=1))
    rows = paid(now.facts("subscriptions"))
    ended = rows.dates("ended_at")
    today = (ended >= now.cut - DAY) & (ended < now.cut) & (rows.numbers("is_completed") != 1)
    mine = np.bincount(rows.account[today], minlength=now.size) > 0
    was = paying(before)
    return JustEnded(int((was & ~paying(now) & mine).sum()), int(was.sum()))
