"""Snapshots that were scored, kept with all that decided them.

    <root>/as_of=2026-06-30/<first 12 digits of the fingerprint>/run-0001.parquet
                                                                 run-0001.json
                                                                 run-0001.ranks.arrow

A snapshot that turns out otherwise later (new rows, another configuration) is kept beside the
first as a further run; columns of other definitions lie in another folder and never mix.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.content import content_sha256, sha256_of_columns
from features.ladders import PeerRanks
from features.lake.storage import sink_of
from pipelines.errors import InputError
from pipelines.exclusive import held
from pipelines.recipe import Recipe, definition_changes

DIGITS = 12
CHANGES_SHOWN = 10
ROWS_TOGETHER = 16_384
"""Rows of a row group: what is read, scored and explained at a time."""
DICTIONARY_BYTES = 16_384
"""The most different values that are worth a dictionary: 2,048 numbers of a row group."""


RANKS = ".ranks.arrow"


class StoredSnapshotError(InputError):
    """A stored snapshot is not there, or is not what was stored."""


class OtherDefinitions(StoredSnapshotError):
    """The stored columns were computed from other definitions."""


@dataclass(frozen=True, slots=True)
class LakeState:
    """The lake from which a snapshot was computed.

    Attributes:
        load: the number of its latest load, which is its generation.
        digest: of its content, 64 hex digits.
        rows: by connected table the rows that could be seen at the snapshot's date.
    """

    load: int
    digest: str
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored snapshot.

    Attributes:
        file: its rows, ordered by account.
        sha256: of its content, see `features.content`.
        stored_at: when it was first stored, ISO 8601, UTC.
    """

    file: Path
    as_of: date
    recipe: Recipe
    lake: LakeState
    sha256: str
    accounts: int
    stored_at: str

    def holds(self, sha256: str, recipe: Recipe) -> bool:
        """Whether this is the snapshot of that content, decided in that way."""
        return self.file.exists() and (self.sha256, self.recipe) == (sha256, recipe)

    def read(self) -> pa.Table:
        """The snapshot's rows, ordered by account.

        Raises:
            StoredSnapshotError: the file is lost, or was changed since it was stored.
        """
        self._find()
        table = pq.ParquetFile(self.file).read()
        self._compare(content_sha256(table))
        return table

    def check(self) -> None:
        """Compare the content with the sum it was stored under, a column at a time.

        Raises:
            StoredSnapshotError: the file is lost, or was changed since it was stored.
        """
        self._find()
        self._compare(_file_sha256(self.file))

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        self._find()
        return pq.read_schema(self.file).remove_metadata()

    @contextmanager
    def columns(self) -> Iterator[Callable[[str], pa.ChunkedArray]]:
        """Gives one column at a time by its name, not checked."""
        self._find()
        with pq.ParquetFile(self.file) as stored:
            yield lambda name: stored.read([name])[name]

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The same rows in the same order, some at a time, and not checked.

        Args:
            columns: those that are read, if the file has them; all by default.

        Raises:
            StoredSnapshotError: the file is lost.
        """
        self._find()
        with pq.ParquetFile(self.file) as stored:
            names = stored.schema_arrow.names
            wanted = [name for name in (names if columns is None else columns) if name in names]
            for group in range(stored.num_row_groups):
                yield stored.read_row_group(group, columns=wanted)

    def _find(self) -> None:
        if not self.file.exists():
            raise StoredSnapshotError(f"{self.file} is lost: score {self.as_of} again.")

    def _compare(self, found: str) -> None:
        if found != self.sha256:
            raise StoredSnapshotError(
                f"{self.file} was changed after it was stored: remove it with its .json, and "
                f"score {self.as_of} again."
            )


@dataclass(frozen=True)
class StoredSnapshots:
    """All snapshots stored under one folder."""

    root: Path
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def dates(self) -> list[date]:
        """The dates of which snapshots are stored, in order."""
        files = self.root.glob("as_of=*/*/run-*.json")
        names = {file.parent.parent.name.removeprefix("as_of=") for file in files}
        return sorted(map(date.fromisoformat, names))

    def runs(self, as_of: date, fingerprint: str = "") -> list[Stored]:
        """The snapshots stored of a date in the order in which they were stored.

        Args:
            as_of: the date.
            fingerprint: its first digits; empty means any.
        """
        files = (self.root / f"as_of={as_of}").glob("*/run-*.json")
        found = [_described(file) for file in files]
        mine = [run for run in found if run.recipe.fingerprint.startswith(fingerprint)]
        return sorted(mine, key=lambda run: (run.stored_at, run.file.name))

    def latest(self, as_of: date, recipe: Recipe) -> Stored:
        """The snapshot of a date that was stored last, if its columns mean the same now.

        Raises:
            StoredSnapshotError: none of this date is stored.
            OtherDefinitions: only snapshots of other definitions are.
        """
        runs = self.runs(as_of)
        if not runs:
            raise StoredSnapshotError(f"no snapshot of {as_of} is stored; {self._known()}")
        mine = [run for run in runs if run.recipe.fingerprint == recipe.fingerprint]
        if not mine:
            raise OtherDefinitions(_difference(runs[-1], recipe))
        return mine[-1]

    def keep(
        self,
        table: pa.Table,
        as_of: date,
        recipe: Recipe,
        lake: LakeState,
        ranks: PeerRanks | None = None,
    ) -> Stored:
        """Store a snapshot; what is stored already, decided in the same way, stays alone.

        Args:
            table: the rows of one date, ordered by account.
            as_of: that date.
            recipe: what decided the rows beside the lake.
            lake: the lake they come from.
            ranks: what its ranks were read from, where it has any.
        """
        with ThreadPoolExecutor(1) as beside:  # both let go of the interpreter
            digest = beside.submit(content_sha256, table)
            whole = [table], table.schema, lambda _: digest.result()
            return _beside(self._keep(*whole, as_of, recipe, lake), ranks)

    def keep_parts(
        self,
        parts: Iterable[pa.Table],
        schema: pa.Schema,
        as_of: date,
        recipe: Recipe,
        lake: LakeState,
        ranks: PeerRanks | None = None,
    ) -> Stored:
        """The same of rows that come in parts, and of which there may be none; see `keep`."""
        return _beside(self._keep(parts, schema, _file_sha256, as_of, recipe, lake), ranks)

    def _keep(
        self,
        parts: Iterable[pa.Table],
        schema: pa.Schema,
        digest: Callable[[Path], str],
        as_of: date,
        recipe: Recipe,
        lake: LakeState,
    ) -> Stored:
        folder = self.root / f"as_of={as_of}" / recipe.fingerprint[:DIGITS]
        folder.mkdir(parents=True, exist_ok=True)
        with held(folder):  # two that store one date would write to one file
            before = self.runs(as_of, recipe.fingerprint)
            file = folder / f"run-{len(before) + 1:04d}.parquet"
            written = file.with_suffix(".part")
            rows = _write_snapshot(parts, schema.remove_metadata(), written)
            sha256 = digest(written)
            if before and before[-1].holds(sha256, recipe):
                os.replace(written, before[-1].file)  # the same content, were it changed since
                return before[-1]
            now = self.clock().isoformat()
            stored = Stored(file, as_of, recipe, lake, sha256, rows, now)
            os.replace(written, file)
            _write_description(stored)
            return stored

    def _known(self) -> str:
        days = ", ".join(str(day) for day in self.dates()[-5:])
        return f"the latest are of {days}." if days else "run `forewarn score` first."


def _beside(stored: Stored, ranks: PeerRanks | None) -> Stored:
    """The snapshot, with what its ranks were read from kept beside it."""
    if ranks is not None:
        ranks.write(stored.file.with_suffix(RANKS), stored.sha256)
    return stored


def _difference(run: Stored, recipe: Recipe) -> str:
    """Both fingerprints, and what has changed between them."""
    found = [str(change) for change in definition_changes(run.recipe, recipe)]
    more = [f"and {len(found) - CHANGES_SHOWN} more"] if len(found) > CHANGES_SHOWN else []
    return "\n- ".join(
        [
            f"the snapshot of {run.as_of} was computed from other definitions "
            f"(fingerprint {run.recipe.fingerprint}) than hold now ({recipe.fingerprint}); "
            f"score {run.as_of} again, or bring back what has changed:",
            *found[:CHANGES_SHOWN],
            *more,
        ]
    )


def _write_snapshot(parts: Iterable[pa.Table], schema: pa.Schema, file: Path) -> int:
    """Write the rows in groups of one size, however they came; returns how many they are."""
    rows = 0
    options = {
        "compression": "lz4",
        "dictionary_pagesize_limit": DICTIONARY_BYTES,
        "write_statistics": False,
    }
    with sink_of(file) as written, pq.ParquetWriter(written, schema, **options) as writer:
        for group in _regular(parts, ROWS_TOGETHER):
            writer.write_table(group.replace_schema_metadata(None).combine_chunks())
            rows += len(group)
    return rows


def _regular(parts: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Tables of so many rows each, and one of those that are left."""
    held: list[pa.Table] = []
    for part in parts:
        held.append(part)
        while sum(map(len, held)) >= rows:
            whole = pa.concat_tables(held)
            yield whole.slice(0, rows)
            held = [whole.slice(rows)]
    left = [table for table in held if len(table)]
    if left:
        yield pa.concat_tables(left)


def _file_sha256(file: Path) -> str:
    """What `content_sha256` says of the rows in a file, of which one column is held at a time."""
    with pq.ParquetFile(file) as stored:
        names = stored.schema_arrow.names
        columns = ((name, stored.read([name])[name]) for name in names)
        return sha256_of_columns(stored.metadata.num_rows, columns)


def _write_description(stored: Stored) -> None:
    """The JSON beside the rows; it comes last, and makes the snapshot one that is stored."""
    body = {
        "as_of": stored.as_of.isoformat(),
        "stored_at": stored.stored_at,
        "accounts": stored.accounts,
        "sha256": stored.sha256,
        "lake": asdict(stored.lake),
        **stored.recipe.as_dict(),
    }
    part = stored.file.with_suffix(".part")
    part.write_text(json.dumps(body, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(part, stored.file.with_suffix(".json"))


def _described(file: Path) -> Stored:
    return _read_once(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _read_once(file: Path, written_at: int) -> Stored:  # noqa: ARG001
    try:
        return _stored(file, json.loads(file.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise StoredSnapshotError(
            f"{file} does not describe a snapshot that this version can read: {error!r}; "
            "remove it with the .parquet beside it."
        ) from error


def _stored(file: Path, body: Mapping[str, Any]) -> Stored:
    rest = dict(body)
    return Stored(
        file=file.with_suffix(".parquet"),
        as_of=date.fromisoformat(rest.pop("as_of")),
        lake=LakeState(**rest.pop("lake")),
        sha256=rest.pop("sha256"),
        accounts=rest.pop("accounts"),
        stored_at=rest.pop("stored_at"),
        recipe=Recipe.from_dict(rest),
    )
