"""Snapshots: all signals of all accounts in the population at given dates.

`snapshots(bucket, catalogue, dates, population)` is pure: the same bucket, catalogue and
dates give the same bytes, whatever engine maps it over the buckets.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import Mask
from features.contract import CONTRACT_VERSION
from features.kernel import FOREVER
from features.kernel.cells import filled
from features.measures import Labels, Lens, Measured
from features.rows import DATED, Rows
from features.signal import Catalogue, GroupName, Signal, SnapshotColumn, Where
from features.span import Span
from features.timeline import Timeline
from features.view import Bucket, View

Key = TypeVar("Key", bound=Hashable)
_Named = tuple[GroupName, Signal]

Population = Callable[[View], Mask]
"""Which accounts of a view a snapshot describes, shape (accounts,)."""

KEYS = ("account_id", "as_of")
MOST_CELLS = 16_000_000
"""Values of a part of a bucket: so memory does not grow with accounts and dates."""
COMPUTING_VERSION = 1
"""Raised whenever the same definitions come to give other values."""


def snapshots(
    bucket: Bucket, catalogue: Catalogue, dates: Sequence[date], population: Population
) -> pa.Table:
    """All signals of the bucket's accounts in the population at each of `dates`.

    Returns one row per account and date, ordered by account id and date, with columns
    `account_id` (string), `as_of` (date32) and one column per signal: float64 where NaN
    means that the source is not connected or nothing can be told, or string.
    """
    found = list(parts(bucket, catalogue, dates, population))
    return pa.concat_tables(found) if found else schema(catalogue).empty_table()


def parts(
    bucket: Bucket, catalogue: Catalogue, dates: Sequence[date], population: Population
) -> Iterator[pa.Table]:
    """The same, as many accounts at a time as make at most MOST_CELLS values."""
    dates = sorted(set(dates))
    if not dates or not bucket.accounts:
        return
    whole, values = len(bucket.accounts), len(dates) * len(catalogue.computed)
    count = -(-whole // max(1, MOST_CELLS // values))
    if count == 1:
        yield _table(bucket, catalogue, dates, population)
        return
    ends = [whole * part // count for part in range(count + 1)]
    for first, end in pairwise(ends):
        yield _table(bucket.of_accounts(first, end), catalogue, dates, population)


def _table(
    bucket: Bucket, catalogue: Catalogue, dates: Sequence[date], population: Population
) -> pa.Table:
    return table_of(Timeline(bucket, dates), catalogue, population)


def table_of(
    timeline: Timeline, catalogue: Catalogue, population: Population, threads: int = 1
) -> pa.Table:
    """The snapshots of all accounts of a timeline in the population, at each of its dates.

    Ordered by account id and date.
    """
    bucket, dates = timeline.bucket, timeline.dates
    names = pa.array(bucket.accounts, pa.string())
    order = pc.sort_indices(names).to_numpy()  # the columns are picked, not sorted afterwards
    wanted = np.stack([population(bucket.at(day)) for day in dates], axis=1)[order]
    place, which = np.nonzero(wanted)
    ids = names.take(pa.array(order[place]))
    days = pa.array(dates, pa.date32()).take(pa.array(which))
    cells = order[place].astype(np.int64) * len(dates) + which
    everyone = np.array_equal(cells, np.arange(wanted.size))
    columns = Reader(timeline, None if everyone else cells).columns(catalogue, threads)
    arrays = [columns[column.name] for column in catalogue.computed]
    return pa.Table.from_arrays([ids, days, *arrays], schema=schema(catalogue))


def schema(catalogue: Catalogue) -> pa.Schema:
    """The Arrow schema of the catalogue's snapshots, before any ranks are added."""
    keys = [pa.field("account_id", pa.string()), pa.field("as_of", pa.date32())]
    kinds = [
        pa.field(c.name, pa.string() if c.signal.is_word else pa.float64())
        for c in catalogue.computed
    ]
    return pa.schema(keys + kinds)


def fingerprint(catalogue: Catalogue) -> str:
    """SHA-256 of all that decides a value, and of the contract's version, 64 hex digits.

    Two snapshots with the same fingerprint were computed in the same way. Wording is left
    out, so that a better phrase makes no model unusable.
    """
    definitions = "\n".join(map(repr, map(definition, catalogue.columns)))
    versions = f"{CONTRACT_VERSION} {COMPUTING_VERSION}"
    return hashlib.sha256(f"{versions}\n{definitions}".encode()).hexdigest()


def definition(column: SnapshotColumn) -> tuple[object, ...]:
    """What decides the values of a column."""
    signal = column.signal
    return column.name, signal.table, signal.measure, column.window, signal.where, signal.empty


def _arrow(values: Measured, cells: npt.NDArray[np.int64] | None) -> pa.Array:
    """One column of the snapshot from values of all dates and accounts, shape (1, A, K)."""
    if isinstance(values, Labels):
        words = pa.array([*values.words, None], pa.string())
        codes = values.codes.ravel() if cells is None else values.codes.ravel()[cells]
        return words.take(pa.array(codes % len(words)))
    numbers = values.ravel() if cells is None else values.ravel()[cells]
    return pa.array(numbers, pa.float64(), from_pandas=False)


@dataclass
class Reader:
    """Computes the columns of one timeline; filters shared by signals are applied once.

    Attributes:
        timeline: the accounts and dates.
        cells: which of all values of a column are wanted, in order; None for all as they are.
    """

    timeline: Timeline
    cells: npt.NDArray[np.int64] | None

    def __post_init__(self) -> None:
        self._filtered: dict[tuple[str, Where], Rows] = {}
        self._backs: dict[tuple[str, Where], set[int]] = {}
        self._shared: dict[tuple[str, Where], dict[str, tuple[Span, ...]]] = {}

    def columns(self, catalogue: Catalogue, threads: int = 1) -> dict[str, pa.Array]:
        """Each column of the catalogue, of the wanted cells.

        Signals of the same filtered rows are computed one after the other, and what only
        they needed is let go of before the next: so much less memory is in use at a time.
        Tables are shared by as many `threads`, since compiled code runs beside other code.
        """
        signals = [(g.name, signal) for g in catalogue.groups for signal in g.signals]
        for _, signal in signals:
            self._expect(signal)
        found: dict[str, pa.Array] = {}
        with ThreadPoolExecutor(threads) as pool:
            for some in pool.map(self._of_table, _grouped(signals, lambda s: s.table)):
                found |= some
        return found

    def _of_table(self, group: tuple[str, list[_Named]]) -> dict[str, pa.Array]:
        """The columns of one table's signals."""
        table, signals = group
        found: dict[str, pa.Array] = {}
        for where, some in _grouped(signals, lambda s: s.where):
            for name, signal in some:
                values = self.signal(signal)
                for s, window in enumerate(signal.windows):
                    column = SnapshotColumn(name, signal, window).name
                    found[column] = _arrow(_slice(values, s), self.cells)
            self._filtered.pop((table, where), None)
        self.timeline.let_go(table)
        return found

    def _expect(self, signal: Signal) -> None:
        """Note what a signal will ask for, so that it is found together with the others'."""
        shared = self._shared.setdefault((signal.table, signal.where), {})
        self._backs.setdefault((signal.table, ()), {0})
        backs = self._backs.setdefault((signal.table, signal.where), {0})
        for span in signal.measure.looks_at(_spans(signal)):
            backs |= {FOREVER, DATED} if span.far is None else {span.far, span.near}
        for what, spans in signal.measure.shares(_spans(signal)).items():
            shared[what] = (*shared.get(what, ()), *spans)
        self.timeline.expected[signal.table] = tuple(sorted(self._backs[signal.table, ()]))

    def signal(self, signal: Signal) -> Measured:
        """The values of all windows of a signal, shape (S, A, K)."""
        spans = _spans(signal)
        if not self.timeline.connected(signal.table):
            return self._not_connected(signal)
        rows, whole = self._rows(signal.table, signal.where), self.timeline.rows(signal.table)
        others = self._shared.get((signal.table, signal.where), {})
        lens = Lens(rows, whole, self.timeline, spans, signal.empty == 0, others)
        values = signal.measure.over(lens)
        if isinstance(values, Labels) or signal.empty is None:
            return values
        if signal.empty == 0 and signal.measure.counts_nothing:
            return values
        return filled(values.ravel(), signal.empty).reshape(values.shape)

    def _not_connected(self, signal: Signal) -> Measured:
        shape = len(signal.windows), self.timeline.size, len(self.timeline.dates)
        if signal.is_word:
            return Labels(np.full(shape, -1, np.int32), ())
        return np.full(shape, np.nan)

    def _rows(self, table: str, where: Where) -> Rows:
        """The facts that pass a filter."""
        if not where:
            return self.timeline.rows(table)
        if (table, where) not in self._filtered:
            rows = self.timeline.rows(table)
            for column, words in where:
                rows = rows.where(column, words)
            expected = tuple(sorted(self._backs.get((table, where), ())))
            self._filtered[table, where] = replace(rows, expected=expected)
        return self._filtered[table, where]


def _grouped(
    signals: Sequence[_Named], key: Callable[[Signal], Key]
) -> list[tuple[Key, list[_Named]]]:
    """Signals by a key, in the order in which each key first comes."""
    groups: dict[Key, list[_Named]] = {}
    for group, signal in signals:
        groups.setdefault(key(signal), []).append((group, signal))
    return list(groups.items())


def _spans(signal: Signal) -> tuple[Span, ...]:
    return tuple(Span(window) for window in signal.windows)


def _slice(values: Measured, s: int) -> Measured:
    if isinstance(values, Labels):
        return Labels(values.codes[s : s + 1], values.words)
    return values[s : s + 1]
