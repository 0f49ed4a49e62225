"""Finding, among rows that are held, those that may be of the same facts as new ones."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

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
    """The rows held that have a key of `rows`, or happened at an instant of those without.

    Args:
        table: the declaration.
        rows: new rows with the contract's columns.
        last: when the latest row held happened or became known, ISO 8601, or "".
        buckets: those that are looked through.
        read: reads one.
    """
    wanted = schema(table)
    keys, instants = _keys(table, rows), _instants(table, rows, last)
    parts = [wanted.append(pa.field(KNOWN_UNTIL, wanted.field("known_at").type)).empty_table()]
    where, places = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for index in buckets if len(keys) or len(instants) else ():
        found = np.flatnonzero(_found(table, read, index, keys, instants))
        if len(found):
            some = read(index, parts[0].column_names).take(pa.array(found))
            parts.append(some.select(parts[0].column_names).cast(parts[0].schema))
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


def _instants(table: Table, rows: pa.Table, last: str) -> pa.Array:
    """When rows without a key happened, as far back as any row held."""
    key = key_of(table)
    keyless = rows.filter(pc.is_null(rows.column(key[0]))) if key else rows
    moments = keyless.column(table.occurred).unique().drop_null()
    if not last:
        return moments.slice(0, 0)
    until = pa.scalar(datetime.fromisoformat(last), moments.type)
    return moments.filter(pc.less_equal(moments, until))


def _found(table: Table, read: Read, index: int, keys: pa.Array, instants: pa.Array) -> Mask:
    """Which rows of a bucket may be alike, by the columns that tell."""
    key = key_of(table)
    names = [*key[:1], table.occurred] if len(instants) else list(key[:1])
    rows = read(index, names)
    mask = np.zeros(len(rows), bool)
    if len(keys):
        mask |= _among(rows.column(key[0]), keys)
    if len(instants):
        mask |= _at(rows.column(table.occurred).cast(instants.type), instants)
    return mask


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
