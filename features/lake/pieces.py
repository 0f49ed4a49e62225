"""Reading the files that a manifest names: a bucket of a table, or one load's piece of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from features.contract import TABLES
from features.lake.ended import read_ends, with_ends
from features.lake.manifest import Manifest, TableInfo
from features.lake.schema import KNOWN_UNTIL, LOAD, stored, texts
from features.lake.storage import Folder, parquet_files, read_parquet, rows_in


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

    def files(self, name: str, index: int) -> list[Folder]:
        """The files of a bucket of a table, in the order of its pieces."""
        loads = self.info(name).loads if name in self.manifest.tables else ()
        return [file for load in loads for file in self._files(name, load, index)]

    def read(self, name: str, index: int, columns: pa.Schema) -> pa.Table:
        """Some columns of a bucket, each row with the end that any load gave it."""
        parts = [_read(path, name, columns) for path in self.files(name, index)]
        if not parts:
            return columns.empty_table()
        whole = parts[0] if len(parts) == 1 else pa.concat_tables(parts).unify_dictionaries()
        if KNOWN_UNTIL not in columns.names or not self.info(name).ended:
            return whole
        return with_ends(whole, index, self.ends(name))

    def ends(self, name: str) -> pa.Table:
        """Which rows of a table ended after they were written, see `features.lake.ended`."""
        return read_ends(self.folder(load) / name for load in self.info(name).ended)

    def piece(self, name: str, load: int, index: int, columns: pa.Schema) -> pa.Table:
        """Some columns of what one load wrote of a bucket, as it was written."""
        parts = [_read(path, name, columns) for path in self._files(name, load, index)]
        return pa.concat_tables([columns.empty_table(), *parts])

    def sizes(self, name: str, load: int) -> list[int]:
        """How many rows of each bucket a load wrote."""
        buckets = range(self.manifest.buckets)
        return [sum(map(rows_in, self._files(name, load, index))) for index in buckets]

    def held(self, name: str) -> Iterator[pa.RecordBatch]:
        """All of a table, bucket by bucket, with the load of each row."""
        columns = pa.schema([f for f in stored(TABLES[name]) if f.name != KNOWN_UNTIL])
        assert LOAD in columns.names
        for index in range(self.manifest.buckets):
            yield from self.read(name, index, columns).to_batches()

    def _files(self, name: str, load: int, index: int) -> list[Folder]:
        return parquet_files(self.folder(load) / name / f"bucket={index}")


def folder_of(root: Folder, load: int) -> Folder:
    """The folder of what a load wrote."""
    return root / f"generation-{load:05d}"


def _read(path: Folder, name: str, columns: pa.Schema) -> pa.Table:
    return read_parquet(path, columns.names, texts(TABLES[name])).cast(columns)
