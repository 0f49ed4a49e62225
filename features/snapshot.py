"""Snapshots: all signals of all accounts in the population at given dates.

`snapshots(bucket, catalogue, dates, population)` is pure: the same bucket, catalogue and
dates give the same bytes, whatever engine maps it over the buckets.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from features.clock import DAY, Floats, Instants, Mask
from features.contract import CONTRACT_VERSION
from features.facts import Bucket, Facts, View
from features.measures import Change, Lens
from features.signal import Catalogue, Signal, SnapshotColumn, Where
from features.words import Words

Population = Callable[[View], Mask]
"""Which accounts of a view a snapshot describes, shape (accounts,)."""

KEYS = ("account_id", "as_of")


def snapshots(
    bucket: Bucket, catalogue: Catalogue, dates: Sequence[date], population: Population
) -> pa.Table:
    """All signals of the bucket's accounts in the population at each of `dates`.

    Returns one row per account and date, ordered by date and account id, with columns
    `account_id` (string), `as_of` (date32) and one column per signal: float64 where NaN
    means that the source is not connected or nothing can be told, or string.
    """
    parts = [_snapshot(bucket.at(day), catalogue, population) for day in dates]
    return pa.concat_tables(parts) if parts else schema(catalogue).empty_table()


def schema(catalogue: Catalogue) -> pa.Schema:
    """The Arrow schema of the catalogue's snapshots."""
    keys = [pa.field("account_id", pa.string()), pa.field("as_of", pa.date32())]
    kinds = [
        pa.field(c.name, pa.string() if c.signal.is_word else pa.float64())
        for c in catalogue.columns
    ]
    return pa.schema(keys + kinds)


def fingerprint(catalogue: Catalogue) -> str:
    """SHA-256 of all that decides a value, and of the contract's version, 64 hex digits.

    Two snapshots with the same fingerprint were computed in the same way. Wording is left
    out, so that a better phrase makes no model unusable.
    """
    definitions = "\n".join(map(repr, map(_definition, catalogue.columns)))
    return hashlib.sha256(f"{CONTRACT_VERSION}\n{definitions}".encode()).hexdigest()


def _definition(column: SnapshotColumn) -> tuple[object, ...]:
    """What decides the values of a column."""
    signal = column.signal
    return column.name, signal.table, signal.measure, column.window, signal.where, signal.empty


def _snapshot(view: View, catalogue: Catalogue, population: Population) -> pa.Table:
    rows = np.flatnonzero(population(view))
    reader = Reader(view)
    accounts = pa.array([view.bucket.accounts[i] for i in rows], pa.string())
    arrays = [accounts, pa.array([view.as_of] * len(rows), pa.date32())]
    arrays += [_arrow(reader.column(c), rows) for c in catalogue.columns]
    return pa.Table.from_arrays(arrays, schema=schema(catalogue))


def _arrow(values: Floats | Words, rows: Instants) -> pa.Array:
    if isinstance(values, Words):
        words = pa.array([*values.words, None], pa.string())
        return words.take(pa.array(values.codes[rows] % len(words)))
    return pa.array(values[rows], pa.float64())


@dataclass
class Reader:
    """Computes columns of one view; windows and filters shared by columns are cut once."""

    view: View

    def __post_init__(self) -> None:
        self._cut: dict[tuple[str, Where, int | None, int], Facts] = {}

    def column(self, column: SnapshotColumn) -> Floats | Words:
        """One value per account of the bucket, in the bucket's order."""
        signal = column.signal
        if not self.view.connected(signal.table):
            return self._not_connected(signal)
        values = signal.measure.over(self._lens(signal, column.window, 0))
        if isinstance(values, Words) or signal.empty is None:
            return values
        return np.where(np.isnan(values), signal.empty, values)

    def _not_connected(self, signal: Signal) -> Floats | Words:
        if signal.is_word:
            return Words(np.full(self.view.size, -1, np.int32), ())
        return np.full(self.view.size, np.nan)

    def _lens(self, signal: Signal, window: int | None, back: int) -> Lens:
        """The window `back` windows ago, and for the latest one the window before it."""
        facts = self._facts(signal.table, signal.where, window, back)
        whole = self._facts(signal.table, (), window, back)
        end = self.view.cut - back * (window or 0) * DAY
        compares = isinstance(signal.measure, Change)
        earlier = self._lens(signal, window, 1) if compares and window and not back else None
        return Lens(facts, whole, self.view, end, earlier)

    def _facts(self, table: str, where: Where, window: int | None, back: int) -> Facts:
        """The facts of the window `back` windows ago that pass the filter."""
        key = (table, where, window, back)
        if key not in self._cut:
            self._cut[key] = self._narrow(*key)
        return self._cut[key]

    def _narrow(self, table: str, where: Where, window: int | None, back: int) -> Facts:
        if where:
            facts = self._facts(table, (), window, back)
            keep = np.ones(len(facts), dtype=bool)
            for name, words in where:
                keep &= facts.words(name).among(words)
            return facts.take(keep)
        facts = self.view.facts(table)
        if window is None:
            return facts
        end = self.view.cut - back * window * DAY
        return facts.take((facts.start >= end - window * DAY) & (facts.start < end))
