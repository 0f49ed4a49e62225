"""Exact sums over windows, and the measures that are sums or ratios of sums."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from features.clock import DAY, HOUR, Floats
from features.contract import Kind
from features.held import MILLION
from features.kernel import Int64, sums_at, window_maxima, window_sums
from features.kernel.cells import changes
from features.measures.lens import (
    LEAST_DAYS,
    Lens,
    Measure,
    Numeric,
    Span,
    numbers,
    ratio,
    stacked,
)
from features.parts import running_sums
from features.rows import Rows

ONES = np.empty(0, np.int64)
MOMENTS = "days of rows"


def counts(lens: Lens, rows: Rows) -> Floats:
    """The number of visible rows in each window, shape (S, A, K)."""
    return lens.each_span(rows, "count", lambda some: integer_sums(some, rows, ONES))


def integer_sums(lens: Lens, rows: Rows, running: Int64) -> Floats:
    """Sums of whole numbers over the visible rows of each window, shape (S, A, K).

    `running` are the sums of the numbers before each row; where empty, rows are counted.
    """
    far, near = lens.far, lens.near
    if rows.dates == 1:
        seen = rows.begin, rows.day, rows.first, rows.last
        return sums_at(*seen, running, int(rows.grid.cuts[0]), far, near)
    edge, places = rows.edges([*far.tolist(), *near.tolist()])
    return window_sums(
        edge,
        places.reshape(2, -1),
        running,
        *rows.odd,
        rows.day,
        rows.first,
        rows.last,
        rows.grid.reach,
        far,
        near,
    )


def sums(lens: Lens, rows: Rows, column: str) -> Floats:
    """Sums of a column over the visible rows of each window, shape (S, A, K).

    Amounts are brought to the company's currency at the rate of each date. Empty values
    add nothing.
    """
    rows = rows.filled(column)
    return lens.each_span(rows, f"sum of {column}", lambda some: _sums(some, rows, column))


def _sums(lens: Lens, rows: Rows, column: str) -> Floats:
    table = rows.facts.table
    if table.column(column).kind is Kind.MONEY and "currency" in rows.facts.columns:
        return _converted(lens, rows, column)
    return _exact_sums(lens, rows, column)


def _exact_sums(lens: Lens, rows: Rows, column: str) -> Floats:
    """Sums to the millionth, in whole numbers so that they are exact in any order."""
    whole, millionths = rows.held.running(column)
    total = integer_sums(lens, rows, whole) if len(whole) else counts(lens, rows)
    if len(millionths):
        total = total + integer_sums(lens, rows, millionths) / MILLION
    return total


def _converted(lens: Lens, rows: Rows, column: str) -> Floats:
    currency = rows.facts.words("currency")
    own = rows.take(np.flatnonzero(currency.codes < 0))
    total = _exact_sums(lens, own, column)
    for word in sorted(currency.words):
        some = rows.take(np.flatnonzero(currency.among((word,))))
        if len(some):
            total += _exact_sums(lens, some, column) * _rates(lens, some, word)
    return total


def _rates(lens: Lens, rows: Rows, currency: str) -> Floats:
    """The rate at each date, shape (K,); 0 at dates at which none of the rows is visible.

    A currency without a rate is refused once an amount in it is seen, and not before.
    """
    seen = np.flatnonzero(rows.first < rows.last)
    steps = np.zeros(rows.dates + 1, np.int64)
    np.add.at(steps, rows.first[seen], 1)
    np.subtract.at(steps, rows.last[seen], 1)
    rates, dates = lens.timeline.bucket.rates, lens.timeline.dates
    at = np.zeros(rows.dates)
    for k in np.flatnonzero(np.cumsum(steps[:-1])):
        at[k] = rates.at(currency, dates[k])
    return at


class Windowed(Numeric):
    """A measure of what lies in a window, wherever the window ends."""

    compares = True


@dataclass(frozen=True)
class Count(Windowed):
    """Number of facts."""

    counts_nothing = True
    scales = True
    columns = ()

    def over(self, lens: Lens) -> Floats:
        """Counts, scaled where the account is younger than the window."""
        found = counts(lens, lens.rows)
        return lens.or_nothing(lens.scaled(found), lambda: found > 0)


@dataclass(frozen=True)
class Total(Windowed):
    """Sum of a column, exact to the millionth."""

    column: str
    counts_nothing = True
    scales = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The column summed."""
        return (self.column,)

    def over(self, lens: Lens) -> Floats:
        """Sums, scaled where the account is younger than the window."""
        found = lens.scaled(sums(lens, lens.rows, self.column))
        return lens.or_nothing(found, lambda: counts(lens, lens.rows) > 0)


@dataclass(frozen=True)
class Mean(Windowed):
    """Mean of a column over the facts that have it."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column averaged."""
        return (self.column,)

    def over(self, lens: Lens) -> Floats:
        """Means; NaN where no fact has a value."""
        rows = lens.rows.filled(self.column)
        return ratio(sums(lens, rows, self.column), counts(lens, rows))


@dataclass(frozen=True)
class Max(Windowed):
    """Largest value of a column; amounts as they are written, in their own currency."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column looked at."""
        return (self.column,)

    def over(self, lens: Lens) -> Floats:
        """Largest values; NaN where no fact has a value."""
        rows = lens.rows.filled(self.column)
        visible = rows.begin, rows.day, rows.first, rows.last
        values, shared = rows.facts.numbers(self.column), (rows.dates, rows.grid.reach)
        windows = zip(lens.far.tolist(), lens.near.tolist(), strict=True)
        return stacked([window_maxima(*visible, values, *shared, *w) for w in windows])


@dataclass(frozen=True)
class Change(Numeric):
    """Another measure's change against the window before, from -1 (stopped) to 1 (new).

    The difference over the sum, so that a doubling and a halving weigh the same and an
    empty window is no division by zero.
    """

    of: Measure

    def __post_init__(self) -> None:
        if not self.of.compares:
            raise ValueError(
                f"Change cannot compare {self.of!r} with the window before: give it a count, "
                "sum, mean, share, or number of days or different words"
            )

    @property
    def elsewhere(self) -> Mapping[str, tuple[str, ...]]:  # type: ignore[override]
        """What the other measure reads of other tables."""
        return self.of.elsewhere

    def looks_at(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Each window and the one before."""
        return spans + tuple(span.before() for span in spans)

    def shares(self, spans: tuple[Span, ...]) -> dict[str, tuple[Span, ...]]:
        """What the other measure shares, of the windows before too."""
        return self.of.shares(self.looks_at(spans))

    @property
    def columns(self) -> tuple[str, ...]:
        """What the other measure reads."""
        return self.of.columns

    def over(self, lens: Lens) -> Floats:
        """Changes; NaN where both windows are empty, or the account had hardly begun."""
        spans, earlier = lens.spans, tuple(span.before() for span in lens.spans)
        both = numbers(self.of.over(lens.counting(spans + earlier)))
        out = np.empty(lens.shape)
        for s, span in enumerate(earlier):
            now, before = both[s].ravel(), both[s + len(spans)].ravel()
            least = min(LEAST_DAYS, span.days)
            change = changes(now, before, lens.lived(span).ravel(), least)
            out[s] = change.reshape(out[s].shape)
        return out


@dataclass(frozen=True)
class Slope(Numeric):
    """Trend of daily facts: the least-squares line's rise in 30 days over the daily mean.

    0.5 is a rise by half of the mean within 30 days. The line is laid through the days of
    the window that the account has lived through. A column is summed instead of counting.
    """

    column: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The column summed by day, if any."""
        return (self.column,) if self.column else ()

    def over(self, lens: Lens) -> Floats:
        """Trends; NaN without facts or with fewer than seven days."""
        rows = lens.rows.dated
        rows = rows.filled(self.column) if self.column else rows
        days = stacked([_days_lived(lens, span) for span in lens.spans])
        begins = rows.grid.cuts - lens.near[:, None, None] - days
        total, moment = np.zeros(lens.shape), np.zeros(lens.shape)
        for amount, by_day, unit in _amounts(lens, rows, self.column):
            total += amount / unit
            moment += (by_day - amount * begins) / unit
        return _trend(total, moment, days)


def _amounts(lens: Lens, rows: Rows, column: str) -> list[tuple[Floats, Floats, int]]:
    """Sums of a column, the same of each number times its day, and their unit."""
    whole, millionths = rows.held.exact(column) if column else (ONES, ONES)
    if not len(whole):
        return [(counts(lens, rows), lens.each_span(rows, MOMENTS, _moments(rows)), 1)]
    lanes = [(whole, 1)] + ([(millionths, MILLION)] if len(millionths) else [])
    return [(_summed(lens, rows, n), _summed(lens, rows, n * rows.day), u) for n, u in lanes]


def _moments(rows: Rows) -> Callable[[Lens], Floats]:
    return lambda some: integer_sums(some, rows, rows.running_days)


def _summed(lens: Lens, rows: Rows, values: Int64) -> Floats:
    return integer_sums(lens, rows, running_sums(values))


def _days_lived(lens: Lens, span: Span) -> Int64:
    """Whole days of a window since the account's first trace, shape (A, K); 0 without any."""
    return np.ceil(np.nan_to_num(lens.lived(span))).astype(np.int64)


def _trend(total: Floats, moment: Floats, days: Int64) -> Floats:
    """The slope of least squares on the days 0 to n - 1, in closed form."""
    centred = moment - total * (days - 1) / 2
    slope = ratio(centred, (days.astype(np.float64) ** 3 - days) / 12)
    return np.where(days < LEAST_DAYS, np.nan, ratio(slope * 30 * days, total))


@dataclass(frozen=True)
class Share(Windowed):
    """Share of the window's facts that pass the signal's filter, 0 to 1."""

    columns = ()

    def over(self, lens: Lens) -> Floats:
        """Shares; NaN where the window is empty."""
        return ratio(counts(lens, lens.rows), counts(lens, lens.whole))


@dataclass(frozen=True)
class ShareWith(Windowed):
    """Share of the facts that have a value in a column, 0 to 1, e.g. tickets escalated."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column looked at."""
        return (self.column,)

    def over(self, lens: Lens) -> Floats:
        """Shares; NaN where the window is empty."""
        return ratio(counts(lens, lens.rows.filled(self.column)), counts(lens, lens.rows))


@dataclass(frozen=True)
class DaysBetween(Numeric):
    """Mean days between two dates of the facts that have both; negative where early."""

    begin: str
    end: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The two dates."""
        return (self.begin, self.end)

    def over(self, lens: Lens) -> Floats:
        """Mean days; NaN where no fact has both dates."""
        return _mean_time(lens, self.begin, self.end) / DAY


@dataclass(frozen=True)
class HoursBetween(Numeric):
    """Mean hours between two dates of the facts that have both."""

    begin: str
    end: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The two dates."""
        return (self.begin, self.end)

    def over(self, lens: Lens) -> Floats:
        """Mean hours; NaN where no fact has both dates."""
        return _mean_time(lens, self.begin, self.end) / HOUR


def _mean_time(lens: Lens, begin: str, end: str) -> Floats:
    """Mean microseconds between two dates."""
    rows = lens.rows.filled(begin, end)
    time = rows.facts.dates(end) - rows.facts.dates(begin)
    return ratio(integer_sums(lens, rows, running_sums(time)), counts(lens, rows))
