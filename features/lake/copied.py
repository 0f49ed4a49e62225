"""The rows of a piece beside it, to be taken one by one: by their key, without reading others."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.contract import Table
from features.contract.arrow import schema
from features.lake.hashing import Hashes, bytes_of, hashes
from features.lake.incoming import key_of
from features.lake.order import Int64
from features.lake.storage import opened
from features.versions import KNOWN_UNTIL

COPY, KEYS = "_rows.arrow", "_keys.npy"
"""They lie in a table's folder of one load, and are made when they are first needed."""

Sizes = Callable[[], Sequence[int]]
Read = Callable[[int], pa.Table]
Pieces = Callable[[], Read]


@dataclass(frozen=True)
class Copied:
    """The rows of a piece, those of a bucket together.

    Attributes:
        begin: where each bucket's begin, and how many there are, shape (buckets + 1,).
        hashed: the hash of the first column of each key, sorted.
        order: the row of each, counted over all buckets.
        batches: the rows of each bucket, in the contract's schema and `known_until`.
    """

    begin: Int64
    hashed: Hashes
    order: Hashes
    batches: tuple[pa.RecordBatch, ...]

    def places(self, keys: pa.Array) -> Int64:
        """The rows whose key has the hash of one of some words, ascending."""
        wanted = np.sort(hashes(*bytes_of(keys)))
        low = np.searchsorted(self.hashed, wanted)
        count = np.searchsorted(self.hashed, wanted, side="right") - low
        nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.sort(self.order[np.repeat(low, count) + nth].astype(np.int64))

    def rows(self, places: Int64) -> pa.Table:
        """Some rows, ascending."""
        ends = np.searchsorted(places, self.begin)
        parts = [
            batch.take(pa.array(places[ends[b] : ends[b + 1]] - self.begin[b]))
            for b, batch in enumerate(self.batches)
            if ends[b] < ends[b + 1]
        ]
        return pa.Table.from_batches(parts, self.batches[0].schema)


def opened_copy(folder: Path, table: Table, sizes: Sizes, read: Pieces) -> Copied:
    """The copy of a piece; made where there is none, a bucket at a time.

    Args:
        folder: the piece's folder of the table.
        table: the declaration; its facts have keys.
        sizes: tells how many rows each bucket of the piece has.
        read: gives what reads those of one.
    """
    if not is_copied(folder):
        _make(folder, table, sizes(), read())
    with opened(folder / COPY, "rb") as source:
        file = pa.ipc.open_file(source)
        batches = tuple(file.get_batch(n) for n in range(file.num_record_batches))
    keys = np.load(folder / KEYS, mmap_mode="r")
    begin = np.concatenate([[0], np.cumsum([len(batch) for batch in batches])])
    return Copied(begin, np.asarray(keys[0]), np.asarray(keys[1]), batches)


def is_copied(folder: Path) -> bool:
    """Whether the copy of a piece was made."""
    return (folder / KEYS).exists()


def _make(folder: Path, table: Table, sizes: Sequence[int], read: Read) -> None:
    """Write the rows, and then what finds them, which makes them a copy."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = schema(table)
    wanted = wanted.append(pa.field(KNOWN_UNTIL, wanted.field("known_at").type))
    hashed = []
    part = folder / f"{COPY}.tmp"
    with opened(part, "wb") as sink, pa.ipc.new_file(sink, wanted) as writer:
        for batch in _plain(wanted, len(sizes), read):
            writer.write_batch(batch)
            hashed.append(hashes(*bytes_of(batch.column(key_of(table)[0]))))
    os.replace(part, folder / COPY)
    every = np.concatenate(hashed)
    order = np.argsort(every, kind="stable").astype(np.uint64)
    with opened(folder / f"{KEYS}.tmp", "wb") as sink:
        np.save(sink, np.stack([every[order], order]))
    os.replace(folder / f"{KEYS}.tmp", folder / KEYS)


def _plain(wanted: pa.Schema, buckets: int, read: Read) -> Iterator[pa.RecordBatch]:
    """The rows of each bucket as one batch, text as strings."""
    for bucket in range(buckets):
        rows = read(bucket).select(wanted.names).cast(wanted).combine_chunks()
        arrays = [column.combine_chunks() for column in rows.columns]
        yield pa.RecordBatch.from_arrays(
            [a.chunk(0) if isinstance(a, pa.ChunkedArray) else a for a in arrays], schema=wanted
        )
