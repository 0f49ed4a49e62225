"""The rows of one bucket as they are stored: in order, text as codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import MISSING
from features.contract import KNOWN_AT, Table
from features.contract.arrow import TIMESTAMP, schema
from features.lake.content import Digest, RowHashes
from features.lake.hashing import Hashes
from features.lake.incoming import parts_of
from features.lake.numbers import together
from features.lake.order import Int32, Int64, Keys, Moves, destinations
from features.lake.records import arrays_of, lanes, sort_key
from features.lake.schema import KNOWN_UNTIL, LOAD, TEXT, stored, texts
from features.lake.shuffle import THIS_LOAD, Group, Shuffle
from features.lake.text import NO_WORD, picked, scattered, text_of
from features.lake.versions import Ended
from features.lake.vocabulary import Vocabulary

Found = Sequence[tuple[Group, Int32]]
"""The rows of a bucket: places in groups of a shuffle."""


@dataclass(frozen=True)
class Made:
    """The rows of a bucket of a table, or of all of them one after the other.

    Attributes:
        rows: in the lake's schema.
        digest: of what they say.
        ends: where each bucket ends, if they are all.
    """

    rows: pa.Table
    digest: Digest
    ends: tuple[int, ...] = ()


@dataclass(frozen=True)
class Coded:
    """A text column as codes into its words; -1 is null.

    Attributes:
        codes: by row, numbered as the words first came.
        rank: the place of each word among them all, sorted.
        words: the sorted words.
        hashes: of each word, in the order of the codes.
    """

    codes: Int32
    rank: Int32
    words: pa.Array
    hashes: Hashes

    def ranks(self, to: Int32) -> Int32:
        """The ranks of the words, each row in its place `to`; -1 for null."""
        if not len(self.words):
            return np.full(len(to), NO_WORD, np.int32)
        return scattered(self.rank, self.codes, to)

    def array(self, ranks: Int32) -> pa.Array:
        """A column of dictionary<int32, string>, from the ranks of its words."""
        if not len(self.words):
            return pa.nulls(len(ranks), TEXT)
        gone = ranks < 0 if ranks.min() < 0 else None
        return pa.DictionaryArray.from_arrays(pa.array(ranks, mask=gone), self.words, safe=False)


def bucket_table(
    table: Table, shuffle: Shuffle, parts: Sequence[int], over: Ended, load: int, buckets: int = 0
) -> Made | None:
    """The rows of a bucket in the lake's schema, by account, occurrence and content.

    Args:
        table: the declaration.
        shuffle: holds the rows.
        parts: the parts of the shuffle that make the bucket.
        over: the rows that hold no more.
        load: the number of the load, for rows that say nothing of theirs.
        buckets: how many the parts make, one after the other; 0 where they make one.
    """
    found = [(group, group.of(parts)) for group in shuffle.groups]
    size = sum(len(rows) for _, rows in found)
    if not size:
        return None
    coded = {name: _coded(found, name) for name in texts(table)}
    owner, ends = coded["account_id"], np.empty(0, np.int64)
    if buckets:
        owner, ends = _by_bucket(owner, buckets)
        coded["account_id"] = owner
    to, begin = destinations(picked(owner.rank, owner.codes), len(owner.words))
    numbers = together([(group.rows.numbers, rows) for group, rows in found], to)
    ranks = {name: column.ranks(to) for name, column in coded.items()}
    ranks["account_id"] = np.repeat(np.arange(len(begin) - 1, dtype=np.int32), np.diff(begin))
    digest = _digest(coded, ranks, numbers)
    moves = Moves(begin, _keys(table, ranks, numbers))
    for column in (*numbers, *(ranks[name] for name in ranks if name != "account_id")):
        moves.on(column)
    columns = arrays_of(lanes(table), numbers)
    columns |= {name: column.array(ranks[name]) for name, column in coded.items()}
    columns[KNOWN_UNTIL] = _until(found, over, to, moves)
    told = _told(table, shuffle, over)
    if LOAD in told.names:
        columns[LOAD] = _loads(found, load, to, moves)
    rows = pa.table({n: columns[n] for n in told.names}, schema=_tight(told, columns))
    return Made(rows, digest, tuple(begin[ends].tolist()))


def _coded(found: Found, name: str) -> Coded:
    vocabulary = Vocabulary()
    codes, at = np.empty(sum(len(rows) for _, rows in found), np.int32), 0
    for group, rows in found:
        vocabulary.codes(group.rows.texts[name], rows, codes[at : at + len(rows)])
        at += len(rows)
    words = vocabulary.words
    order = pc.sort_indices(words)
    rank = np.empty(len(words), np.int32)
    rank[order.to_numpy()] = np.arange(len(words), dtype=np.int32)
    return Coded(codes, rank, words.take(order), vocabulary.hashes)


def _by_bucket(owner: Coded, buckets: int) -> tuple[Coded, Int64]:
    """Accounts ranked by bucket and then by word, and how many lie up to the end of each bucket."""
    text = text_of(owner.words)
    assert text is not None  # every row has an account
    bucket = parts_of(text, buckets)
    order = np.argsort(bucket, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ranked = replace(owner, rank=rank[owner.rank], words=owner.words.take(pa.array(order)))
    return ranked, np.cumsum(np.bincount(bucket, minlength=buckets))


def _digest(coded: Mapping[str, Coded], ranks: Mapping[str, Int32], numbers: Int64) -> Digest:
    hashed = RowHashes(numbers.shape[1])
    for name, column in coded.items():
        by_rank = np.empty(len(column.rank), np.uint64)
        by_rank[column.rank] = column.hashes
        hashed.take_words(ranks[name], by_rank)
    for values in numbers:
        hashed.take_numbers(values)
    return hashed.digest


def _keys(table: Table, ranks: Mapping[str, Int32], numbers: Int64) -> Iterator[Keys]:
    """What rows of an account are ordered by."""
    first = (table.occurred, KNOWN_AT.name)
    fields = lanes(table)
    for name in (*first, *(name for name in schema(table).names if name not in first)):
        if name in ranks:
            yield partial(_by_rank, ranks[name])
        else:
            lane = fields.get_field_index(name)
            yield partial(_by_number, fields.field(lane).type, numbers[lane])


def _by_rank(ranks: Int32, rows: Int32 | None) -> Int64:
    return (ranks if rows is None else ranks.take(rows)).astype(np.int64)


def _by_number(kind: pa.DataType, values: Int64, rows: Int32 | None) -> Int64:
    return sort_key(kind, values.copy() if rows is None else values.take(rows))


def _told(table: Table, shuffle: Shuffle, over: Ended) -> pa.Schema:
    """The lake's schema without columns in which no row of any bucket has anything of its own."""
    rows = [group.rows for group in shuffle.groups]
    untold = {name for name in texts(table) if all(one.texts[name] is None for one in rows)}
    untold |= set() if len(over.rows) else {KNOWN_UNTIL}
    untold |= {LOAD} if all(one.loads is None for one in rows) else set()
    return pa.schema([field for field in stored(table) if field.name not in untold])


def _tight(fields: pa.Schema, columns: Mapping[str, pa.Array]) -> pa.Schema:
    """Columns without a gap declared so: those are read much faster."""
    return pa.schema([f.with_nullable(columns[f.name].null_count > 0) for f in fields])


def _until(found: Found, over: Ended, to: Int32, moves: Moves) -> pa.Array:
    if not len(over.rows):
        return pa.nulls(len(to), TIMESTAMP)
    until = np.empty(len(to), np.int64)
    until[to] = over.of(np.concatenate([group.first + rows for group, rows in found]))
    moves.on(until)
    return pa.array(until, mask=until == MISSING).cast(TIMESTAMP)


def _loads(found: Found, load: int, to: Int32, moves: Moves) -> pa.Array:
    parts = [
        np.full(len(rows), THIS_LOAD, np.int32)
        if group.rows.loads is None
        else group.rows.loads[rows]
        for group, rows in found
    ]
    loads = np.empty(len(to), np.int32)
    loads[to] = np.concatenate(parts)
    moves.on(loads)
    return pa.array(np.where(loads == THIS_LOAD, np.int32(load), loads))
