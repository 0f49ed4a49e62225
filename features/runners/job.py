"""What one process computes of one bucket: snapshots, and where asked for outcomes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from features.contract import TABLES
from features.currency import Rates
from features.lake import Lake
from features.lake.storage import Folder, opened
from features.outcomes import Label, fates
from features.outcomes.label import EVENT, FOLLOWED, QUIET
from features.prepare import prepare
from features.reads import reads
from features.seen import seen
from features.signal import Catalogue
from features.snapshot import fingerprint, parts, schema

SNAPSHOTS, FATES = "snapshots", "fates"
FINGERPRINT = b"fingerprint"
FATES_SCHEMA = pa.schema(
    [
        pa.field("account_id", pa.string()),
        pa.field("as_of", pa.date32()),
        pa.field(EVENT, pa.float64()),
        pa.field(FOLLOWED, pa.float64()),
        pa.field(QUIET, pa.float64()),
    ]
)
Tally = dict[date, dict[str, int]]
"""By date and connected table, how many rows could be seen."""


@dataclass(frozen=True)
class SnapshotJob:
    """What to compute for every bucket.

    Attributes:
        folder: where the results are written, one file a bucket: local, or at any address that
            fsspec knows.
        data_as_of: where given, outcomes as known on that date are computed too.
        tallied: count the rows that could be seen at each date.
        also_tallied: further dates at which rows are counted likewise.
        beside: further definitions whose outcomes are computed of the same population.
    """

    lake: Lake
    catalogue: Catalogue
    dates: tuple[date, ...]
    label: Label
    rates: Rates
    folder: Folder
    data_as_of: date | None = None
    tallied: bool = False
    also_tallied: tuple[date, ...] = ()
    beside: tuple[Label, ...] = ()

    def __call__(self, index: int) -> Tally:
        """Compute one bucket and write it, so that no large table travels between processes."""
        tables = self.lake.bucket(index, reads(self.catalogue, self.label, *self.beside))
        bucket = prepare(tables, self.rates)
        mark = {FINGERPRINT: fingerprint(self.catalogue)}
        found = parts(bucket, self.catalogue, self.dates, self.label.population)
        self._write(found, schema(self.catalogue).with_metadata(mark), SNAPSHOTS, index)
        if self.data_as_of is not None:
            for label, name in ((self.label, FATES), *((b, fates_of(b.name)) for b in self.beside)):
                known = fates(bucket, label, list(self.dates), self.data_as_of)
                table = pa.Table.from_pandas(known, schema=FATES_SCHEMA, preserve_index=False)
                self._write([table], table.schema, name, index)
        days = (*self.dates, *self.also_tallied) if self.tallied else ()
        return {day: _tally(tables, day) for day in days}

    def _write(self, tables: Iterable[pa.Table], schema: pa.Schema, name: str, index: int) -> None:
        path = self.folder / name / f"bucket-{index:05d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened(path, "wb") as sink, pq.ParquetWriter(sink, schema, compression="zstd") as file:
            for table in tables:
                file.write_table(table.cast(schema))


def fates_of(outcome: str) -> str:
    """The folder that holds the fates of a definition beside the first."""
    return f"{FATES}-{outcome}"


def _tally(tables: Mapping[str, pa.Table], day: date) -> dict[str, int]:
    return {name: int(seen(TABLES[name], rows, day).sum()) for name, rows in tables.items()}
