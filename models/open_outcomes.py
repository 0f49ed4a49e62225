"""Outcomes that are still open, drawn from what is known of them.

A silence of 90 days is certain only 90 days later, so that nothing of the last months could be
learnt from, though most of it is known: whoever came back has not lapsed. Of the others only
one thing is open: whether their present silence lasts. How likely that is, an account's newest
snapshot tells, by what became of the silences of earlier dates. One future of each account is
drawn from that chance, for all its rows alike (imputation, Rubin 1987), and the rows of the last
months are learnt from as if it had come. Rows that figures and calibrators rest on never are drawn.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.dataset import Dataset, Mask
from models.encoding import InputSchema, Matrix
from models.enough import enough
from models.flavours import Flavour
from models.flavours.base import sigmoid
from models.intervals import Interval

Vector = npt.NDArray[np.float64]

BEGUN = Interval(0, 0)
"""Losses that had begun by the date of the snapshot and were certain only later."""
TEACHER = "lightgbm"
"""The flavour that tells how likely a silence is to last."""


@dataclass(frozen=True)
class Silences:
    """What tells how likely silences are to last.

    Attributes:
        data: the rows.
        inputs: of shape (rows, columns of `schema`).
        teacher: the flavour that learns it.
        seed: of the fit, and of what is drawn.
    """

    data: Dataset
    inputs: Matrix
    schema: InputSchema
    teacher: Flavour
    seed: int

    def as_known(self, at: date) -> Dataset:
        """The dataset with the outcomes that can be learnt from on a date.

        Where outcomes are certain at once, or where silences are not known, or too few of them
        have ended or lasted to learn from, it is the dataset itself. Otherwise an outcome counts
        as certain when its horizon has passed, and `data_as_of` is the last date of a snapshot
        by `at`.
        """
        data = self.data
        if not data.lag_days or data.quiet_days is None:
            return data
        days = [day for day in data.dates if day <= at]
        chance = self.lasting(days[-1]) if days else None
        return data if chance is None else _completed(data, days[-1], chance, self.seed)

    def lasting(self, day: date) -> Vector | None:
        """The chance that the silences of a date's rows last, shape (rows of the date,).

        None where too few have ended or lasted by then.
        """
        data = self.data
        rows = data.at_risk(BEGUN, day)
        lost = data.lost_within(BEGUN.end)[rows].astype(np.float64)
        if not enough(lost, len(np.unique(data.ordinals[rows]))):
            return None
        fitted = self.teacher.fit(self.inputs[rows], lost, self.schema, self.seed)
        return sigmoid(fitted.log_odds(self.inputs[data.ordinals == day.toordinal()]))


def _completed(data: Dataset, day: date, chance: Vector, seed: int) -> Dataset:
    """The dataset as if on `day` each open silence had been seen to last or to end."""
    today, passed = data.ordinals == day.toordinal(), day.toordinal() - data.ordinals
    quiet = np.asarray(data.quiet_days)
    began = np.where(data.event_days > 0, data.event_days, -quiet)  # 0 is any day before, too
    certain = began + data.lag_days <= passed
    begun = np.where(drawn(chance, seed), -quiet[today], np.inf)
    accounts = pd.Index(data.frame["account_id"].to_numpy(object))
    place = pd.Index(accounts[today]).get_indexer(accounts)
    still = (place >= 0) & ~certain
    open_event = np.maximum(begun[np.maximum(place, 0)] + passed, 0)
    event = np.where(certain, data.event_days, np.where(still, open_event, np.inf))
    followed = np.where(certain | still, passed, -1).astype(np.float64)
    followed = np.minimum(followed, data.followed_days)
    return replace(data, event_days=event, followed_days=followed, lag_days=0, data_as_of=day)


def drawn(chance: Vector, seed: int) -> Mask:
    """One future of each account, as many lost as the chances say at every height of chance.

    Systematic sampling: along the accounts in order of their chance, one is lost whenever the
    sum of the chances passes a whole number, so that luck moves no level.
    """
    order = np.argsort(chance, kind="stable")
    sums = np.cumsum(chance[order]) + np.random.default_rng(seed).random()
    out = np.empty(len(chance), np.bool_)
    out[order] = np.floor(sums) > np.floor(sums - chance[order])
    return out
