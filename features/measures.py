"""The grammar of signals: small declarations that say what is measured.

Each measure is a frozen dataclass of parameters only. `over` computes it for every
account of a bucket from facts that are already cut and already narrowed to the signal's
window and filter, and returns float64 of shape (accounts,); NaN means that there is
nothing to measure, which the signal's `empty` may replace.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from features.clock import DAY, HOUR, MISSING, Floats, Mask, days_between
from features.facts import Facts, View
from features.words import Words


@dataclass(frozen=True)
class Lens:
    """What a measure may look at.

    Attributes:
        facts: the facts of the signal's table within the window and filter.
        whole: those of the window without the filter.
        view: everything visible at `as_of`.
        end: the first microsecond after the window.
        earlier: what lies in the window of equal length before; None without a window.
    """

    facts: Facts
    whole: Facts
    view: View
    end: int
    earlier: "Lens | None" = None

    @property
    def size(self) -> int:
        """Number of accounts."""
        return self.view.size


class Measure(Protocol):
    """What every measure offers."""

    def over(self, lens: Lens) -> Floats | Words:
        """One value per account; NaN where there is nothing to measure."""


def _present(facts: Facts, size: int) -> Mask:
    return np.bincount(facts.account, minlength=size) > 0


def _sum(facts: Facts, weights: Floats, size: int) -> Floats:
    """Sums per account; NaN where an account has no facts. Empty values add nothing."""
    known = ~np.isnan(weights)
    total = np.bincount(facts.account[known], weights=weights[known], minlength=size)
    return np.where(_present(facts, size), total, np.nan)


@dataclass(frozen=True)
class Count:
    """Number of facts."""

    def over(self, lens: Lens) -> Floats:
        """One count per account."""
        count = np.bincount(lens.facts.account, minlength=lens.size).astype(np.float64)
        return np.where(count > 0, count, np.nan)


@dataclass(frozen=True)
class Total:
    """Sum of a column."""

    column: str

    def over(self, lens: Lens) -> Floats:
        """One sum per account."""
        return _sum(lens.facts, lens.facts.numbers(self.column), lens.size)


@dataclass(frozen=True)
class Mean:
    """Mean of a column over the facts that have it."""

    column: str

    def over(self, lens: Lens) -> Floats:
        """One mean per account."""
        facts = lens.facts.take(~np.isnan(lens.facts.numbers(self.column)))
        count = np.bincount(facts.account, minlength=lens.size)
        return _sum(facts, facts.numbers(self.column), lens.size) / np.maximum(count, 1)


@dataclass(frozen=True)
class Distinct:
    """Number of different words in a column."""

    column: str

    def over(self, lens: Lens) -> Floats:
        """One count per account."""
        words = lens.facts.words(self.column)
        named = words.codes >= 0
        width = len(words.words) + 1
        pair = lens.facts.account[named].astype(np.int64) * width + words.codes[named]
        owner = np.unique(pair) // width
        count = np.bincount(owner, minlength=lens.size).astype(np.float64)
        return np.where(count > 0, count, np.nan)


@dataclass(frozen=True)
class ActiveDays:
    """Number of different days (UTC) with a fact."""

    def over(self, lens: Lens) -> Floats:
        """One count per account."""
        account, _ = _account_days(lens.facts)
        count = np.bincount(account, minlength=lens.size).astype(np.float64)
        return np.where(count > 0, count, np.nan)


def _account_days(facts: Facts) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The distinct (account, day) pairs in order; facts come ordered by both."""
    dated = facts.start != MISSING
    account, day = facts.account[dated].astype(np.int64), facts.start[dated] // DAY
    first = np.ones(len(account), dtype=bool)
    first[1:] = (account[1:] != account[:-1]) | (day[1:] != day[:-1])
    return account[first], day[first]


@dataclass(frozen=True)
class DaysSinceLast:
    """Days from the latest fact to `as_of`."""

    def over(self, lens: Lens) -> Floats:
        """Days as fractions, one per account."""
        last = np.full(lens.size, MISSING)
        np.maximum.at(last, lens.facts.account, lens.facts.start)
        return days_between(last, lens.end)


@dataclass(frozen=True)
class DaysSinceFirst:
    """Days from the earliest fact to `as_of`."""

    def over(self, lens: Lens) -> Floats:
        """Days as fractions, one per account."""
        dated = lens.facts.take(lens.facts.start != MISSING)
        first = np.full(lens.size, lens.end)
        np.minimum.at(first, dated.account, dated.start)
        return np.where(_present(dated, lens.size), days_between(first, lens.end), np.nan)


@dataclass(frozen=True)
class Change:
    """Another measure's change against the window before, from -1 (stopped) to 1 (new).

    The difference over the sum, so that a doubling and a halving weigh the same and an
    empty window is no division by zero.
    """

    of: Measure

    def over(self, lens: Lens) -> Floats:
        """One change per account; NaN where both windows are empty."""
        if lens.earlier is None:
            raise ValueError("Change needs a window")
        now, before = self.of.over(lens), self.of.over(lens.earlier)
        if isinstance(now, Words) or isinstance(before, Words):
            raise TypeError("Change measures numbers, not words")
        now, before = np.nan_to_num(now), np.nan_to_num(before)
        size = np.abs(now) + np.abs(before)
        return np.where(size > 0, (now - before) / np.where(size > 0, size, 1), np.nan)


@dataclass(frozen=True)
class Share:
    """Share of the window's facts that pass the signal's filter, 0 to 1."""

    def over(self, lens: Lens) -> Floats:
        """One share per account; NaN where the window is empty."""
        part = np.bincount(lens.facts.account, minlength=lens.size)
        whole = np.bincount(lens.whole.account, minlength=lens.size)
        return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


@dataclass(frozen=True)
class ShareWith:
    """Share of the facts whose date column is filled, 0 to 1, e.g. tickets escalated."""

    column: str

    def over(self, lens: Lens) -> Floats:
        """One share per account."""
        filled = lens.facts.take(lens.facts.dates(self.column) != MISSING)
        part = np.bincount(filled.account, minlength=lens.size)
        whole = np.bincount(lens.facts.account, minlength=lens.size)
        return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


@dataclass(frozen=True)
class Latest:
    """The latest fact's value of a number or text column.

    Of facts that happened at the same instant, the one that became known last counts.
    """

    column: str

    def over(self, lens: Lens) -> Floats | Words:
        """One value per account."""
        values = lens.facts.columns[self.column]
        if isinstance(values, Words):
            rows = lens.facts.take(values.codes >= 0)
            codes = np.full(lens.size, -1, np.int32)
            codes[rows.account] = rows.words(self.column).codes
            return Words(codes, values.words)
        rows = lens.facts.take(~np.isnan(lens.facts.numbers(self.column)))
        latest = np.full(lens.size, np.nan)
        latest[rows.account] = rows.numbers(self.column)
        return latest


@dataclass(frozen=True)
class OpenItems:
    """Number of facts begun and not yet closed by any of the given dates.

    Dates that were planned (an expiry) close an item once they have passed.
    """

    closed_by: tuple[str, ...]

    def over(self, lens: Lens) -> Floats:
        """One count per account."""
        return Count().over(_narrowed(lens, open_rows(lens.facts, self.closed_by, lens.end)))


@dataclass(frozen=True)
class TotalOpen:
    """Sum of a column over the facts not yet closed, e.g. recurring revenue now."""

    column: str
    closed_by: tuple[str, ...]

    def over(self, lens: Lens) -> Floats:
        """One sum per account."""
        rows = open_rows(lens.facts, self.closed_by, lens.end)
        return Total(self.column).over(_narrowed(lens, rows))


@dataclass(frozen=True)
class Overdue:
    """Number of facts whose planned date has passed without the closing one."""

    due: str
    closed_by: str

    def over(self, lens: Lens) -> Floats:
        """One count per account."""
        due = lens.facts.dates(self.due)
        late = open_rows(lens.facts, (self.closed_by,), lens.end)
        late &= (due != MISSING) & (due < lens.end)
        return Count().over(_narrowed(lens, late))


@dataclass(frozen=True)
class HoursBetween:
    """Mean hours between two dates of the facts that have both."""

    begin: str
    end: str

    def over(self, lens: Lens) -> Floats:
        """Mean hours, one per account."""
        return _mean_span(lens, self.begin, self.end) * (DAY / HOUR)


@dataclass(frozen=True)
class DaysBetween:
    """Mean days between two dates of the facts that have both; negative where early."""

    begin: str
    end: str

    def over(self, lens: Lens) -> Floats:
        """Mean days, one per account."""
        return _mean_span(lens, self.begin, self.end)


def _mean_span(lens: Lens, begin: str, end: str) -> Floats:
    span = days_between(lens.facts.dates(begin), lens.facts.dates(end))
    both = ~np.isnan(span)
    count = np.bincount(lens.facts.account[both], minlength=lens.size)
    total = np.bincount(lens.facts.account[both], weights=span[both], minlength=lens.size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


@dataclass(frozen=True)
class DaysUntil:
    """Days from `as_of` to the nearest planned date of the facts still open."""

    column: str
    closed_by: tuple[str, ...] = ()

    def over(self, lens: Lens) -> Floats:
        """Days as fractions, one per account; NaN where nothing is planned."""
        facts, cut = lens.facts, lens.end
        planned = facts.dates(self.column)
        ahead = open_rows(facts, self.closed_by, cut) & (planned != MISSING) & (planned >= cut)
        soonest = np.full(lens.size, np.iinfo(np.int64).max)
        np.minimum.at(soonest, facts.account[ahead], planned[ahead])
        some = np.bincount(facts.account[ahead], minlength=lens.size) > 0
        return np.where(some, days_between(cut, np.where(some, soonest, cut)), np.nan)


@dataclass(frozen=True)
class Utilisation:
    """Different users in the window over the seats paid for now."""

    column: str = "user_id"

    def over(self, lens: Lens) -> Floats:
        """One ratio per account; NaN where no seats are known."""
        if not lens.view.connected("subscriptions"):
            return np.full(lens.size, np.nan)
        subscriptions = lens.view.facts("subscriptions")
        held = Lens(subscriptions, subscriptions, lens.view, lens.end)
        seats = TotalOpen("seats", ("ended_at",)).over(held)
        users = np.nan_to_num(Distinct(self.column).over(lens))
        known = np.nan_to_num(seats) > 0
        return np.where(known, users / np.where(known, seats, 1.0), np.nan)


@dataclass(frozen=True)
class SilenceAgainstCadence:
    """Days since the last active day over the account's own mean gap between them.

    About 1 is the usual rhythm; 5 is a silence five times as long as usual. It needs three
    active days, below which a rhythm cannot be told.
    """

    def over(self, lens: Lens) -> Floats:
        """One ratio per account; NaN with fewer than three active days."""
        account, day = _account_days(lens.facts)
        count = np.bincount(account, minlength=lens.size)
        first, last = np.full(lens.size, np.iinfo(np.int64).max), np.full(lens.size, MISSING)
        np.minimum.at(first, account, day)
        np.maximum.at(last, account, day)
        enough = count >= 3
        span = np.where(enough, last - np.where(enough, first, 0), 0)
        gap = span / np.maximum(count - 1, 1)
        today = lens.end // DAY - 1
        silence = today - np.where(enough, last, today)
        return np.where(enough, silence / np.where(gap > 0, gap, 1.0), np.nan)


def open_rows(facts: Facts, closed_by: tuple[str, ...], cut: int) -> Mask:
    """Which facts none of the given dates has closed before `cut`."""
    still = np.ones(len(facts), dtype=bool)
    for name in closed_by:
        closed = facts.dates(name)
        still &= (closed == MISSING) | (closed >= cut)
    return still


def _narrowed(lens: Lens, rows: Mask) -> Lens:
    return replace(lens, facts=lens.facts.take(rows))
