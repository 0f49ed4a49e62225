"""The measures that are sums over windows, or ratios of sums."""

from dataclasses import dataclass

from features.clock import DAY, HOUR, Floats
from features.kernel import window_maxima
from features.measures.lens import Lens, Numeric, ratio, stacked
from features.measures.totals import counts, integer_sums, sums
from features.parts import running_sums


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
