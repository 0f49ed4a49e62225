"""Computing snapshots and outcomes of the whole lake, bucket by bucket."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.currency import Rates
from features.facts import prepare
from features.lake import Lake
from features.outcomes import Label, fates
from features.signal import Catalogue
from features.snapshot import fingerprint, snapshots

Progress = Callable[[str], None]
ROWS_WORTH_A_POOL = 300_000
FATES = pa.schema(
    [
        pa.field("account_id", pa.string()),
        pa.field("as_of", pa.date32()),
        pa.field("event_days", pa.float64()),
        pa.field("followed_days", pa.float64()),
    ]
)


@dataclass(frozen=True)
class SnapshotJob:
    """What to compute for every bucket.

    Attributes:
        data_as_of: where given, outcomes as known on that date are computed too.
        folder: where the results are written, one file a bucket.
    """

    catalogue: Catalogue
    dates: tuple[date, ...]
    label: Label
    rates: Rates
    folder: Path
    data_as_of: date | None = None


def build(lake: Lake, job: SnapshotJob, say: Progress) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All snapshots and, where asked for, outcomes, as frames ordered by date and account.

    The files carry the fingerprint of the definitions, so that columns computed from
    other definitions are never mixed in.
    """
    manifest = lake.manifest
    tasks = [(lake, job, index) for index in range(manifest.buckets)]
    rows = sum(info.rows for info in manifest.tables.values())
    for done, _ in enumerate(_mapped(tasks, pool=rows > ROWS_WORTH_A_POOL), start=1):
        say(f"snapshots: {done} of {len(tasks)} buckets at {len(job.dates)} dates")
    return _read(job.folder, "snapshots"), _read(job.folder, "fates")


def _mapped(tasks: Sequence[tuple[Lake, SnapshotJob, int]], pool: bool) -> Iterable[None]:
    workers = min(os.cpu_count() or 1, len(tasks))
    if not pool or workers < 2:
        yield from map(_work, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        yield from executor.map(_work, tasks)


def _work(task: tuple[Lake, SnapshotJob, int]) -> None:
    """Compute one bucket and write it, so that no large frame travels between processes."""
    lake, job, index = task
    bucket = prepare(lake.bucket(index), job.rates)
    found = snapshots(bucket, job.catalogue, job.dates, job.label.population)
    marked = found.replace_schema_metadata({"fingerprint": fingerprint(job.catalogue)})
    _write(marked, job.folder / "snapshots" / f"bucket-{index:05d}.parquet")
    if job.data_as_of is not None:
        known = fates(bucket, job.label, list(job.dates), job.data_as_of)
        table = pa.Table.from_pandas(known, schema=FATES, preserve_index=False)
        _write(table, job.folder / "fates" / f"bucket-{index:05d}.parquet")


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd")


def _read(folder: Path, name: str) -> pd.DataFrame:
    files = sorted((folder / name).glob("*.parquet"))
    if not files:
        return pd.DataFrame()
    table = pa.concat_tables([pq.read_table(file) for file in files])
    frame: pd.DataFrame = table.to_pandas(date_as_object=True)
    return frame.sort_values(["as_of", "account_id"], ignore_index=True)
