"""What holds at the cut: the latest value, what is open, what is planned, who answered."""

from dataclasses import dataclass

import numpy as np

from features.clock import DAY, HOUR, Floats
from features.contract import TABLES, Kind
from features.held import present
from features.kernel import FOREVER, Int64, answers, first_rows, last_rows, soonest_rows
from features.kernel.cells import days_since
from features.measures.lens import Labels, Lens, Numeric, Plain, ratio, stacked
from features.measures.totals import counts, sums
from features.rows import DATED, Rows
from features.words import Words

FIRST, LAST = "days since the first", "days since the last"
NONE, NO_ROWS = np.empty(0, np.int64), np.empty(0, np.int32)


@dataclass(frozen=True)
class DaysSinceLast(Numeric):
    """Days from the latest fact to `as_of`."""

    columns = ()

    def over(self, lens: Lens) -> Floats:
        """Days as fractions; NaN without a dated fact in the window."""
        return lens.each_span(lens.rows, LAST, _since_last)


def _since_last(lens: Lens) -> Floats:
    return _days_since(lens, _last(lens, lens.rows, NONE, DATED))


def _days_since(lens: Lens, found: list[Int64]) -> Floats:
    """Days from the rows found to the cuts, shape (S, A, K)."""
    facts, rows = lens.rows.held.origin
    return stacked([days_since(some, rows, facts.start, lens.cuts) for some in found])


def _last(lens: Lens, rows: Rows, rank: Int64, all_of_history: int) -> list[Int64]:
    """The last visible row of each window, shape (A, K) each."""
    clocks = (rows.facts.start, rows.facts.known) if len(rank) else (NONE, NONE)
    begins = [rows.edge(all_of_history if s.far is None else s.far) for s in lens.spans]
    return [last_rows(b, rows.edge(0), rows.first, rows.last, *clocks, rank) for b in begins]


@dataclass(frozen=True)
class DaysSinceFirst(Numeric):
    """Days from the earliest fact of the window to `as_of`."""

    columns = ()

    def over(self, lens: Lens) -> Floats:
        """Days as fractions; NaN without a dated fact in the window."""
        return lens.each_span(lens.rows, FIRST, _since_first)


def _since_first(lens: Lens) -> Floats:
    rows = lens.rows
    begins = [rows.edge(DATED if span.far is None else span.far) for span in lens.spans]
    found = [first_rows(b, rows.edge(0), rows.first, rows.last) for b in begins]
    return _days_since(lens, found)


@dataclass(frozen=True)
class Latest(Plain):
    """The latest fact's value of a number or text column.

    Of facts that happened at the same instant, the one that became known last counts; of
    those known at the same instant, the one with the largest value.
    """

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column looked at."""
        return (self.column,)

    def gives_words(self, table: str) -> bool:
        """Whether the column holds text."""
        return TABLES[table].column(self.column).kind in (Kind.ID, Kind.TEXT, Kind.CATEGORY)

    def over(self, lens: Lens) -> Floats | Labels:
        """Values; missing where no fact in the window has one."""
        rows = lens.rows.filled(self.column)
        return _valued(lens, rows, self.column, _rank(rows, self.column))


@dataclass(frozen=True)
class Current(Latest):
    """The value that the latest fact holds, missing where that one holds none.

    Of facts that happened and became known at the same instants, the one with the largest
    value counts.
    """

    def over(self, lens: Lens) -> Floats | Labels:
        """Values; missing where no fact is in the window, or the latest has none.

        Raises:
            TypeError: the column is hidden at first, and then missing in another sense.
        """
        rows, rank = lens.rows, _rank(lens.rows, self.column)
        table = rows.facts.table
        if table.column(self.column).hidden_until:
            raise TypeError(f"{table.name}.{self.column} is hidden at first; take Latest of it")
        if len(rank):
            least = np.iinfo(np.int64).min
            rank = np.where(present(rows.facts.columns[self.column]), rank, least)
        return _valued(lens, rows, self.column, rank)


def _valued(lens: Lens, rows: Rows, column: str, rank: Int64) -> Floats | Labels:
    """What the last of some rows hold in a column."""
    values = rows.facts.columns[column]
    found = stacked(_last(lens, rows, rank, FOREVER))
    if isinstance(values, Words):
        return Labels(np.append(values.codes, np.int32(-1))[found], tuple(values.words))
    return np.append(rows.facts.numbers(column), np.nan)[found]


def _rank(rows: Rows, column: str) -> Int64:
    """Integers in the order of a column's values."""
    if isinstance(rows.facts.columns[column], Words):
        return _alphabetic(rows.facts.words(column))
    return _sortable(rows.facts.numbers(column))


def _alphabetic(values: Words) -> Int64:
    """Each row's place of its word in the alphabet."""
    place = np.empty(len(values.words), np.int64)
    place[np.argsort(np.array(values.words, dtype=object), kind="stable")] = np.arange(len(place))
    return place[values.codes] if len(place) else NONE


def _sortable(values: Floats) -> Int64:
    """Integers in the order of the numbers: the bits of negative ones run backwards."""
    bits = np.ascontiguousarray(values, np.float64).view(np.int64)
    return np.where(bits < 0, bits ^ np.iinfo(np.int64).max, bits)


def still_open(rows: Rows, closed_by: tuple[str, ...]) -> Rows:
    """The rows until any of the given dates has passed."""
    for column in closed_by:
        rows = rows.until_instants(column)
    return rows


@dataclass(frozen=True)
class OpenItems(Numeric):
    """Number of facts begun and not yet closed by any of the given dates.

    Dates that were planned (an expiry) close an item once they have passed.
    """

    closed_by: tuple[str, ...]
    counts_nothing = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The dates that close."""
        return self.closed_by

    def over(self, lens: Lens) -> Floats:
        """Counts."""
        found = counts(lens, still_open(lens.rows, self.closed_by))
        return lens.or_nothing(found, lambda: found > 0)


@dataclass(frozen=True)
class TotalOpen(Numeric):
    """Sum of a column over the facts not yet closed, e.g. recurring revenue now."""

    column: str
    closed_by: tuple[str, ...]
    counts_nothing = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The column summed and the dates that close."""
        return (self.column, *self.closed_by)

    def over(self, lens: Lens) -> Floats:
        """Sums."""
        rows = still_open(lens.rows, self.closed_by)
        return lens.or_nothing(sums(lens, rows, self.column), lambda: counts(lens, rows) > 0)


@dataclass(frozen=True)
class Overdue(Numeric):
    """Number of facts whose planned date has passed without the closing one."""

    due: str
    closed_by: str
    counts_nothing = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The planned date and the closing one."""
        return (self.due, self.closed_by)

    def over(self, lens: Lens) -> Floats:
        """Counts."""
        rows = still_open(lens.rows.filled(self.due), (self.closed_by,))
        late = rows.from_date(rows.grid.dates_after(rows.facts.dates(self.due)))
        found = counts(lens, late)
        return lens.or_nothing(found, lambda: found > 0)


@dataclass(frozen=True)
class DaysUntil(Numeric):
    """Days from `as_of` to the nearest planned date of all facts still open."""

    column: str
    closed_by: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The planned date and the dates that close."""
        return (self.column, *self.closed_by)

    def over(self, lens: Lens) -> Floats:
        """Days as fractions; NaN where nothing is planned."""
        rows = still_open(lens.rows.filled(self.column), (*self.closed_by, self.column))
        planned = rows.facts.dates(self.column)
        found = soonest_rows(rows.begin, planned, rows.first, rows.last, rows.dates)
        days = 0.0 - days_since(found, NO_ROWS, planned, lens.cuts)  # not -x: NaN keeps its sign
        return stacked([days] * len(lens.spans))


@dataclass(frozen=True)
class _Answered(Numeric):
    """Inbound messages that an outbound one followed within some days."""

    within_days: int = 7

    columns = ("direction",)

    def _found(self, lens: Lens) -> Floats:
        """Inbound messages, those answered, and microseconds until the answers."""
        made = lens.rows.windows(f"answers within {self.within_days} days")
        if lens.spans not in made:
            made[lens.spans] = self._answers(lens)
        return made[lens.spans]

    def _answers(self, lens: Lens) -> Floats:
        rows = lens.rows.where("direction", ("inbound", "outbound"))
        asks = rows.facts.words("direction").among(("inbound",))
        visible = rows.day, rows.first, rows.last
        return answers(
            rows.begin, rows.facts.start, asks, *visible, rows.grid.cuts, lens.far,
            self.within_days * DAY,
        ).astype(np.float64)  # fmt: skip


@dataclass(frozen=True)
class AnsweredShare(_Answered):
    """Share of the customer's messages that we answered within some days, on any channel."""

    def over(self, lens: Lens) -> Floats:
        """Shares; NaN where the customer wrote nothing."""
        asked, answered, _ = self._found(lens)
        return ratio(answered, asked)


@dataclass(frozen=True)
class HoursToAnswer(_Answered):
    """Mean hours until the customer's messages were answered, of those that were."""

    def over(self, lens: Lens) -> Floats:
        """Mean hours; NaN where nothing was answered."""
        _, answered, waited = self._found(lens)
        return ratio(waited / HOUR, answered)
