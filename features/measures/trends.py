"""The measures that compare: with the window before, and each day with the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from features.clock import Floats
from features.held import MILLION
from features.kernel import Int64
from features.kernel.cells import changes
from features.measures.lens import LEAST_DAYS, Lens, Measure, Numeric, numbers, ratio, stacked
from features.measures.totals import ONES, counts, integer_sums
from features.parts import running_sums
from features.rows import Rows
from features.span import Span

MOMENTS = "days of rows"


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
