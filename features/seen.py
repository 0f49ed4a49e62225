"""Which rows of a table a snapshot could see, whatever newer versions say."""

from datetime import date

import numpy as np
import pyarrow as pa

from features.clock import MISSING, Instants, Mask, cut_of
from features.contract import KNOWN_AT, Table


def seen(table: Table, rows: pa.Table, as_of: date) -> Mask:
    """The rows that had begun and were known by the end of `as_of`, shape (rows,)."""
    return begun(table, rows, as_of) & known(rows, as_of)


def begun(table: Table, rows: pa.Table, as_of: date) -> Mask:
    """The rows that had happened, or were announced, by the end of `as_of`."""
    cut = cut_of(as_of)
    before = _instants(rows, table.occurred) < cut
    if table.announced:
        announced = _instants(rows, table.announced)
        before |= (announced != MISSING) & (announced < cut)
    return before


def first_seen(table: Table, rows: pa.Table) -> Instants:
    """From when on a snapshot could see each row; MISSING for always, shape (rows,)."""
    began = _instants(rows, table.occurred)
    if table.announced:
        announced = _instants(rows, table.announced)
        began = np.where(announced == MISSING, began, np.minimum(began, announced))
    return np.maximum(began, _instants(rows, KNOWN_AT.name))


def known(rows: pa.Table, as_of: date) -> Mask:
    """The rows that were known by the end of `as_of`."""
    return _instants(rows, KNOWN_AT.name) < cut_of(as_of)


def _instants(rows: pa.Table, name: str) -> Instants:
    """A date column in microseconds; MISSING lies before everything."""
    moments = rows.column(name).cast(pa.int64()).fill_null(MISSING).to_numpy()
    return np.asarray(moments, np.int64)
