"""Batches of rows on their way into the lake: checked, typed, and given to their parts."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from features.clock import MISSING
from features.contract import Table
from features.contract.arrow import schema
from features.lake.content import Digest, RowHashes
from features.lake.hashing import Hashes, checksums
from features.lake.numbers import Numbers
from features.lake.order import Int32, Int64
from features.lake.records import lanes, numbers_of
from features.lake.schema import LOAD, TEXT, texts
from features.lake.shuffle import THIS_LOAD, Rows, Shuffle
from features.lake.text import Text, picked, text_of

_NO_NUMBERS = Numbers(0)
_NO_CODES, _NO_HASHES = np.empty(0, np.int32), np.empty(0, np.uint64)
LEAST_ROWS, MOST_ROWS = 1 << 16, 1 << 20
"""Of rows that are brought together at once, where more are to come."""


def take_in(table: Table, batches: Iterable[pa.RecordBatch], shuffle: Shuffle) -> None:
    """Bring rows together by the bucket of their account.

    Args:
        table: the declaration.
        batches: rows in the contract's schema, text as strings or dictionaries; `load` says
            which load brought a row, null or no such column means this one.
        shuffle: where they go.

    Raises ValueError where a column is missing or cannot be read as what it should be.
    """
    for batch in _grouped(_typed(table, one) for one in batches if len(one)):
        columns = {name: numbers_of(batch.column(name)) for name in lanes(table).names}
        words = {name: text_of(batch.column(name)) for name in texts(table)}
        rows = Rows(_NO_NUMBERS, words, _facts(table, columns, words, len(batch)), _loads(batch))
        account = words["account_id"]
        assert account is not None  # as a column without values was refused
        shuffle.add(list(columns.values()), rows, parts_of(account, shuffle.parts))


def _typed(table: Table, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The contract's columns in their order, then `load` where it came."""
    wanted = schema(table)
    if LOAD in batch.schema.names:
        wanted = wanted.append(pa.field(LOAD, pa.int32()))
    missing = sorted(set(wanted.names) - set(batch.schema.names))
    if missing:
        raise ValueError(
            f"rows of {table.name} for the lake have no {', '.join(missing)}; they must have "
            f"the columns of the contract: {', '.join(schema(table).names)}."
        )
    columns = [_column(table, field, batch.column(field.name)) for field in wanted]
    return pa.RecordBatch.from_arrays(columns, names=wanted.names)


def _column(table: Table, field: pa.Field, values: pa.Array) -> pa.Array:
    if field.name == "account_id" and values.null_count:
        raise ValueError(f"{values.null_count} rows of {table.name} for the lake have no account")
    if pa.types.is_string(field.type):
        if values.null_count == len(values):
            return pa.nulls(len(values))
        if pa.types.is_dictionary(values.type) and not values.dictionary.null_count:
            return values.cast(TEXT)
    try:
        return values.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ValueError(
            f"{table.name}.{field.name} comes as {values.type} and cannot be read as "
            f"{field.type}: {error}"
        ) from error


def _grouped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Small batches of the same types joined and large ones cut, to be worth their work."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        if waiting and (waiting[0].schema != batch.schema or sum(map(len, waiting)) >= LEAST_ROWS):
            yield _joined(waiting)
            waiting = []
        waiting.extend(batch.slice(at, MOST_ROWS) for at in range(0, len(batch), MOST_ROWS))
        while len(waiting) > 1 and len(waiting[0]) >= LEAST_ROWS:
            yield waiting.pop(0)
    if waiting:
        yield _joined(waiting)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def digest_of_rows(table: Table, rows: pa.Table) -> Digest:
    """What rows in the contract's schema say, as a sum that any order of them gives."""
    total = Digest()
    for batch in rows.to_batches():
        hashed = RowHashes(len(batch))
        for name in texts(table):
            text = text_of(batch.column(name))
            hashed.take_text(text) if text else hashed.take_words(_NO_CODES, _NO_HASHES)
        for name in lanes(table).names:
            hashed.take_numbers(numbers_of(batch.column(name)))
        total = total.plus(hashed.digest)
    return total


def parts_of(accounts: Text, parts: int) -> Int32:
    """The part of each row's account."""
    of_word = (checksums(accounts.ends, accounts.data) % parts).astype(np.int32)
    return picked(of_word, accounts.codes) if len(accounts.codes) else of_word


def _loads(batch: pa.RecordBatch) -> Int32 | None:
    if LOAD not in batch.schema.names:
        return None
    loads: Int32 = batch.column(LOAD).fill_null(THIS_LOAD).to_numpy()
    return loads


def _facts(
    table: Table, columns: dict[str, Int64], words: dict[str, Text | None], size: int
) -> Hashes | None:
    """The hash of each row's key; None where no row has one."""
    hashed = RowHashes(size)
    blank = np.zeros(size, bool)
    for name in key_of(table):
        text = words.get(name)
        if text is not None:
            hashed.take_text(text)
            blank |= text.codes < 0 if len(text.codes) else False
        elif name in columns:
            hashed.take_numbers(columns[name])
            blank |= columns[name] == MISSING
        else:
            return None
    facts: Hashes = hashed.total | np.uint64(1)
    facts[blank] = 0
    return facts if key_of(table) else None


def key_of(table: Table) -> tuple[str, ...]:
    """The columns that identify a fact, where a row has them all."""
    return table.key or ((table.optional_key,) if table.optional_key else ())
