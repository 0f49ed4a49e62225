"""Snapshots joined with outcomes: who was at risk in an interval, and who was lost."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.outcomes.label import EVENT, FOLLOWED, QUIET
from models.intervals import INTERVALS, SEEN_AGAIN, Interval

if TYPE_CHECKING:
    from models.course import Courses

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Dataset:
    """One row per account and date, with what happened afterwards.

    Attributes:
        frame: `account_id`, `as_of` (date) and the snapshot's columns, ordered by date
            and account.
        event_days: days from `as_of` to the loss, infinity for never, shape (rows,).
        followed_days: days for which the account was followed, likewise.
        lag_days: days after the end of an interval until its outcome is certain.
        data_as_of: the date on which the outcomes were read.
        lead: days from `as_of` on in which a loss does not count where a horizon is asked
            about: who is lost by then is not asked about (docs/adr/0014). The risk sets of
            intervals, from which hazards are learnt, know nothing of it.
        quiet_days: where a silence is what makes a loss, for how many days there had been one at
            `as_of`, likewise; None for other outcomes.
        courses: snapshots of closer dates, from which fits learn (`models.course`); None for none.
    """

    frame: pd.DataFrame
    event_days: npt.NDArray[np.float64]
    followed_days: npt.NDArray[np.float64]
    lag_days: int
    data_as_of: date
    lead: int = 0
    quiet_days: npt.NDArray[np.float64] | None = None
    courses: "Courses | None" = None

    @cached_property
    def ordinals(self) -> npt.NDArray[np.int64]:
        """`as_of` of each row as a day number."""
        days = self.frame["as_of"].map(date.toordinal)
        return days.to_numpy(np.int64)

    @property
    def dates(self) -> list[date]:
        """The distinct dates in order."""
        return sorted(self.frame["as_of"].unique())

    def take(self, rows: Mask) -> "Dataset":
        """The dataset of some rows."""
        return replace(
            self,
            frame=self.frame[rows].reset_index(drop=True),
            event_days=self.event_days[rows],
            followed_days=self.followed_days[rows],
            quiet_days=None if self.quiet_days is None else self.quiet_days[rows],
        )

    def told_until(self, embargo: int) -> date:
        """Until when outcomes tell of every loss, if one takes `embargo` days to be recorded."""
        return self.data_as_of - timedelta(days=embargo)

    def matured(self, end_days: int, at: date) -> Mask:
        """Rows whose outcome within `end_days` was certain on the date `at`."""
        latest = at - timedelta(days=end_days + self.lag_days)
        matured: Mask = self.ordinals <= latest.toordinal()
        return matured

    def lost_within(self, days: int) -> Mask:
        """Rows whose account was lost within `days`; only matured rows mean anything."""
        lost: Mask = (self.event_days <= days) & (self.event_days <= self.followed_days)
        return lost

    def followed(self, days: int) -> Mask:
        """Rows still there after the lead that were followed for `days`, or until the loss."""
        if not self.lead:
            return self._followed(days)
        return self._followed(days) & ~self.lost_within(self.lead)

    def at_risk(self, interval: Interval, at: date) -> Mask:
        """Rows that enter an interval's risk set with an outcome certain on `at`.

        An account lost before the interval begins has left the risk set. Rows matured for
        an earlier interval only are left out even where the loss is known already, since
        keeping losses and not survivals would bias the hazard.
        """
        alive = (self.event_days > interval.start) | (interval.start == 0)
        return self.matured(interval.end, at) & alive & self._followed(interval.end)

    def met_by(self, at: date) -> set[str]:
        """The accounts that a fit on the date `at` may have met.

        With courses all that had been seen. Otherwise those of rows old enough: the first
        interval's, which mature first, where open silences are drawn (`models.open_outcomes`)
        those over which it has passed, and otherwise also rows that were seen again a month
        later (`models.foretold`).
        """
        if self.courses is not None:
            return self.courses.seen_by(at)
        passed = SEEN_AGAIN[0] if self.quiet_days is None else INTERVALS[0].end
        old = self.ordinals <= at.toordinal() - passed
        return set(self.frame["account_id"].to_numpy(object)[old])

    def _followed(self, days: int) -> Mask:
        enough: Mask = (self.followed_days >= days) | self.lost_within(days)
        return enough


def aligned(dataset: Dataset, fates: pd.DataFrame) -> Dataset:
    """The same rows with the fates of another definition of the same population and dates.

    Raises ValueError where the fates do not describe the same rows.
    """
    keys = ["account_id", "as_of"]
    merged = dataset.frame[keys].merge(fates, on=keys, how="left", validate="one_to_one")
    if len(fates) != len(merged) or merged[EVENT].isna().any():
        raise ValueError(
            f"{len(dataset.frame)} rows and {len(fates)} outcomes of another definition do not "
            "describe the same population and dates."
        )
    event, followed = (merged[name].to_numpy(float) for name in (EVENT, FOLLOWED))
    return replace(dataset, event_days=event, followed_days=followed, quiet_days=None, courses=None)


def join(snapshots: pd.DataFrame, fates: pd.DataFrame, lag_days: int, data_as_of: date) -> Dataset:
    """Join snapshots with the fates of the same population and dates.

    Raises ValueError where the two do not describe the same rows.
    """
    merged = snapshots.merge(fates, on=["account_id", "as_of"], validate="one_to_one")
    if not len(merged) == len(snapshots) == len(fates):
        raise ValueError(
            f"{len(snapshots)} snapshot rows and {len(fates)} outcomes share only "
            f"{len(merged)}: both must describe the same population and dates."
        )
    merged = merged.sort_values(["as_of", "account_id"], ignore_index=True)
    event, followed = (merged.pop(name).to_numpy(float) for name in (EVENT, FOLLOWED))
    quiet = merged.pop(QUIET).to_numpy(float) if QUIET in merged else np.full(len(merged), np.nan)
    told = None if np.isnan(quiet).any() else quiet
    return Dataset(merged, event, followed, lag_days, data_as_of, quiet_days=told)
