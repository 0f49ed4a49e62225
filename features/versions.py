"""Versions of one fact: until when each held."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import MISSING
from features.columns import encoded, instants
from features.contract import KNOWN_AT, Table
from features.contract.arrow import TIMESTAMP

KNOWN_UNTIL = "known_until"
"""The column that says when the next version of a fact became known."""

Numbers = npt.NDArray[np.int64]


def known_until(table: Table, rows: pa.Table) -> pa.ChunkedArray:
    """When the next version of each row's fact became known; null where the row still holds.

    Rows of a log are facts of their own unless their optional key says otherwise. Of
    versions known at the same instant, the last by content holds and the others never do.
    """
    none = pa.chunked_array([pa.nulls(len(rows), TIMESTAMP)])
    fact = _facts(table, rows)
    if fact is None:
        return none
    versions = np.flatnonzero(np.bincount(fact)[fact] > 1)
    if not len(versions):
        return none
    fact, some = fact[versions], rows.take(pa.array(versions))
    known = instants(some.column(KNOWN_AT.name))
    order = np.lexsort((_place_by_content(some), known, fact))
    follows = fact[order][1:] == fact[order][:-1]
    until = np.full(len(rows), MISSING)
    until[versions[order[:-1][follows]]] = np.maximum(known[order[1:][follows]], MISSING + 1)
    moments = pa.array(until, pa.int64(), mask=until == MISSING).cast(TIMESTAMP)
    return pa.chunked_array([moments])


def _facts(table: Table, rows: pa.Table) -> Numbers | None:
    """The number of each row's fact; None where every row is a fact of its own."""
    key = table.key or ((table.optional_key,) if table.optional_key else ())
    if not key or not len(rows) or not set(key) <= set(rows.column_names):
        return None
    fact = np.zeros(len(rows), np.int64)
    for name in key:
        codes = _codes(rows.column(name))
        _, fact = np.unique(fact * (codes.max() + 2) + codes + 1, return_inverse=True)
    if not table.key:
        blank = rows.column(table.optional_key).is_null().to_numpy()
        fact[blank] = fact.max() + 1 + np.arange(blank.sum())
    return fact


def _codes(values: pa.ChunkedArray) -> Numbers:
    if pa.types.is_timestamp(values.type):
        _, codes = np.unique(instants(values), return_inverse=True)
        return codes.astype(np.int64)
    return encoded(values).codes.astype(np.int64)


def _place_by_content(rows: pa.Table) -> Numbers:
    """The place of each row when all are sorted by all their columns."""
    plain = [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in rows.columns]
    table = pa.table(plain, rows.column_names)
    order = pc.sort_indices(table, [(name, "ascending") for name in table.column_names])
    place = np.empty(len(rows), np.int64)
    place[order.to_numpy()] = np.arange(len(rows))
    return place
