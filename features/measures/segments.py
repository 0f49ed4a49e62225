"""Segments: words that an account's own facts put it under, derived at `as_of`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from features.clock import Floats
from features.measures.lens import Labels, Lens, Measure, Verbal, numbers
from features.measures.states import DaysSinceFirst, DaysUntil, Latest, TotalOpen, still_open
from features.measures.totals import counts

HELD = ("ended_at",)
MONTHS = 12
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Classed(Verbal):
    """The class of another measure's value: the last one whose least value it reaches.

    `classes` are (name, least value) pairs, ascending; `times` multiplies the value first,
    12 to make yearly revenue of monthly.
    """

    of: Measure
    classes: tuple[tuple[str, float], ...]
    times: float = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """What the other measure reads."""
        return self.of.columns

    def over(self, lens: Lens) -> Labels:
        """Names; missing where there is no value, or one below the first class."""
        return _classed(numbers(self.of.over(lens)) * self.times, self.classes)


def _classed(values: Floats, classes: tuple[tuple[str, float], ...]) -> Labels:
    least = np.array([edge for _, edge in classes])
    codes = np.searchsorted(least, values, side="right") - 1
    known = np.where(np.isnan(values), -1, codes).astype(np.int32)
    return Labels(known, tuple(name for name, _ in classes))


@dataclass(frozen=True)
class PaidOrFree(Verbal):
    """Whether an account holds a paid subscription, only free ones, or none (of subscriptions)."""

    columns = ("is_free", "mrr", *HELD)

    def over(self, lens: Lens) -> Labels:
        """`paid`, `free` or `none`."""
        rows = still_open(lens.rows, HELD)
        free = (rows.facts.numbers("is_free") == 1) | ~(rows.facts.numbers("mrr") > 0)
        paid = counts(lens, rows.take(np.flatnonzero(~free))) > 0
        held = counts(lens, rows) > 0
        codes = np.where(paid, 0, np.where(held, 1, 2)).astype(np.int32)
        return Labels(codes, ("paid", "free", "none"))


@dataclass(frozen=True)
class LifecycleStage(Verbal):
    """Where an account is between its first subscription and its next renewal.

    `onboarding` for its first days, then `renewing` when a renewal is near, else
    `adopting` until it is `established`. All limits in days.
    """

    onboarding: int = 90
    adopting: int = 365
    renewing: int = 90

    columns = ("renews_at", *HELD)

    def over(self, lens: Lens) -> Labels:
        """A stage; missing without a subscription."""
        age = DaysSinceFirst().over(lens)
        ahead = DaysUntil("renews_at", HELD).over(lens)
        codes = np.select(
            [np.isnan(age), age < self.onboarding, ahead <= self.renewing, age < self.adopting],
            [-1, 0, 3, 1],
            2,
        )
        return Labels(codes.astype(np.int32), ("onboarding", "adopting", "established", "renewing"))


@dataclass(frozen=True)
class MonthOfYear(Verbal):
    """The month in which `as_of` lies: the same for all accounts, so that it tells of a season.

    Models do not read it as they read other signals: see `models.flavours.seasonal`.
    """

    columns = ()

    def over(self, lens: Lens) -> Labels:
        """Its English name."""
        months = np.array([day.month - 1 for day in lens.timeline.dates], np.int32)
        return Labels(np.broadcast_to(months, lens.shape).copy(), MONTH_NAMES)


@dataclass(frozen=True)
class Tier(Verbal):
    """How much an account matters: by contract value, raised by size and growth potential.

    `tiers` are (name, least yearly revenue) pairs, ascending. An account with at least
    `large` people employed, or whose growth potential is one of `promising`, is raised by
    one tier.
    """

    tiers: tuple[tuple[str, float], ...]
    large: int
    promising: tuple[str, ...]

    columns = ("mrr", *HELD)
    elsewhere: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "accounts": ("employees", "growth_potential")
    }

    def over(self, lens: Lens) -> Labels:
        """Names; missing where the yearly revenue is below the first tier."""
        yearly = TotalOpen("mrr", HELD).over(lens) * MONTHS
        by_value = _classed(yearly, self.tiers)
        raised = np.minimum(by_value.codes + self._raised(lens), len(self.tiers) - 1)
        codes = np.where(by_value.codes < 0, -1, raised).astype(np.int32)
        return Labels(codes, by_value.words)

    def _raised(self, lens: Lens) -> npt.NDArray[np.bool_]:
        if not lens.timeline.connected("accounts"):
            return np.zeros(lens.shape, dtype=bool)
        accounts = lens.table("accounts")
        raised: npt.NDArray[np.bool_] = np.zeros(accounts.shape, dtype=bool)
        if "employees" in accounts.rows.facts.columns:
            raised |= numbers(Latest("employees").over(accounts)) >= self.large
        potential = Latest("growth_potential").over(accounts)
        if isinstance(potential, Labels):
            wanted = np.array([w.lower() in self.promising for w in potential.words] + [False])
            raised |= wanted[potential.codes]
        return raised
