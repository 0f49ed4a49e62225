"""Writing a generation: its tables shuffled by account, then bucket by bucket as Parquet."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from features.contract import KNOWN_AT, TABLES, Table
from features.lake.content import Digest
from features.lake.incoming import take_in
from features.lake.manifest import TableInfo
from features.lake.outgoing import Made, bucket_table
from features.lake.partition import buckets_for
from features.lake.pieces import TOGETHER
from features.lake.schema import texts
from features.lake.shuffle import Shuffle
from features.lake.spill import spilling
from features.lake.storage import Folder, codec_of, write_groups, write_parquet
from features.lake.versions import Ended, ended

Sources = Mapping[str, Iterable[pa.RecordBatch]]
PARTS = 256
"""Parts of a shuffle whose number of rows, and so of buckets, is not known beforehand."""
WORKERS = 2
FEW = 1 << 20
"""Rows of which two threads would only wait for each other: most of the work is then Python's."""


@dataclass(frozen=True)
class Part:
    """What one bucket holds of one table; instants ISO 8601, "" for none."""

    rows: int = 0
    first: str = ""
    last: str = ""
    digest: Digest = Digest()

    def plus(self, other: "Part") -> "Part":
        """Both together."""
        first = min((t for t in (self.first, other.first) if t), default="")
        last = max(self.last, other.last)
        return Part(self.rows + other.rows, first, last, self.digest.plus(other.digest))


@dataclass(frozen=True)
class Shuffled:
    """One table's rows by part, and which of them hold no more."""

    table: Table
    rows: Shuffle
    over: Ended


def write_generation(
    folder: Folder,
    sources: Sources,
    load: int,
    buckets: int | None,
    rows: int | None,
    memory: int,
    together: Collection[str] = (),
) -> tuple[int, dict[str, Part]]:
    """Write all tables under `folder`; returns the number of buckets and what was written.

    Args:
        folder: of the generation; is there, and empty.
        sources: batches of rows by table.
        load: the number of the load, for rows that say nothing of theirs.
        buckets: how many; None to choose by the number of rows.
        rows: how many rows are to come, where that is known.
        memory: bytes of rows on their way that may wait in memory.
        together: the tables that lie in one file each.
    """
    parts = buckets or (PARTS if rows is None else min(PARTS, buckets_for(rows)))
    disk = folder.parent if isinstance(folder, Path) else None
    with spilling(disk, memory) as spill:
        tables = []
        for name in (n for n in TABLES if n in sources):
            shuffle = Shuffle(spill, parts)
            take_in(TABLES[name], sources[name], shuffle)
            tables.append(Shuffled(TABLES[name], shuffle, ended(TABLES[name], shuffle)))
        total = sum(table.rows.rows for table in tables)
        chosen = buckets or min(parts, buckets_for(total))
        found = {table.table.name: Part() for table in tables}
        apart = [table for table in tables if table.table.name not in together]
        for name, part in _all_buckets(folder, apart, chosen, load):
            found[name] = found[name].plus(part)
        whole = [table for table in tables if table.table.name in together]
        whole.sort(key=lambda table: -table.rows.rows)  # none long is left to the end
        with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as executor:
            made = executor.map(lambda table: _whole(folder, table, chosen, load), whole)
            found |= {table.table.name: part for table, part in zip(whole, made, strict=True)}
    return chosen, found


def _all_buckets(
    folder: Folder, tables: list[Shuffled], buckets: int, load: int
) -> Iterator[tuple[str, Part]]:
    def work(index: int) -> list[tuple[str, Part]]:
        return [(t.table.name, _bucket(folder, t, index, buckets, load)) for t in tables]

    few = sum(table.rows.rows for table in tables) < FEW
    with ThreadPoolExecutor(1 if few else min(WORKERS, os.cpu_count() or 1)) as executor:
        for found in executor.map(work, range(buckets)):
            yield from found


def _bucket(folder: Folder, source: Shuffled, index: int, buckets: int, load: int) -> Part:
    table = source.table
    parts = range(index, source.rows.parts, buckets)
    made = bucket_table(table, source.rows, parts, source.over, load)
    if made is None:
        return Part()
    path = folder / table.name / f"bucket={index}" / "part-0.parquet"
    write_parquet(path, made.rows, row_group_size=1 << 26, **options(table, made.rows))
    return _part(table, made)


def _whole(folder: Folder, source: Shuffled, buckets: int, load: int) -> Part:
    """All buckets of a table in one file, a group of rows each."""
    table = source.table
    made = bucket_table(table, source.rows, range(source.rows.parts), source.over, load, buckets)
    if made is None:
        return Part()
    plain = made.rows.cast(
        pa.schema(
            [f.with_type(pa.string()) if f.name in texts(table) else f for f in made.rows.schema]
        )
    )  # so that each group gets the words of its own rows
    write_groups(folder / table.name / TOGETHER, plain, made.ends, **options(table, made.rows))
    return _part(table, made)


def _part(table: Table, made: Made) -> Part:
    first, last = _bounds(made.rows.column(table.occurred))
    latest = max(last, _bounds(made.rows.column(KNOWN_AT.name))[1])
    return Part(len(made.rows), first, latest, made.digest)


def options(table: Table, rows: pa.Table) -> dict[str, object]:
    """How Parquet files are written, so that they are read fast: measured, not guessed.

    Text as dictionaries that never overflow into plain text, all else plain; one group of
    rows a file, so that there is one dictionary; nothing that only a search would use. What
    would not get smaller is not compressed.

    Args:
        table: the declaration.
        rows: those to be written, in the lake's schema.
    """
    return {
        "compression": {name: codec_of(rows.column(name)) for name in rows.column_names},
        "use_dictionary": list(texts(table)),
        "dictionary_pagesize_limit": 1 << 30,
        "max_rows_per_page": 1 << 18,
        "write_batch_size": 1 << 16,
        "write_statistics": False,
    }


def _bounds(moments: pa.ChunkedArray) -> tuple[str, str]:
    ends = pc.min_max(moments).as_py()
    first, last = ends["min"], ends["max"]
    return (first.isoformat() if first else "", last.isoformat() if last else "")


def described(
    parts: Mapping[str, Part], versioned: frozenset[str], load: int
) -> dict[str, TableInfo]:
    """What the manifest says about tables that were written as a whole."""
    return {name: _described(part, name in versioned, (load,)) for name, part in parts.items()}


def extended(old: TableInfo, part: Part, versioned: bool, load: int, together: bool) -> TableInfo:
    """What the manifest says about a table to which a load added rows, in one file or more."""
    before = Part(old.rows, old.first, old.last, Digest.parse(old.digest))
    whole = _described(before.plus(part), versioned, (*old.loads, load))
    in_one = (*old.together, load) if together else old.together
    return replace(whole, ended=old.ended, together=in_one)


def _described(part: Part, versioned: bool, loads: tuple[int, ...]) -> TableInfo:
    return TableInfo(part.rows, part.first, part.last, versioned, str(part.digest), loads)
