"""How activity is spread: active days, different people and features, silences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.clock import Floats
from features.kernel import distinct, rhythm
from features.measures.lens import Lens, Numeric, ratio
from features.measures.sums import Windowed
from features.measures.totals import counts, sums
from features.rows import Rows
from features.span import Span

RHYTHM, SILENCES = "rhythm", "rhythm with silences"
ENOUGH_DAYS = 3
"""Active days below which a rhythm cannot be told."""


@dataclass(frozen=True)
class Distinct(Windowed):
    """Number of different words in a column."""

    column: str
    counts_nothing = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The column looked at."""
        return (self.column,)

    def shares(self, spans: tuple[Span, ...]) -> dict[str, tuple[Span, ...]]:
        """Counts of different words in each window."""
        return {self.column: spans}

    def over(self, lens: Lens) -> Floats:
        """Counts."""
        rows = lens.rows.filled(self.column)
        if not len(rows):
            return np.full(lens.shape, 0.0 if lens.zero_is_nothing else np.nan)
        found = lens.each_span(rows, self.column, lambda some: _distinct(some, rows, self.column))
        return lens.or_nothing(found, lambda: found > 0)


def _distinct(lens: Lens, rows: Rows, column: str) -> Floats:
    words, (odd, odd_begin) = rows.facts.words(column), rows.odd
    return distinct(
        rows.begin,
        rows.edge(0),
        words.codes,
        len(words.words),
        odd,
        odd_begin,
        rows.day,
        rows.first,
        rows.last,
        rows.grid.cuts,
        lens.far,
        lens.near,
    )


@dataclass(frozen=True)
class ActiveDays(Windowed):
    """Number of different days (UTC) with a fact."""

    counts_nothing = True
    scales = True
    columns = ()

    def over(self, lens: Lens) -> Floats:
        """Counts, scaled where the account is younger than the window."""
        found = counts(lens, lens.rows.active_days)
        return lens.or_nothing(lens.scaled(found), lambda: found > 0)


@dataclass(frozen=True)
class Utilisation(Numeric):
    """Different users in the window over the seats paid for now."""

    column: str = "user_id"

    elsewhere: ClassVar[Mapping[str, tuple[str, ...]]] = {"subscriptions": ("seats", "ended_at")}

    @property
    def columns(self) -> tuple[str, ...]:
        """The column that names users."""
        return (self.column,)

    def over(self, lens: Lens) -> Floats:
        """Ratios; NaN where no seats are known."""
        if not lens.timeline.connected("subscriptions"):
            return np.full(lens.shape, np.nan)
        held = lens.table("subscriptions")
        seats = sums(held, held.rows.until_instants("ended_at"), "seats")
        return ratio(Distinct(self.column).over(lens.counting(lens.spans)), seats)


@dataclass(frozen=True)
class SilenceAgainstCadence(Numeric):
    """Days since the last active day over the account's own mean gap between them.

    About 1 is the usual rhythm; 5 is a silence five times as long as usual. It needs three
    active days, below which a rhythm cannot be told.
    """

    columns = ()

    def over(self, lens: Lens) -> Floats:
        """Ratios; NaN with fewer than three active days."""
        found = _rhythm(lens, lens.rows, gaps=False)
        return _against_cadence(found, found[2] - 1)


@dataclass(frozen=True)
class LongestSilence(Numeric):
    """The longest time between two active days in a row, or since the last, over the mean gap."""

    columns = ()

    def over(self, lens: Lens) -> Floats:
        """Ratios; NaN with fewer than three active days."""
        found = _rhythm(lens, lens.rows, gaps=True)
        return _against_cadence(found, np.maximum(found[3], found[2] - 1))


def _rhythm(lens: Lens, rows: Rows, gaps: bool) -> Floats:
    """What is told of the active days, shape (4, S, A, K)."""
    what = SILENCES if gaps else RHYTHM
    return np.moveaxis(lens.each_span(rows, what, lambda some: _found(some, rows, gaps)), 1, 0)


def _found(lens: Lens, rows: Rows, gaps: bool) -> Floats:
    days, grid = rows.active_days, rows.grid
    visible = days.begin, days.day, days.first, days.last
    found = rhythm(*visible, grid.cuts, grid.reach, lens.far, gaps)
    return np.moveaxis(found, 0, 1).astype(np.float64)


def _against_cadence(found: Floats, silence: Floats) -> Floats:
    """Days of silence over the mean gap between active days."""
    count, earliest, latest, _ = found
    ratios = ratio(silence * (count - 1.0), earliest - latest)
    return np.where(count >= ENOUGH_DAYS, ratios, np.nan)
