"""Reading the files that a manifest names: a bucket of a table, or one load's piece of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.contract import TABLES
from features.lake.ended import read_ends, with_ends
from features.lake.manifest import Manifest, TableInfo
from features.lake.schema import KNOWN_UNTIL, LOAD, stored, texts
from features.lake.storage import Folder, parquet_files, read_group, read_parquet, rows_in

TOGETHER = "all.parquet"
"""Lies in a table's folder of a load that brought little: a group of rows for each bucket."""


@dataclass(frozen=True)
class Pieces:
    """The rows that one manifest of a lake tells of."""

    root: Folder
    manifest: Manifest

    def info(self, name: str) -> TableInfo:
        """What the manifest says about a connected table."""
        return self.manifest.tables[name]

    def folder(self, load: int) -> Folder:
        """Where a load's rows lie."""
        return folder_of(self.root, load)

    def read(self, name: str, index: int, columns: pa.Schema) -> pa.Table:
        """Some columns of a bucket, each row with the end that any load gave it."""
        loads = self.info(name).loads if name in self.manifest.tables else ()
        parts = [part for load in loads for part in self._parts(name, load, index, columns)]
        if not parts:
            return columns.empty_table()
        whole = parts[0] if len(parts) == 1 else pa.concat_tables(parts).unify_dictionaries()
        if KNOWN_UNTIL not in columns.names or not self.info(name).ended:
            return whole
        return with_ends(whole, index, self.ends(name))

    def ends(self, name: str) -> pa.Table:
        """Which rows of a table ended after they were written, see `features.lake.ended`."""
        return read_ends(self.folder(load) / name for load in self.info(name).ended)

    def piece(self, name: str, load: int, columns: pa.Schema) -> Callable[[int], pa.Table]:
        """Reads some columns of each bucket of what one load wrote, as it was written."""
        if load not in self.info(name).together:
            return lambda index: pa.concat_tables(
                [columns.empty_table(), *self._parts(name, load, index, columns)]
            )
        whole, ends = self.whole(name, load, columns), np.cumsum([0, *self.sizes(name, load)])
        return lambda index: whole.slice(ends[index], ends[index + 1] - ends[index])

    def whole(self, name: str, load: int, columns: pa.Schema) -> pa.Table:
        """The same of all buckets, one after the other."""
        if load in self.info(name).together:
            return _read(self._together(name, load), name, columns, load)
        buckets = range(self.manifest.buckets)
        parts = [part for i in buckets for part in self._parts(name, load, i, columns)]
        return pa.concat_tables([columns.empty_table(), *parts])

    def sizes(self, name: str, load: int) -> list[int]:
        """How many rows of each bucket a load wrote."""
        if load in self.info(name).together:
            return rows_in(self._together(name, load))
        files = (self._files(name, load, index) for index in range(self.manifest.buckets))
        return [sum(sum(rows_in(file)) for file in some) for some in files]

    def held(self, name: str, first: int = 0) -> Iterator[pa.RecordBatch]:
        """A table but for its first so many pieces, with the load of each row."""
        columns = pa.schema([f for f in stored(TABLES[name]) if f.name != KNOWN_UNTIL])
        assert LOAD in columns.names
        for load in self.info(name).loads[first:]:
            if load in self.info(name).together:
                yield from self.whole(name, load, columns).to_batches()
                continue
            for index in range(self.manifest.buckets):
                for part in self._parts(name, load, index, columns):
                    yield from part.to_batches()

    def rows_by_load(self, name: str) -> list[int]:
        """How many rows each piece of a table has."""
        return [sum(self.sizes(name, load)) for load in self.info(name).loads]

    def ends_before(self, name: str, first: int, more: pa.Table) -> pa.Table | None:
        """What pieces after the first so many, and more marks, say of rows in the first.

        None where none of them says anything: no row of those pieces ended either, but for
        versions that came in one load.
        """
        info = self.info(name)
        later = [load for load in info.ended if load in info.loads[first:]]
        if not later and not len(more):
            return None
        marks = pa.concat_tables([more, read_ends(self.folder(load) / name for load in later)])
        kept = np.sum([self.sizes(name, load) for load in info.loads[:first]], axis=0)
        bucket, place = marks.column("bucket").to_numpy(), marks.column("place").to_numpy()
        return marks.filter(pa.array(place < kept[bucket]))

    def _parts(self, name: str, load: int, index: int, columns: pa.Schema) -> list[pa.Table]:
        if load not in self.info(name).together:
            return [_read(path, name, columns, load) for path in self._files(name, load, index)]
        path, text = self._together(name, load), texts(TABLES[name])
        return [_whole(read_group(path, index, columns.names, text), columns, load)]

    def _together(self, name: str, load: int) -> Folder:
        return self.folder(load) / name / TOGETHER

    def _files(self, name: str, load: int, index: int) -> list[Folder]:
        return parquet_files(self.folder(load) / name / f"bucket={index}")


def folder_of(root: Folder, load: int) -> Folder:
    """The folder of what a load wrote."""
    return root / f"generation-{load:05d}"


def _read(path: Folder, name: str, columns: pa.Schema, load: int) -> pa.Table:
    return _whole(read_parquet(path, columns.names, texts(TABLES[name])), columns, load)


def _whole(rows: pa.Table, columns: pa.Schema, load: int) -> pa.Table:
    """Rows with all columns: a load leaves out those in which no row has anything of its own."""
    for place, field in enumerate(columns):
        if field.name not in rows.column_names:
            own = pa.scalar(load if field.name == LOAD else None, field.type)
            rows = rows.add_column(place, field, pa.repeat(own, len(rows)))
    return rows.cast(columns)
