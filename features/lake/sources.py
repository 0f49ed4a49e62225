"""Parquet files as a source of the lake: read in the way that is bucketed fastest."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from features.contract import Table
from features.contract.arrow import schema
from features.lake.schema import LOAD, texts
from features.lake.storage import Folder, opened

ROWS_OF_A_BATCH = 1 << 20
_BYTES_OF_A_CODE = 4


def parquet_batches(table: Table, files: Iterable[Folder]) -> Iterator[pa.RecordBatch]:
    """The rows of files, in batches for `Lake.write`.

    The files have the contract's columns, or only some: what is missing is null, but for
    columns that every row must have. Other columns are not read.

    Raises ValueError where a required column is missing.
    """
    for path in files:
        with opened(path, "rb") as source:
            yield from _batches_of(table, path, source)


def _batches_of(table: Table, path: Folder, source: pa.NativeFile) -> Iterator[pa.RecordBatch]:
    probe = pq.ParquetFile(source)
    wanted = schema(table)
    there = set(probe.schema_arrow.names)
    missing = [c.name for c in table.columns if c.required and c.name not in there]
    if missing:
        raise ValueError(f"{path} has no {', '.join(missing)}, which {table.name} must have")
    held = [n for n in (*wanted.names, LOAD) if n in there and not _is_empty(probe.metadata, n)]
    coded = [n for n in texts(table) if n in held and _is_coded(probe.metadata, n)]
    file = pq.ParquetFile(source, metadata=probe.metadata, read_dictionary=coded)
    for batch in file.iter_batches(ROWS_OF_A_BATCH, columns=held, use_threads=False):
        columns = {name: batch.column(name) for name in held}
        empty = {f.name: pa.nulls(len(batch), f.type) for f in wanted if f.name not in columns}
        yield pa.record_batch(columns | empty)


def _is_coded(metadata: pq.FileMetaData, name: str) -> bool:
    """Whether a text column lies there as codes for the most part."""
    chunks = _chunks(metadata, name)
    size = sum(chunk.total_uncompressed_size for chunk in chunks)
    return bool(size < _BYTES_OF_A_CODE * metadata.num_rows)


def _is_empty(metadata: pq.FileMetaData, name: str) -> bool:
    """Whether the file's own counts say that every row is null."""
    known = [chunk.statistics for chunk in _chunks(metadata, name)]
    if not all(s is not None and s.has_null_count for s in known):
        return False
    return bool(sum(s.null_count for s in known) == metadata.num_rows)


def _chunks(metadata: pq.FileMetaData, name: str) -> list[pq.ColumnChunkMetaData]:
    place = metadata.schema.to_arrow_schema().get_field_index(name)
    return [metadata.row_group(i).column(place) for i in range(metadata.num_row_groups)]
