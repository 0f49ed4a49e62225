"""Finding, among rows that are held, those that may be of the same facts as new ones."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import Instants, Mask
from features.columns import instants as moments_of
from features.contract import Table
from features.contract.arrow import schema
from features.kernel.types import Int32, Int64
from features.lake.incoming import key_of
from features.versions import KNOWN_UNTIL

Read = Callable[[int, Collection[str]], pa.Table]
"""Some columns of the rows of a bucket, text as dictionaries."""
OfBucket = Callable[[Collection[str]], pa.Table]
"""The same of one bucket."""


@dataclass(frozen=True)
class Alike:
    """Rows held, and where they lie.

    Attributes:
        rows: in the contract's schema.
        buckets: the bucket of each.
        places: which row of its bucket it is, over all pieces in their order.
        until: when a newer version took its place, microseconds; MISSING where none has.
    """

    rows: pa.Table
    buckets: Int32
    places: Int64
    until: Instants


def alike(table: Table, rows: pa.Table, last: str, buckets: Iterable[int], read: Read) -> Alike:
    """The rows held that have a key of `rows`, or that those without one may repeat.

    Args:
        table: the declaration.
        rows: new rows with the contract's columns.
        last: when the latest row held happened or became known, ISO 8601, or "".
        buckets: those that are looked through.
        read: reads one.
    """
    wanted = _with_end(table)
    keys, keyless = _keys(table, rows), _keyless(table, rows, last)
    parts = [wanted.empty_table()]
    where, places = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for index in buckets if len(keys) or len(keyless) else ():
        of_bucket = partial(read, index)
        named, timed = _found(table, of_bucket, keys, keyless)
        if len(named):
            found = np.union1d(named, timed)
            some = of_bucket(wanted.names).take(pa.array(found)).select(wanted.names).cast(wanted)
        else:
            found, some = _repeated(table, of_bucket, timed, keyless)
        if len(found):
            parts.append(some)
            where.append(np.full(len(found), index, np.int32))
            places.append(found)
    whole = pa.concat_tables(parts)
    until = moments_of(whole.column(KNOWN_UNTIL))
    plain = whole.drop_columns([KNOWN_UNTIL])
    return Alike(plain, np.concatenate(where), np.concatenate(places), until)


def _keys(table: Table, rows: pa.Table) -> pa.Array:
    """The first column of the keys; few facts differ only in another one."""
    key = key_of(table)
    return rows.column(key[0]).unique().drop_null() if key else pa.array([], pa.string())


def _keyless(table: Table, rows: pa.Table, last: str) -> pa.Table:
    """Rows without a key that happened as far back as any row held."""
    key = key_of(table)
    keyless = rows.filter(pc.is_null(rows.column(key[0]))) if key else rows
    if not last:
        return keyless.slice(0, 0)
    moments = keyless.column(table.occurred)
    until = pa.scalar(datetime.fromisoformat(last), moments.type)
    return keyless.filter(pc.fill_null(pc.less_equal(moments, until), False))


def _found(table: Table, read: OfBucket, keys: pa.Array, keyless: pa.Table) -> tuple[Int64, Int64]:
    """Which rows of a bucket have one of some keys, and which an instant of rows without one."""
    key, named, timed = key_of(table), np.empty(0, np.int64), np.empty(0, np.int64)
    rows = read([*key[:1], table.occurred] if len(keyless) else list(key[:1]))
    if len(keys):
        named = np.flatnonzero(_among(rows.column(key[0]), keys))
    if len(keyless):
        instants = keyless.column(table.occurred).unique()
        timed = np.flatnonzero(_at(rows.column(table.occurred).cast(instants.type), instants))
    return named, timed


def _repeated(
    table: Table, read: OfBucket, found: Int64, keyless: pa.Table
) -> tuple[Int64, pa.Table]:
    """Of some rows of a bucket those that rows without a key may repeat: places, and the rows.

    A row that is repeated says the same in each column. So one after the other is read, and
    mostly two are enough: rows of one instant and account are seldom of one user too.
    """
    wanted, held = _with_end(table), dict[str, pa.ChunkedArray]()
    for field in wanted:
        if not len(found):
            return found, wanted.empty_table()
        column = read([field.name]).column(field.name).take(pa.array(found)).cast(field.type)
        if field.name in table.names:
            same = pc.is_in(column, value_set=keyless.column(field.name).unique().cast(field.type))
            held = {name: values.filter(same) for name, values in held.items()}
            column, found = column.filter(same), found[same.to_numpy()]
        held[field.name] = column
    return found, pa.table(held, schema=wanted)


def _with_end(table: Table) -> pa.Schema:
    """The contract's columns, and when a newer version took a row's place."""
    plain = schema(table)
    return plain.append(pa.field(KNOWN_UNTIL, plain.field("known_at").type))


def _at(moments: pa.ChunkedArray, instants: pa.Array) -> Mask:
    """Whether each row happened at one of some instants; most lie before them all."""
    found: Mask = pc.greater_equal(moments, pc.min(instants)).to_numpy().copy()
    late = np.flatnonzero(found)
    found[late] = pc.is_in(moments.take(pa.array(late)), value_set=instants).to_numpy()
    return found


def _among(column: pa.ChunkedArray, keys: pa.Array) -> Mask:
    """Whether each row of a dictionary column holds one of some words: looked up once a word."""
    parts = [np.zeros(0, bool)]
    for chunk in column.chunks:
        words = chunk.dictionary.cast(keys.type)
        held = np.append(pc.is_in(words, value_set=keys).to_numpy(zero_copy_only=False), False)
        parts.append(held[chunk.indices.fill_null(-1).to_numpy()])
    return np.concatenate(parts)
