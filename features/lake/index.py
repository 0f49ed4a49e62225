"""What tells at a glance that a log holds nothing like new rows: sorted hashes beside a piece.

Late rows are mostly of the last days. So hashes begin with the day, and looking for a night's
rows touches few pages of hundreds of megabytes.
"""

import mmap
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from mmap import PAGESIZE
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import DAY
from features.columns import instants
from features.contract import Table
from features.lake.content import RowHashes
from features.lake.hashing import Hashes
from features.lake.incoming import key_of, parts_of
from features.lake.order import Int32, Int64
from features.lake.text import text_of
from features.words import Array

INDEX = "_by_day.npy"
"""Lies in a table's folder of one load, and is made when it is first needed."""
_KEYED = np.uint64(1)
_DAY_BITS = 16  # the first of a hash: days since 1970 to the year 2149, and then again
_LATE, _LATE_BYTES = 24, 1 << 20
"""What is brought of each bucket: the last part, a month of two years, and at least so much."""
_FEW = 1 << 10  # hashes at the end of a bucket that are looked at first

Read = Callable[[int], pa.Table]
Sizes = Callable[[], Sequence[int]]
Pieces = Callable[[], Read]
"""Gives what reads the columns of `identifying` of a bucket of a piece."""


def identifying(table: Table) -> tuple[str, ...]:
    """The columns by which a row of a log is told: its key, else its account and instant."""
    return (*key_of(table)[:1], "account_id", table.occurred)


def identities(table: Table, rows: pa.Table) -> Hashes:
    """A hash of what identifies each row, shape (rows,).

    It is uneven where that is its key, and else begins with the day on which it happened.
    """
    parts = [_identities(table, batch) for batch in rows.to_batches() if len(batch)]
    return np.concatenate([np.empty(0, np.uint64), *parts])


def _identities(table: Table, batch: pa.RecordBatch) -> Hashes:
    account, key = text_of(batch.column("account_id")), key_of(table)[:1]
    hashed = RowHashes(len(batch))
    assert account is not None  # rows without an account are in no lake
    hashed.take_text(account)
    moments = instants(pa.chunked_array([batch.column(table.occurred)]))
    hashed.take_numbers(moments)
    day = (moments // DAY).astype(np.uint64) << np.uint64(64 - _DAY_BITS)
    found: Hashes = (day | hashed.total >> np.uint64(_DAY_BITS)) & ~_KEYED
    named = text_of(batch.column(key[0])) if key else None
    if named is not None:
        by_key = RowHashes(len(batch))
        by_key.take_text(named)
        there = batch.column(key[0]).is_valid().to_numpy(zero_copy_only=False)
        found[there] = by_key.total[there] | _KEYED
    return found


@dataclass(frozen=True)
class Index:
    """The identities of a piece's rows, those of a bucket sorted.

    Attributes:
        begin: where each bucket's begin, and how many there are, shape (buckets + 1,).
        sorted: all of them.
    """

    begin: Int64
    sorted: Hashes

    def holds(self, bucket: int, wanted: Hashes) -> bool:
        """Whether a bucket has any of some identities, which are sorted."""
        mine = self.sorted[self.begin[bucket] : self.begin[bucket + 1]]
        if not len(mine) or not len(wanted):
            return False
        mine = _since(mine, wanted[0])
        place = np.minimum(np.searchsorted(mine, wanted), len(mine) - 1)
        return bool((mine[place] == wanted).any())


def opened_index(folder: Path, table: Table, sizes: Sizes, read: Pieces) -> Index:
    """The index of a piece; made where there is none, a bucket at a time.

    Args:
        folder: the piece's folder of the table.
        table: the declaration, of a log.
        sizes: tells how many rows each bucket of the piece has.
        read: gives what reads that which identifies a bucket's rows.
    """
    path = folder / INDEX
    if not path.exists():
        _make(path, table, sizes(), read())
    held = np.load(path, mmap_mode="r")
    whole = np.asarray(held)
    ends = int(whole[0]) + 1
    begin = whole[1 : ends + 1].astype(np.int64)
    _bring_late(held, held.offset + whole.itemsize * (ends + 1 + begin))
    return Index(begin, whole[ends + 1 :])


def _since(ordered: Hashes, first: np.uint64) -> Hashes:
    """All that is no less than some value, and a little before: looked for from the end.

    A search of the whole would touch pages all over it, and each that is not in memory brings
    megabytes around it.
    """
    size = _FEW
    while size < len(ordered) and ordered[-size] >= first:
        size *= 2
    return ordered[-size:]


def _bring_late(held: Array, begin: Int64) -> None:
    """Ask the system for the last part of each bucket at once, and for no more than is touched.

    Else each page that is touched first is waited for, and brings megabytes around it.

    Args:
        held: the mapped file.
        begin: the byte where each bucket begins, and where the last ends.
    """
    mapped = held.base
    if not isinstance(mapped, mmap.mmap) or not hasattr(mapped, "madvise"):
        return
    for first, end in ((first, end) for first, end in pairwise(begin.tolist()) if first < end):
        late = max(end - max(_LATE_BYTES, (end - first) // _LATE), first) // PAGESIZE * PAGESIZE
        mapped.madvise(mmap.MADV_WILLNEED, late, end - late)
    mapped.madvise(mmap.MADV_RANDOM)


def _make(path: Path, table: Table, sizes: Sequence[int], read: Read) -> None:
    """Write the number of buckets, where each begins, and the identities."""
    head = np.concatenate([[len(sizes), 0], np.cumsum(sizes)]).astype(np.uint64)
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (len(head) + int(head[-1]),)
    made = np.lib.format.open_memmap(f"{path}.tmp", "w+", np.uint64, shape)
    made[: len(head)] = head
    for bucket, size in enumerate(sizes):
        at = len(head) + int(head[bucket + 1])
        if size:
            made[at : at + size] = np.sort(identities(table, read(bucket)))
    made.flush()
    os.replace(f"{path}.tmp", path)


def suspected(
    table: Table, rows: pa.Table, last: str, buckets: int, indexes: Sequence[Index]
) -> Iterator[int]:
    """The buckets that may hold rows of the same facts as some new ones.

    A row without a key is looked for in the bucket of its account, unless it happened after
    all that is held; one with a key in all: it may have belonged to another account.

    Args:
        table: the declaration.
        rows: the new ones.
        last: when the latest row held happened or became known, ISO 8601, or "".
        buckets: how many there are.
        indexes: of each piece.
    """
    rows = rows.filter(_maybe_held(table, rows, last))
    wanted = identities(table, rows)
    keyed = wanted % np.uint64(2) == _KEYED
    named, owner = np.sort(wanted[keyed]), _buckets(rows, buckets)
    order = np.lexsort((wanted, owner, keyed))
    plain, owner = wanted[order][: (~keyed).sum()], owner[order][: (~keyed).sum()]
    ends = np.searchsorted(owner, np.arange(buckets + 1))
    for bucket in range(buckets):
        own = plain[ends[bucket] : ends[bucket + 1]]
        if any(index.holds(bucket, some) for index in indexes for some in (own, named)):
            yield bucket


def _maybe_held(table: Table, rows: pa.Table, last: str) -> pa.ChunkedArray:
    """Which rows have a key, or happened no later than the latest that is held."""
    moments, key = rows.column(table.occurred), key_of(table)
    until = pa.scalar(datetime.fromisoformat(last), moments.type) if last else None
    early = pc.fill_null(pc.less_equal(moments, until), False)
    return pc.or_(early, rows.column(key[0]).is_valid()) if key else early


def _buckets(rows: pa.Table, buckets: int) -> Int32:
    """The bucket of each row's account."""
    accounts = pc.cast(rows.column("account_id"), pa.string()).combine_chunks()
    text = text_of(accounts) if len(accounts) else None
    return np.empty(0, np.int32) if text is None else parts_of(text, buckets)
