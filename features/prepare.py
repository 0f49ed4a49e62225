"""Rows in the contract's Arrow schema made into arrays, ordered by account and time."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from features.clock import MISSING, NEVER, Instants
from features.columns import Columns, Values, encoded, instants
from features.contract import KNOWN_AT, TABLES, Table
from features.currency import Rates
from features.facts import Facts
from features.order import in_order
from features.versions import KNOWN_UNTIL, known_until
from features.view import Bucket
from features.words import Codes, Words


def prepare(tables: Mapping[str, pa.Table], rates: Rates | None = None) -> Bucket:
    """Turn the tables of one bucket, in the contract's Arrow schema, into arrays.

    Text may come as strings or as Arrow dictionaries, and any column that nothing will read
    may be absent. The order of the rows does not matter. Every account that any table names
    is an account of the bucket: were it only those of `accounts`, a row of it that became
    known later would decide what is seen earlier.
    """
    owners = {name: _owners(table) for name, table in tables.items()}
    ids = tuple(sorted(set[str]().union(*(words.words for words in owners.values()))))
    position = {account: i for i, account in enumerate(ids)}
    facts = {}
    for name, table in tables.items():
        words = owners[name]
        lookup = np.array([position[w] for w in words.words], dtype=np.int32)
        account = lookup[words.codes] if len(table) else np.empty(0, np.int32)
        facts[name] = _facts(TABLES[name], table, account)
    return Bucket(ids, facts, rates or Rates())


def _owners(table: pa.Table) -> Words:
    """The accounts of the rows; words that no row holds are no accounts."""
    words = encoded(table.column("account_id"))
    used = np.flatnonzero(np.bincount(words.codes, minlength=len(words.words)))
    if len(used) == len(words.words):
        return words
    place = np.zeros(len(words.words), np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    return Words(place[words.codes], [words.words[i] for i in used.tolist()])


def _facts(table: Table, rows: pa.Table, account: Codes) -> Facts:
    start, known = started(table, rows)
    order = in_order(table, rows, account, start, known)
    if order is not None:
        rows = rows.take(pa.array(order))
        account, start, known = account[order], start[order], known[order]
    return facts_of(table, rows, account, start, known)


def facts_of(
    table: Table, rows: pa.Table, account: Codes, start: Instants, known: Instants
) -> Facts:
    """Rows as facts, in the order in which they come; three numbers are known of each row.

    Args:
        table: of the contract.
        rows: its rows.
        account: number of each row's account, shape (rows,).
        start: when it happened or began, microseconds, likewise.
        known: when it was recorded, likewise.
    """
    clocks: dict[str, Values] = {
        "account": account,
        "start": start,
        "known": known,
        "until": until_of(table, rows),
    }
    return Facts(table, len(rows), clocks, Columns(table, rows))


def until_of(table: Table, rows: pa.Table) -> Instants:
    """When newer versions took over; computed where the rows do not come from a lake."""
    if KNOWN_UNTIL in rows.column_names:
        until = rows.column(KNOWN_UNTIL)
    else:
        until = known_until(table, rows)
    if until.null_count == len(until):
        return np.broadcast_to(np.int64(NEVER), len(until))
    moments = instants(until)
    return np.where(moments == MISSING, NEVER, moments)


def started(table: Table, rows: pa.Table) -> tuple[Instants, Instants]:
    """When each fact began to be one, and when it became known."""
    return _start(table, rows), instants(rows.column(KNOWN_AT.name))


def _start(table: Table, rows: pa.Table) -> Instants:
    """When each fact began to be one: when it happened, or was announced if earlier."""
    occurred = instants(rows.column(table.occurred))
    if not table.announced:
        return occurred
    announced = instants(rows.column(table.announced))
    return np.where(announced == MISSING, occurred, np.minimum(announced, occurred))
