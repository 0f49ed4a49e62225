"""Rules between a company's own signal and the contract that its declaration cannot see."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa

from features import measures
from features.clock import Mask
from features.contract import KNOWN_AT, TABLES, Kind, Table
from features.contract.arrow import schema
from features.prepare import prepare
from features.signal import Catalogue, Direction, GroupName, Signal, SignalGroup, slug
from features.snapshot import snapshots
from features.view import View
from pipelines.config.positions import Path
from pipelines.config.rules import Trouble
from pipelines.ingest.problems import suggestion

TYPES: dict[str, type] = {
    "name": str,
    "table": str,
    "meaning": str,
    "windows": tuple,
    "where": tuple,
    "unit": str,
    "direction": Direction,
    "actionable": bool,
    "changing": bool,
}
READ_NUMBERS = (measures.Latest, measures.Max, measures.Mean, measures.Total, measures.TotalOpen)
WORDS = (Kind.TEXT, Kind.CATEGORY)
COMPARE = "Compare it with the signals under features/signals/."
TRIED = date(2000, 1, 1)


def broken_rules(path: Path, signal: Signal) -> Iterator[Trouble]:
    """What a signal breaks of the rules that all signals keep."""
    wrong = [*_types(path, signal)]
    if not wrong:
        wrong = [*_words(path, signal), *_windows(path, signal), *_reads(path, signal)]
    yield from wrong or _trial(path, signal)


def _types(path: Path, signal: Signal) -> Iterator[Trouble]:
    for name, wanted in TYPES.items():
        given = getattr(signal, name)
        if not isinstance(given, wanted):
            reason = f"{name} is a {type(given).__name__}, not a {wanted.__name__}"
            remedy = "A tuple of one ends with a comma: (30,)." if wanted is tuple else COMPARE
            yield Trouble(path, reason, remedy)
    if not isinstance(signal.empty, int | float | None):
        yield Trouble(path, "empty is no number", "Give a number, or None for missing.")
    yield from _measure(path, signal.measure)


def _measure(path: Path, measure: object) -> Iterator[Trouble]:
    if isinstance(measure, type):
        remedy = f"Write {measure.__name__}(), with its parameters."
        yield Trouble(path, f"the measure {measure.__name__} is a class", remedy)
    elif not type(measure).__module__.startswith(measures.__name__):
        reason = f"{type(measure).__name__} is none of the measures of features.measures"
        yield Trouble(path, reason, "Measure with one of those, e.g. Count() or Total(...).")


def _words(path: Path, signal: Signal) -> Iterator[Trouble]:
    if slug(signal.name) != signal.name:
        remedy = f"Use lower-case letters, digits and single underscores: {slug(signal.name)}."
        yield Trouble(path, "the name does not fit a column's name", remedy, signal.name)
    if not signal.meaning.strip():
        remedy = 'Complete "This account\'s ...": it is what people read.'
        yield Trouble(path, "the meaning is empty", remedy)


def _windows(path: Path, signal: Signal) -> Iterator[Trouble]:
    days = [window for window in signal.windows if window is not None]
    right = all(type(window) is int and window > 0 for window in days)
    if not signal.windows or not right or len(set(signal.windows)) < len(signal.windows):
        reason = "windows are different numbers of days, or None for all of history"
        yield Trouble(path, reason, "Write for example (30, 90) or (None,).", signal.windows)


def _reads(path: Path, signal: Signal) -> Iterator[Trouble]:
    """Unknown tables, columns and words, and values that the past does not know."""
    if signal.table not in TABLES:
        reason = "the contract has no such table"
        yield Trouble(path, reason, suggestion(signal.table, list(TABLES)), signal.table)
        return
    table = TABLES[signal.table]
    filters = _where(signal.where)
    if filters is None:
        remedy = 'Write (("event", ("export", "print")),): pairs of a column and its words.'
        yield Trouble(path, "where has another form", remedy, signal.where)
        return
    names = {*signal.measure.columns, *filters}
    unknown = [name for name in names if name not in table.names]
    for name in sorted(unknown):
        reason = f"the table {table.name} has no such column"
        yield Trouble(path, reason, suggestion(name, table.names), name)
    if not unknown:
        yield from _filters(path, table, filters)
        yield from _instants(path, table, signal.measure)
        yield from _changing(path, signal, table, names)


def _where(given: object) -> dict[str, tuple[str, ...]] | None:
    """The words asked for by column; None where they are not written as pairs of tuples."""
    pairs = given if isinstance(given, tuple) else ()
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        return None
    if not all(isinstance(name, str) and isinstance(words, tuple) for name, words in pairs):
        return None
    return dict(pairs)


def _filters(path: Path, table: Table, filters: dict[str, tuple[str, ...]]) -> Iterator[Trouble]:
    for name, words in filters.items():
        column = table.column(name)
        if column.kind not in WORDS:
            reason = f"where asks for words, and {table.name}.{name} holds none"
            known = [c.name for c in table.columns if c.kind in WORDS]
            yield Trouble(path, reason, suggestion(name, known))
        for word in words:
            if column.allowed and word not in column.allowed:
                reason = f"{table.name}.{name} never holds this word"
                yield Trouble(path, reason, suggestion(str(word), column.allowed), word)


def _instants(path: Path, table: Table, measure: object) -> Iterator[Trouble]:
    """Dates that are read as if they were numbers."""
    measure = getattr(measure, "of", measure)
    if not isinstance(measure, READ_NUMBERS):
        return
    if table.column(measure.column).kind is Kind.TIMESTAMP:
        reason = f"{table.name}.{measure.column} holds dates, which {measure!r} cannot read"
        yield Trouble(path, reason, "Measure time with DaysSinceLast() or DaysBetween(...).")


def _changing(path: Path, signal: Signal, table: Table, names: set[str]) -> Iterator[Trouble]:
    overwritten = sorted(name for name in names if table.column(name).changes)
    if overwritten and not signal.changing:
        reason = f"old values of {table.name}.{overwritten[0]} are overwritten"
        remedy = "Declare changing=True: it is left out of training where old values are lost."
        yield Trouble(path, reason, remedy)


def _trial(path: Path, signal: Signal) -> Iterator[Trouble]:
    """Whether the measure can be computed at all, tried on one empty row of each table."""
    catalogue = Catalogue((SignalGroup(GroupName.PROFILE, "", (signal,)),))
    tables = {name: _one_row(table) for name, table in TABLES.items()}
    try:
        snapshots(prepare(tables), catalogue, [TRIED], _everyone)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        reason = f"it cannot be measured: {error}"
        yield Trouble(path, reason, COMPARE)


def _one_row(table: Table) -> pa.Table:
    """A row of which only the account and the clocks are filled."""
    filled = {
        "account_id": "a",
        table.occurred: datetime(1999, 1, 1, tzinfo=UTC),
        KNOWN_AT.name: datetime(1999, 1, 1, tzinfo=UTC),
    }
    columns = schema(table)
    return pa.Table.from_pylist([{f.name: filled.get(f.name) for f in columns}], columns)


def _everyone(view: View) -> Mask:
    return np.ones(view.size, dtype=bool)
