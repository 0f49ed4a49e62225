"""The lake: the company's clean tables as Parquet, bucketed by account.

Everything a snapshot needs to know about an account lies in the account's bucket, so a
bucket is the unit of all computing. A load writes a whole new generation beside the old
one and then points the manifest at it, so a reader or a crash never sees half a load.
"""

import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.contract import CONTRACT_VERSION, TABLES
from features.contract.arrow import schema

MANIFEST = "manifest.json"
DEFAULT_BUCKETS = 8


class LakeError(Exception):
    """The lake is missing, or was written by another version of the contract."""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """What the manifest says about one connected table.

    Attributes:
        rows: number of rows, all versions counted.
        first: when its earliest fact happened, ISO 8601, or "" where nothing is dated.
        last: when its latest fact happened or became known, likewise.
        versioned: the source itself said when each row became known.
    """

    rows: int
    first: str
    last: str
    versioned: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which generation of the lake holds, and what is in it."""

    contract_version: int
    buckets: int
    generation: int
    digest: str
    tables: dict[str, TableInfo] = field(default_factory=dict)


def bucket_of(account_id: str, buckets: int) -> int:
    """The bucket of an account: CRC-32 of its id, so that it never depends on a library."""
    return zlib.crc32(account_id.encode()) % buckets


class Lake:
    """The bucketed tables under one folder."""

    def __init__(self, root: Path, buckets: int = DEFAULT_BUCKETS) -> None:
        self.root = root
        self._new_buckets = buckets

    @property
    def exists(self) -> bool:
        """Whether anything was ever loaded."""
        return (self.root / MANIFEST).exists()

    @property
    def manifest(self) -> Manifest:
        """What is in the lake; an empty manifest before the first load."""
        path = self.root / MANIFEST
        if not path.exists():
            return Manifest(CONTRACT_VERSION, self._new_buckets, 0, "")
        raw = json.loads(path.read_text())
        if raw["contract_version"] != CONTRACT_VERSION:
            raise LakeError(
                f"{self.root} was written by version {raw['contract_version']} of the contract; "
                f"this is version {CONTRACT_VERSION}: load the sources into a new workspace."
            )
        tables = {name: TableInfo(**info) for name, info in raw.pop("tables").items()}
        return Manifest(**raw, tables=tables)

    def read(self, name: str) -> pa.Table:
        """All rows of one table in bucket order; no rows where it is not connected."""
        manifest = self.manifest
        if name not in manifest.tables:
            return schema(TABLES[name]).empty_table()
        parts = [self._read(manifest, name, b) for b in range(manifest.buckets)]
        return pa.concat_tables(parts)

    def bucket(self, index: int) -> dict[str, pa.Table]:
        """The connected tables of one bucket."""
        manifest = self.manifest
        return {name: self._read(manifest, name, index) for name in manifest.tables}

    def replace(self, tables: Mapping[str, pa.Table], versioned: frozenset[str]) -> bool:
        """Make `tables` the content of the lake; False if it held exactly that already.

        Args:
            tables: connected tables by name, each in the contract's Arrow schema.
            versioned: the tables whose source brought `known_at`.
        """
        old = self.manifest
        tables = {name: _canonical(tables[name]) for name in TABLES if name in tables}
        digest = _digest(tables, versioned)
        if digest == old.digest:
            return False
        generation = old.generation + 1
        folder = self.root / f"generation-{generation:05d}"
        shutil.rmtree(folder, ignore_errors=True)
        for name, table in tables.items():
            _write_buckets(folder / name, table, old.buckets)
        info = {name: _info(name, table, name in versioned) for name, table in tables.items()}
        manifest = Manifest(CONTRACT_VERSION, old.buckets, generation, digest, info)
        _write_atomically(self.root / MANIFEST, json.dumps(asdict(manifest), indent=2))
        shutil.rmtree(self.root / f"generation-{old.generation:05d}", ignore_errors=True)
        return True

    def _read(self, manifest: Manifest, name: str, index: int) -> pa.Table:
        folder = self.root / f"generation-{manifest.generation:05d}" / name
        return pq.read_table(folder / f"bucket-{index:05d}.parquet")


def _canonical(table: pa.Table) -> pa.Table:
    """The rows in an order that does not depend on how they arrived."""
    keys = ["account_id", *(n for n in table.column_names if n != "account_id")]
    return table.sort_by([(name, "ascending") for name in keys]).combine_chunks()


def _digest(tables: Mapping[str, pa.Table], versioned: frozenset[str]) -> str:
    """SHA-256 over the content of all tables."""
    total = hashlib.sha256(",".join(sorted(versioned)).encode())
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        total.update(name.encode())
        total.update(sink.getvalue())
    return total.hexdigest()


def _write_buckets(folder: Path, table: pa.Table, buckets: int) -> None:
    folder.mkdir(parents=True)
    coded = table.column("account_id").combine_chunks().dictionary_encode()
    of_code = np.array([bucket_of(a, buckets) for a in coded.dictionary.to_pylist()], dtype=int)
    of_row = of_code[coded.indices.to_numpy(zero_copy_only=False)] if len(table) else np.empty(0)
    for index in range(buckets):
        rows = table.filter(pa.array(of_row == index))
        pq.write_table(rows, folder / f"bucket-{index:05d}.parquet", compression="zstd")


def _info(name: str, table: pa.Table, versioned: bool) -> TableInfo:
    occurred, known = table.column(TABLES[name].occurred), table.column("known_at")
    first, last = pc.min(occurred).as_py(), pc.max(occurred).as_py()
    known_last = pc.max(known).as_py()
    latest = max((t for t in (last, known_last) if t is not None), default=None)
    return TableInfo(table.num_rows, _iso(first), _iso(latest), versioned)


def _iso(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat()


def _write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    os.replace(temporary, path)
