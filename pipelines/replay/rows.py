"""Source rows that make a snapshot of the past come out otherwise than before.

A snapshot's date is past, and still a row can reach it afterwards: it came with a `known_at` of
its own that lies before the cut, it is of a table that was connected later, or the day had not
ended when it was scored.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import Mask
from features.contract import TABLES, Table
from features.lake import LOAD, Lake
from features.seen import begun, known, seen
from pipelines.ingest.versions import key_of
from pipelines.stored import LakeState

MOST_LISTED = 1000
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class LateRow:
    """One row that the snapshot did not have.

    Attributes:
        key: the columns that identify it and their values, as far as the table has such.
        values: the other columns that are filled.
    """

    table: str
    account_id: str
    load: int
    key: dict[str, Any]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What of the lake's rows is not as it was.

    Attributes:
        count: rows of the accounts that arrived since and could be seen at the date.
        first: the first of them.
        gone: by table the rows that could be seen then and are in the lake no more.
        connected: tables that were not connected then.
        disconnected: tables that are connected no more.
        anew: the lake was built anew, so that its loads say nothing about then.
    """

    count: int
    first: tuple[LateRow, ...]
    gone: dict[str, int]
    connected: tuple[str, ...]
    disconnected: tuple[str, ...]
    anew: bool


@dataclass(frozen=True)
class RowSearch:
    """Looks for what changed in the lake for some accounts since a snapshot was stored."""

    lake: Lake
    then: LakeState
    as_of: date
    accounts: frozenset[str]

    def run(self) -> RowChanges:
        """All changes; reads the lake twice."""
        tables = self.lake.manifest.tables
        connected = [name for name in tables if name not in self.then.rows]
        had = dict.fromkeys(self.then.rows, 0)
        keys: dict[str, set[Key]] = {name: set() for name in tables}
        for name, rows in self._old():
            had[name] = had.get(name, 0) + len(rows)
            mine = rows.filter(pa.array(self._mine(rows)))
            keys[name] |= {*_keys(TABLES[name], mine)} - {()}
        late = [] if self._anew else list(self._late(keys))
        listed = (row for name, rows in late for row in _listed(TABLES[name], rows))
        gone = {n: count - had[n] for n, count in self.then.rows.items() if had[n] < count}
        return RowChanges(
            count=sum(len(rows) for _, rows in late),
            first=tuple(islice(listed, MOST_LISTED)),
            gone=gone,
            connected=tuple(connected),
            disconnected=tuple(name for name in self.then.rows if name not in tables),
            anew=self._anew,
        )

    @property
    def _anew(self) -> bool:
        now, then = self.lake.manifest, self.then
        same_load = now.generation == then.load
        return now.generation < then.load or (same_load and now.digest != then.digest)

    def _old(self) -> Iterator[tuple[str, pa.Table]]:
        """Rows that the snapshot could see, with their keys."""
        wanted = {name: [LOAD, *key_of(TABLES[name])] for name in self.lake.manifest.tables}
        for name, rows in self._rows(wanted):
            old = seen(TABLES[name], rows, self.as_of)
            if not self._anew:
                old &= rows[LOAD].to_numpy() <= self.then.load
            yield name, rows.filter(pa.array(old))

    def _late(self, keys: Mapping[str, Collection[Key]]) -> Iterator[tuple[str, pa.Table]]:
        """Rows that came later and that the snapshot sees now, or that end what it saw.

        A row that takes a fact to another account or to a later day changes an account
        without being a row of it that can be seen.
        """
        for name, rows in self._rows(None):
            table = TABLES[name]
            late = (rows[LOAD].to_numpy() > self.then.load) & known(rows, self.as_of)
            rows = rows.filter(pa.array(late))
            matters = self._mine(rows) & begun(table, rows, self.as_of)
            if keys[name]:
                matters |= np.array([key in keys[name] for key in _keys(table, rows)], bool)
            yield name, rows.filter(pa.array(matters))

    def _rows(self, wanted: Mapping[str, list[str]] | None) -> Iterator[tuple[str, pa.Table]]:
        for index in range(self.lake.manifest.buckets):
            yield from self.lake.bucket(index, wanted).items()

    def _mine(self, rows: pa.Table) -> Mask:
        accounts = rows["account_id"].cast(pa.string())
        mine: Mask = pc.is_in(accounts, pa.array(sorted(self.accounts), pa.string())).to_numpy()
        return mine


def _keys(table: Table, rows: pa.Table) -> list[Key]:
    """The key of each row; () where the row has none."""
    columns = [rows[name].to_pylist() for name in key_of(table)]
    if not columns:
        return []
    return [() if None in key else key for key in zip(*columns, strict=True)]


def _listed(table: Table, rows: pa.Table) -> Iterator[LateRow]:
    names = key_of(table)
    for row in rows.to_pylist():
        filled = {name: value for name, value in row.items() if value is not None}
        load, account = filled.pop(LOAD), filled.pop("account_id")
        key = {name: row[name] for name in names if row[name] is not None}
        values = {name: value for name, value in filled.items() if name not in key}
        yield LateRow(table.name, account, load, key, values)
