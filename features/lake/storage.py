"""Where a lake lies: a local folder, or any address that fsspec knows."""

import os
import shutil
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from upath import UPath

    Folder = Path | UPath
else:
    Folder = Path


WRITTEN_AT_ONCE = 1 << 20
"""Bytes."""
TRIED, WORTH_IT = 1 << 16, 0.9
"""Bytes of a column that are compressed to see whether it is, and what must be left of them."""


def folder_at(address: Folder | str) -> Folder:
    """The folder at an address; a local one as a plain path, read and written directly."""
    if isinstance(address, Path):
        return address
    from upath import UPath  # seldom needed, and takes long to load

    path = UPath(address)
    return Path(path.path) if path.protocol in ("", "file", "local") else path


def write_text(path: Folder, text: str) -> None:
    """Replace a file as a whole: a reader sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(path, Path):
        path.write_text(text)  # object storage shows an object once it is complete
        return
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    os.replace(temporary, path)


def remove(folder: Folder) -> None:
    """Remove a folder and all in it, if it is there."""
    if isinstance(folder, Path):
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.exists():
        folder.fs.rm(folder.path, recursive=True)


def parquet_files(folder: Folder) -> list[Folder]:
    """The Parquet files in a folder, by name; none where there is no such folder."""
    return sorted(folder.glob("*.parquet"), key=str)


def read_parquet(path: Folder, columns: Collection[str], texts: Collection[str]) -> pa.Table:
    """Those of some columns that a file has, those of `texts` as dictionary<int32, string>."""
    with opened(path, "rb") as source:
        return _with_texts(source, texts).read(list(columns))


def read_group(
    path: Folder, group: int, columns: Collection[str], texts: Collection[str]
) -> pa.Table:
    """The same of one group of its rows."""
    with opened(path, "rb") as source:
        file = _with_texts(source, texts)
        return file.read_row_group(group, list(columns), use_threads=False)


def _with_texts(source: Any, texts: Collection[str]) -> pq.ParquetFile:
    """A file whose text columns, as far as it has them, are read as codes."""
    metadata = pq.read_metadata(source)
    there = set(metadata.schema.names)
    coded = [name for name in texts if name in there]
    return pq.ParquetFile(source, metadata=metadata, read_dictionary=coded, pre_buffer=True)


def rows_in(path: Folder) -> list[int]:
    """How many rows each group of a file has."""
    with opened(path, "rb") as source:
        metadata = pq.read_metadata(source)
    return [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]


def write_parquet(path: Folder, table: pa.Table, **options: Any) -> None:
    """Write a file; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened(path, "wb") as sink:
        pq.write_table(table, sink, **options)


def write_groups(path: Folder, table: pa.Table, ends: Sequence[int], **options: Any) -> None:
    """Write a file in groups of rows, each to an end that is given; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened(path, "wb") as sink, pq.ParquetWriter(sink, table.schema, **options) as writer:
        for begin, end in pairwise([0, *ends]):
            writer.write_table(table.slice(begin, end - begin))


def codec_of(column: pa.ChunkedArray) -> str:
    """How a column is to be compressed: "none" for numbers that a few of them tell to be as large.

    Times of events are such: to compress them takes more than to write them, and they are as
    large as before.
    """
    width = column.type.bit_width // 8 if pa.types.is_primitive(column.type) else 0
    if not width or column.null_count == len(column):
        return "lz4"
    size = TRIED // width
    few = column.slice(max(0, len(column) - size) // 2, size).drop_null().combine_chunks()
    raw = few.buffers()[1].slice(few.offset * width, len(few) * width)
    return "lz4" if len(pa.compress(raw, "lz4_raw")) <= WORTH_IT * len(raw) else "none"


def opened(path: Folder, mode: str) -> Any:
    """A local file through Arrow, which reads it without Python in between."""
    if not isinstance(path, Path):
        return path.open(mode)
    return sink_of(path) if mode == "wb" else pa.memory_map(str(path))


def sink_of(path: Path) -> Any:
    """Where a local file is written to: handed to the system a megabyte at a time.

    A Parquet file is written in thousands of small steps, each of which would ask the system.
    """
    return pa.output_stream(str(path), compression=None, buffer_size=WRITTEN_AT_ONCE)
