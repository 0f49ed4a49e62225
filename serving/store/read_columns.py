"""Reading the newest run's table as columns, and holding them while the run is the newest."""

import threading
from collections.abc import Sequence
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary, ref

import numpy as np
import pyarrow as pa
from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, String, Table, select
from sqlalchemy import type_coerce as raw

from serving.store.in_memory import UNKNOWN, Coded, Columns
from serving.store.kept import KEPT
from serving.store.records import RunInfo
from serving.store.tables import LATEST, SEGMENTS
from serving.store.transactions import IN_BYTES, reading
from serving.store.word_index import WordIndex

TEXTS = ("account_id", "name_key", "band", "csm", *SEGMENTS)
NUMBERS = ("risk", *(kept.name for kept in KEPT))
WHOLE = ("arr", "expected_loss", "renews_at")
NAMES = (*TEXTS, *NUMBERS, *WHOLE)
AT_ONCE = 10_000
WORTH_IT = 20_000
"""Accounts from which a run is held in memory; fewer are counted by the database as quickly."""


class Held:
    """The columns of the newest run of a store, read by a thread of their own.

    Args:
        engine: an open store.
        least: how many accounts make it worth while.
    """

    def __init__(self, engine: Engine, least: int = WORTH_IT) -> None:
        self._engine, self._least = ref(engine), least
        self._digest = ""
        self._columns: Columns | None = None
        self._lock = threading.Lock()

    @property
    def some(self) -> bool:
        """Whether the columns of any run are there."""
        return self._columns is not None

    def of(self, run: RunInfo) -> Columns | None:
        """The columns of a run; None where it is small, or not read yet, which then begins."""
        if run.accounts < self._least:
            return None
        if self._digest != run.digest and self._lock.acquire(blocking=False):
            threading.Thread(target=self._read, args=(run,), daemon=True).start()
        return self._columns if self._digest == run.digest else None

    def now(self, run: RunInfo) -> Columns | None:
        """The same, read by whoever asks where they are not read yet."""
        if run.accounts >= self._least and self._digest != run.digest:
            self._lock.acquire()
            self._read(run)
        return self.of(run)

    def _read(self, run: RunInfo) -> None:
        engine = self._engine()
        try:
            if engine is not None:
                with reading(engine) as connection:
                    found = read(connection, LATEST[run.slot or 0], run)
                # only now, so that whoever sees them knows the connection was given back
                self._digest, self._columns = (run.digest, found) if found else ("", None)
        finally:
            self._lock.release()


_HELD: WeakKeyDictionary[Engine, Held] = WeakKeyDictionary()


def held(engine: Engine) -> Held:
    """What is held of a store; one for all that ask it."""
    return _HELD.setdefault(engine, Held(engine))


def read(connection: Connection, table: Table, run: RunInfo) -> Columns | None:
    """The columns of a run; None where another one has taken its place meanwhile."""
    parts, after = [_part([])], None
    while True:
        rows = _rows(connection, table, run.as_of, after)
        if rows:
            parts.append(_part(rows))
            after = rows[-1][0]
        if len(rows) < AT_ONCE:
            break
    whole = pa.concat_tables(parts).combine_chunks()
    if len(whole) != run.accounts:
        return None
    found = _columns(whole, run.as_of)
    found.prepare()
    return found


def _rows(
    connection: Connection, table: Table, as_of: date, after: str | None
) -> Sequence[Sequence[Any]]:
    key = table.c.account_id
    chosen = select(*(_plain(table, name) for name in NAMES)).where(table.c.as_of == as_of)
    if after is not None:
        chosen = chosen.where(key > after)
    ordered = chosen.order_by(key).limit(AT_ONCE).execution_options(**{IN_BYTES: True})
    return connection.execute(ordered).all()


def _plain(table: Table, name: str) -> ColumnElement[Any]:
    """A column in the form that the database holds it in: a million are read."""
    if name == "band":
        return raw(table.c.band, String)
    return raw(table.c[name], BigInteger) if name in WHOLE[:2] else table.c[name]


def _part(rows: Sequence[Sequence[Any]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(NAMES)
    kinds = {**dict.fromkeys(TEXTS, pa.string()), **dict.fromkeys(NUMBERS, pa.float64())}
    kinds |= {**dict.fromkeys(WHOLE, pa.int64()), "renews_at": pa.date32()}
    return pa.table(
        {n: pa.array(of, kinds[n]) for n, of in zip(NAMES, columns, strict=True)},
    )


def _columns(table: pa.Table, as_of: date) -> Columns:
    ids, names = (table[name].combine_chunks() for name in TEXTS[:2])
    spaced = pa.compute.binary_join_element_wise(" ", names, "")
    return Columns(
        as_of=as_of,
        ids=ids,
        names=spaced,
        sought=WordIndex.of(spaced),
        words={name: _coded(table[name]) for name in TEXTS[2:]},
        numbers={name: table[name].to_numpy() for name in NUMBERS},
        whole={name: _whole(table[name]) for name in WHOLE},
    )


def _coded(column: pa.ChunkedArray) -> Coded:
    found = column.combine_chunks().dictionary_encode()
    return Coded(found.indices.to_numpy(), tuple(found.dictionary.to_pylist()))


def _whole(column: pa.ChunkedArray) -> Any:
    """Amounts as they are, and days as ordinals."""
    if pa.types.is_date(column.type):
        days = column.cast(pa.int32()).cast(pa.int64())
        column = pa.compute.add(days, date(1970, 1, 1).toordinal())
    return np.asarray(column.fill_null(UNKNOWN))
