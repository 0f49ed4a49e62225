"""The order of rows: by account, then by when they happened, then by when they were known."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import Instants, Mask
from features.compiled import compiled
from features.contract import Table
from features.words import Codes

Order = npt.NDArray[np.int64]
MOVES_A_ROW = 8
"""Steps, on average, beyond which rows are sorted from scratch."""


def in_order(
    table: Table, rows: pa.Table, account: Codes, start: Instants, known: Instants
) -> Order | None:
    """The indices that bring rows into order; None where they are in order already.

    Versions and other keyed rows that are equal in all three are ordered by their whole
    content, because outcomes read them one after the other. Rows of a log without a key
    may stay as they come: nothing reads an order into what happened at the same instant.
    """
    ordered = bool(_ordered(account, start, known))
    if ordered and not table.key:
        return None
    order = np.arange(len(start)) if ordered else _sorted(account, start, known)
    if not table.key:
        return order
    group = _groups(account[order], start[order], known[order])
    tied = np.bincount(group, minlength=1)[group] > 1
    if tied.any():
        return _by_content(rows, order, group, tied)
    return None if ordered else order


def _sorted(account: Codes, start: Instants, known: Instants) -> Order:
    """The order by all three: quick where rows come in a few pieces that are in order."""
    order = np.argsort(account, kind="stable")
    moves = MOVES_A_ROW * len(order)
    settled, nearly = _settled(order, account[order], start[order], known[order], moves)
    return nearly if settled else np.lexsort((known, start, account))


@compiled
def _settled(
    order: Order, account: Codes, start: Instants, known: Instants, moves: int
) -> tuple[bool, Order]:
    """The rows of each account put in order by moving late ones back, and whether that was done.

    It is not where more than `moves` steps would be needed.
    """
    order, start, known = order.copy(), start.copy(), known.copy()
    for i in range(1, len(order)):
        row, begun, told = order[i], start[i], known[i]
        j = i
        while (
            j > 0
            and account[j - 1] == account[i]
            and (start[j - 1] > begun or (start[j - 1] == begun and known[j - 1] > told))
        ):
            order[j], start[j], known[j] = order[j - 1], start[j - 1], known[j - 1]
            j -= 1
        moves -= i - j
        if moves < 0:
            return False, order
        order[j], start[j], known[j] = row, begun, told
    return True, order


@compiled
def _ordered(account: Codes, start: Instants, known: Instants) -> bool:
    for i in range(1, len(account)):
        if account[i] < account[i - 1]:
            return False
        if account[i] == account[i - 1]:
            if start[i] < start[i - 1]:
                return False
            if start[i] == start[i - 1] and known[i] < known[i - 1]:
                return False
    return True


def _groups(account: Codes, start: Instants, known: Instants) -> Order:
    """The number of each row's group of rows that share all three, ascending from 0."""
    fresh = np.zeros(len(account), np.int64)
    fresh[1:] = (
        (account[1:] != account[:-1]) | (start[1:] != start[:-1]) | (known[1:] != known[:-1])
    )
    return np.cumsum(fresh)


def _by_content(rows: pa.Table, order: Order, group: Order, tied: Mask) -> Order:
    """The order with the rows of each group by all their columns."""
    places = np.flatnonzero(tied)
    some = rows.take(pa.array(order[places]))
    plain = [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in some.columns]
    some = pa.table([pa.array(group[places]), *plain], ["group", *rows.column_names])
    turn = pc.sort_indices(some, [(name, "ascending") for name in some.column_names])
    by_content = order.copy()
    by_content[places] = order[places][turn.to_numpy()]
    return by_content
