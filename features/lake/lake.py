"""Reading the lake, and changing it a load at a time."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from features.contract import CONTRACT_VERSION, TABLES, Table
from features.contract.arrow import schema
from features.lake.additions import Additions, plan
from features.lake.alike import Alike
from features.lake.ended import MARKS, ends_of, write_ends
from features.lake.finding import every, find_alike
from features.lake.generation import Sources, described, extended, write_generation
from features.lake.incoming import digest_of_rows
from features.lake.manifest import MANIFEST, Manifest, digest_of, read_manifest, write_manifest
from features.lake.partition import buckets_for
from features.lake.pieces import Pieces, folder_of
from features.lake.schema import LOAD, chosen, stored
from features.lake.spill import MEMORY
from features.lake.storage import (
    Folder,
    folder_at,
    remove,
)


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
        pieces = self._pieces
        wanted = dict.fromkeys(pieces.manifest.tables) if columns is None else columns
        return {
            name: pieces.read(name, index, chosen(TABLES[name], wanted[name]))
            for name in pieces.manifest.tables
            if name in wanted
        }

    def read(self, name: str, marks: bool = False) -> pa.Table:
        """All rows of one table in bucket order; no rows where it is not connected.

        Args:
            name: the table.
            marks: with the columns that loading adds, `known_until` and `load`, and with
                text as dictionaries; otherwise in the contract's schema.
        """
        pieces, table = self._pieces, TABLES[name]
        columns = stored(table) if marks else _plain(table)
        held = range(pieces.manifest.buckets if name in pieces.manifest.tables else 0)
        parts = [pieces.read(name, index, columns) for index in held]
        whole = pa.concat_tables([columns.empty_table(), *parts])
        return whole if marks else whole.cast(schema(table))

    def since(self, name: str, load: int, columns: Collection[str]) -> tuple[pa.Table, bool]:
        """The rows of a connected table that loads after `load` brought, of some columns.

        Also whether rows of those before may have ended since: newer versions say so beside
        them, or write a table anew, as do other things.
        """
        pieces, table = self._pieces, TABLES[name]
        info = pieces.info(name)
        later = [number for number in info.loads if number > load]
        anew = len(later) == len(info.loads)
        wanted = chosen(table, [*columns, LOAD])
        parts = [wanted.empty_table()]
        for number in later:  # which may hold rows of earlier ones that it was joined with
            rows = pieces.whole(name, number, wanted)
            parts.append(rows.filter(pc.greater(rows[LOAD], load)))
        ended = anew or any(number > load for number in info.ended)
        return pa.concat_tables(parts).unify_dictionaries(), ended

    def every(self, name: str, columns: Collection[str]) -> Iterator[pa.Table]:
        """Some columns of all rows of a table, every version, in no order; nothing of others.

        Text may come as strings or as dictionaries.
        """
        pieces = self._pieces
        return every(pieces, name, columns) if name in pieces.manifest.tables else iter(())

    @property
    def _pieces(self) -> Pieces:
        return Pieces(self.root, self.manifest)

    def alike(self, name: str, rows: pa.Table) -> Alike:
        """The rows of a connected table that may be of the same facts as some of `rows`.

        Those with one of their keys, and those that say the same as one without a key.
        """
        return find_alike(self._pieces, name, rows)

    def add(
        self,
        tables: Mapping[str, pa.Table],
        versioned: frozenset[str],
        corrected: Collection[str] | None = None,
        held: Mapping[str, Alike] | None = None,
    ) -> bool:
        """Rows that are new join those held, which keep their `load`; False if none came.

        What is added lies in files of its own, which also say which rows that are held end
        because of it. Tables that are small are written anew, and of those that lie in many
        pieces the later ones are brought together with what is added.

        Args:
            tables: new rows by table, in the contract's Arrow schema. A table without rows
                becomes connected.
            versioned: the tables whose source brought `known_at`, beside those of before.
            corrected: the tables in which a new row may be a version of a fact that is held;
                None for all whose facts have keys.
            held: what `alike` found of the new rows of some tables; looked for where missing.
        """
        old = self.manifest
        before = frozenset(name for name, info in old.tables.items() if info.versioned)
        versioned |= before
        rows = sum(map(len, tables.values()))
        if not rows and versioned == before and tables.keys() <= old.tables.keys():
            return False
        pieces = Pieces(self.root, old)
        additions = plan(old, tables, corrected, pieces.rows_by_load)
        if old.buckets != (self._buckets or buckets_for(old.rows + rows)):
            sources = additions.everything(old.tables, pieces.held)
            return self.write(sources, versioned, rows=old.rows + rows)
        ends = {
            name: ends_of(
                TABLES[name], tables[name], (held or {}).get(name) or self.alike(name, tables[name])
            )
            for name in additions.changed
        }
        additions = additions.writing_anew(name for name, marks in ends.items() if marks is None)
        marked = {n: m for n, m in ends.items() if m is not None}
        for name, joined in additions.joined.items():
            more = marked.pop(name, MARKS.empty_table())
            if (marks := pieces.ends_before(name, joined.first, more)) is not None:
                marked[name] = marks
        return self._extend(old, additions, versioned, marked)

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
        with self._new_folder(load) as folder:
            buckets, parts = write_generation(folder, sources, load, self._buckets, rows, memory)
            tables = described(parts, versioned, load)
            manifest = Manifest(CONTRACT_VERSION, buckets, load, digest_of(tables), tables)
            changed = manifest.digest != old.digest
            if changed:
                write_manifest(self.root, manifest)
        self._clean(old, manifest) if changed else remove(self._folder(load))
        return changed

    def _extend(
        self,
        old: Manifest,
        additions: Additions,
        versioned: frozenset[str],
        ends: Mapping[str, pa.Table],
    ) -> bool:
        """Write what is added, what ended by it, and the tables that are to be written anew."""
        load = old.generation + 1
        sources = additions.written(Pieces(self.root, old).held)
        with self._new_folder(load) as folder:
            together = additions.together
            parts = write_generation(folder, sources, load, old.buckets, None, MEMORY, together)[1]
            tables = {n: replace(i, versioned=n in versioned) for n, i in old.tables.items()}
            for name, part in parts.items():
                known = name in versioned
                if name in additions.anew:
                    tables |= described({name: part}, versioned, load)
                    continue
                before = old.tables[name]
                if name in additions.joined:
                    before = before.cut(additions.joined[name].first)
                    rows = additions.rows[name]
                    part = replace(part, rows=len(rows), digest=digest_of_rows(TABLES[name], rows))
                tables[name] = extended(before, part, known, load, name in together)
            for name, marks in ends.items():
                write_ends(folder / name, marks)
                tables[name] = replace(tables[name], ended=(*tables[name].ended, load))
            ordered = {name: tables[name] for name in TABLES if name in tables}
            digest = digest_of(ordered)
            manifest = Manifest(CONTRACT_VERSION, old.buckets, load, digest, ordered)
            write_manifest(self.root, manifest)
        self._clean(old, manifest)
        return True

    @contextmanager
    def _new_folder(self, load: int) -> Iterator[Folder]:
        """The folder of a new generation, which is gone again where something fails."""
        folder = self._folder(load)
        remove(folder)
        folder.mkdir(parents=True)
        try:
            yield folder
        except BaseException:
            remove(folder)
            raise

    def _clean(self, old: Manifest, now: Manifest) -> None:
        """Remove what only the manifest before needed."""
        kept = {load for info in now.tables.values() for load in info.loads}
        for name, info in old.tables.items():
            holds = now.tables[name].loads if name in now.tables else ()
            for load in info.loads:
                if load not in kept:
                    remove(self._folder(load))
                elif load not in holds:
                    remove(self._folder(load) / name)

    def _folder(self, generation: int) -> Folder:
        return folder_of(self.root, generation)


def _plain(table: Table) -> pa.Schema:
    """The contract's columns as they are stored."""
    names = set(schema(table).names)
    return pa.schema([f for f in stored(table) if f.name in names])
