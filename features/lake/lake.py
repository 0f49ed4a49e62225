"""Reading the lake, and replacing it a generation at a time."""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

import pyarrow as pa

from features.contract import CONTRACT_VERSION, TABLES, Table
from features.contract.arrow import schema
from features.lake.generation import Sources, described, write_generation
from features.lake.manifest import MANIFEST, Manifest, digest_of, read_manifest, write_manifest
from features.lake.partition import buckets_for
from features.lake.schema import KNOWN_UNTIL, chosen, stored, texts
from features.lake.spill import MEMORY
from features.lake.storage import Folder, folder_at, parquet_files, read_parquet, remove


class Lake:
    """The bucketed tables under one folder, local or at any address that fsspec knows."""

    def __init__(self, root: Folder | str, buckets: int | None = None) -> None:
        self.root = folder_at(root)
        self._buckets = buckets

    @property
    def exists(self) -> bool:
        """Whether anything was ever loaded."""
        return (self.root / MANIFEST).exists()

    @property
    def manifest(self) -> Manifest:
        """What is in the lake; an empty manifest before the first load."""
        empty = Manifest(CONTRACT_VERSION, self._buckets or buckets_for(0), 0, "")
        return read_manifest(self.root) or empty

    def files(self, name: str, index: int) -> list[Folder]:
        """The Parquet files of one bucket of a table; none where the bucket has no rows."""
        return self._files(self.manifest, name, index)

    def bucket(
        self, index: int, columns: Mapping[str, Collection[str]] | None = None
    ) -> dict[str, pa.Table]:
        """Tables of one bucket, text columns as dictionary<int32, string>.

        Args:
            index: the bucket's number.
            columns: the tables wanted, and of each the columns; `account_id`, the column of
                the occurrence (and of the announcement), `known_at` and `known_until` come
                always. Tables that are not connected are left out. None gives everything.
        """
        manifest = self.manifest
        wanted = dict.fromkeys(manifest.tables) if columns is None else columns
        return {
            name: self._read(manifest, name, index, chosen(TABLES[name], wanted[name]))
            for name in manifest.tables
            if name in wanted
        }

    def read(self, name: str, marks: bool = False) -> pa.Table:
        """All rows of one table in bucket order; no rows where it is not connected.

        Args:
            name: the table.
            marks: with the columns that loading adds, `known_until` and `load`, and with
                text as dictionaries; otherwise in the contract's schema.
        """
        manifest, table = self.manifest, TABLES[name]
        columns = stored(table) if marks else _plain(table)
        held = range(manifest.buckets if name in manifest.tables else 0)
        parts = [self._read(manifest, name, index, columns) for index in held]
        whole = pa.concat_tables([columns.empty_table(), *parts])
        return whole if marks else whole.cast(schema(table))

    def add(self, tables: Mapping[str, pa.Table], versioned: frozenset[str]) -> bool:
        """Rows that are new join those held, which keep their `load`; False if none came.

        Args:
            tables: new rows by table, in the contract's Arrow schema. A table without rows
                becomes connected.
            versioned: the tables whose source brought `known_at`, beside those of before.
        """
        old = self.manifest
        before = frozenset(name for name, info in old.tables.items() if info.versioned)
        versioned |= before
        rows = sum(map(len, tables.values()))
        if not rows and versioned == before and tables.keys() <= old.tables.keys():
            return False
        sources = {name: self._held(old, name) for name in old.tables}
        for name, table in tables.items():
            sources[name] = chain(sources.get(name, ()), table.to_batches())
        return self.write(sources, versioned, rows=old.rows + rows)

    def replace(self, tables: Mapping[str, pa.Table], versioned: frozenset[str]) -> bool:
        """Make `tables` the content of the lake; False if it held exactly that already.

        Args:
            tables: connected tables by name, each in the contract's Arrow schema; a column
                `load` may say which load brought a row, null or missing means this one.
            versioned: the tables whose source brought `known_at`.
        """
        sources = {name: table.to_batches() for name, table in tables.items()}
        return self.write(sources, versioned, rows=sum(map(len, tables.values())))

    def write(
        self,
        sources: Sources,
        versioned: frozenset[str],
        rows: int | None = None,
        memory: int = MEMORY,
    ) -> bool:
        """Make what `sources` give the content of the lake, a batch at a time.

        Beside a batch of rows, and the buckets that are written at once, memory holds some
        of what is on its way; the rest waits on disk, in the lake's folder or, for a lake on
        object storage, where the system keeps temporary files.

        Args:
            sources: record batches of each connected table, as `replace` takes tables. Text
                may come as dictionaries, each batch with words of its own.
            versioned: the tables whose source brought `known_at`.
            rows: how many rows are to come, if known; without it there are 256 buckets at
                most unless a number of buckets was given.
            memory: bytes of what is on its way that may wait in memory.

        Returns False, and leaves the lake as it is, where it held exactly that already.

        Raises ValueError where rows cannot be read as the contract's.
        """
        old = self.manifest
        load = old.generation + 1
        folder = self._folder(load)
        remove(folder)
        folder.mkdir(parents=True)
        try:
            buckets, parts = write_generation(folder, sources, load, self._buckets, rows, memory)
            tables = described(parts, versioned)
            manifest = Manifest(CONTRACT_VERSION, buckets, load, digest_of(tables), tables)
            changed = manifest.digest != old.digest
            if changed:
                write_manifest(self.root, manifest)
        except BaseException:
            remove(folder)
            raise
        remove(self._folder(old.generation) if changed else folder)
        return changed

    def _held(self, manifest: Manifest, name: str) -> Iterator[pa.RecordBatch]:
        """What the lake holds of a table, bucket by bucket, with the load of each row."""
        table = TABLES[name]
        columns = pa.schema([f for f in stored(table) if f.name != KNOWN_UNTIL])
        for index in range(manifest.buckets):
            yield from self._read(manifest, name, index, columns).to_batches()

    def _folder(self, generation: int) -> Folder:
        return self.root / f"generation-{generation:05d}"

    def _read(self, manifest: Manifest, name: str, index: int, columns: pa.Schema) -> pa.Table:
        text = texts(TABLES[name])
        parts = [
            read_parquet(path, columns.names, text).cast(columns)
            for path in self._files(manifest, name, index)
        ]
        if not parts:
            return columns.empty_table()
        return parts[0] if len(parts) == 1 else pa.concat_tables(parts).unify_dictionaries()

    def _files(self, manifest: Manifest, name: str, index: int) -> list[Folder]:
        return parquet_files(self._folder(manifest.generation) / name / f"bucket={index}")


def _plain(table: Table) -> pa.Schema:
    """The contract's columns as they are stored."""
    names = set(schema(table).names)
    return pa.schema([f for f in stored(table) if f.name in names])
