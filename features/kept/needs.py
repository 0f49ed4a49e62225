"""What must be kept of a log for its signals, and which signals need all of its rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from features.contract import TABLES, Kind
from features.measures import (
    ActiveDays,
    Change,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    GapSpread,
    LongestGap,
    LongestSilence,
    Mean,
    Measure,
    OutlastedShare,
    Share,
    ShareWith,
    SilenceAgainstCadence,
    Slope,
    Total,
    UsualGap,
    Utilisation,
)
from features.signal import Signal, Where

COUNT, MOMENT = "count", "moment"
OF_DAYS = (
    ActiveDays,
    GapSpread,
    LongestGap,
    LongestSilence,
    OutlastedShare,
    SilenceAgainstCadence,
    UsualGap,
)


@dataclass(frozen=True)
class Needs:
    """What is kept of the rows that pass one filter.

    Attributes:
        lanes: what is summed by day: COUNT, MOMENT (the days themselves), "count of c" and
            "sum of c" of the rows with a value in column c.
        words: the columns whose different words are told apart.
        look: how many days back sums are asked for.
    """

    lanes: frozenset[str] = frozenset((COUNT,))
    words: frozenset[str] = frozenset()
    look: int = 1

    def plus(self, other: "Needs") -> "Needs":
        """What both need."""
        look = max(self.look, other.look)
        return Needs(self.lanes | other.lanes, self.words | other.words, look)


def keepable(table: str) -> bool:
    """Whether the rows of a table never change once they are known: those of a plain log."""
    declared = TABLES[table]
    hidden = any(column.hidden_until for column in declared.columns)
    dated = declared.column(declared.occurred).required
    return dated and not (declared.key or declared.announced or hidden)


def needs_of(table: str, signals: Iterable[Signal]) -> dict[Where, Needs] | None:
    """What the signals of a table need by filter; None where one needs all rows."""
    found: dict[Where, Needs] = {(): Needs()}
    for signal in signals:
        if signal.table != table and table in signal.measure.elsewhere:
            return None
        if signal.table != table:
            continue
        needs = _needs(signal.measure, signal.windows)
        if needs is None or _money(table, needs):
            return None
        found[signal.where] = found.get(signal.where, Needs()).plus(needs)
        found[()] = found[()].plus(Needs(look=needs.look))  # shares are of all rows
    return found if keepable(table) else None


def _money(table: str, needs: Needs) -> bool:
    """Whether amounts are summed, which are converted at the rates of each date."""
    columns = {lane.removeprefix("sum of ") for lane in needs.lanes if lane.startswith("sum")}
    return any(TABLES[table].column(name).kind is Kind.MONEY for name in columns)


def _needs(measure: Measure, windows: tuple[int | None, ...]) -> Needs | None:
    look = max((w for w in windows if w is not None), default=1)
    if isinstance(measure, Change):
        return _needs(measure.of, tuple(None if w is None else 2 * w for w in windows))
    if isinstance(measure, (DaysSinceLast, DaysSinceFirst)):
        return Needs() if windows == (None,) else None
    if isinstance(measure, (Count, Share, *OF_DAYS)):
        return Needs(look=look)
    if isinstance(measure, Slope):
        lanes = frozenset((COUNT, MOMENT))
        return None if measure.column else Needs(lanes, look=look)
    if isinstance(measure, (Total, Mean)):
        lanes = frozenset((COUNT, f"count of {measure.column}", f"sum of {measure.column}"))
        return Needs(lanes, look=look)
    if isinstance(measure, ShareWith):
        return Needs(frozenset((COUNT, f"count of {measure.column}")), look=look)
    if isinstance(measure, (Distinct, Utilisation)):
        return Needs(words=frozenset((measure.column,)), look=look)
    return None
