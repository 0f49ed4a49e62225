"""Computing snapshots and outcomes of the whole lake, bucket by bucket."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.ladders import ranked_by_date
from features.runners.job import FATES, FINGERPRINT, SNAPSHOTS, SnapshotJob, Tally, fates_of
from features.runners.local import mapped
from features.snapshot import fingerprint
from pipelines.errors import InputError
from pipelines.sampling import AccountSample
from serving.format import counted

Progress = Callable[[str], None]
ROWS_WORTH_A_POOL = 300_000
ROWS_AT_ONCE = 16_384


@dataclass(frozen=True)
class Chosen:
    """A job of some buckets only, by their place among these."""

    job: SnapshotJob
    buckets: tuple[int, ...]

    def __call__(self, place: int) -> Tally:
        """Compute one of them."""
        return self.job(self.buckets[place])


def build(
    job: SnapshotJob, say: Progress, sample: AccountSample | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All snapshots and, where asked for, outcomes, as frames ordered by date and account.

    With a sample, those of its accounts.
    """
    compute(job, say, sample)
    return frame_of(_ranked(job, sample)), frame_of(_read(job, FATES, sample=sample))


def read_fates(job: SnapshotJob, outcome: str, sample: AccountSample | None = None) -> pd.DataFrame:
    """The outcomes of one of the further definitions that the job has written, likewise."""
    return frame_of(_read(job, fates_of(outcome), sample=sample))


def compute(job: SnapshotJob, say: Progress, sample: AccountSample | None = None) -> Tally:
    """Compute every bucket into the job's folder; returns the rows counted, if any.

    With a sample, the buckets that hold it.

    Raises:
        InputError: the lake was loaded in the meantime.
    """
    manifest = job.lake.manifest
    rows = sum(info.rows for info in manifest.tables.values())
    workers = None if rows > ROWS_WORTH_A_POOL else 1
    dates = counted(len(job.dates), "date")
    chosen = sample.chosen if sample else tuple(range(manifest.buckets))

    def done(count: int) -> None:
        say(f"snapshots: {count} of {len(chosen)} buckets at {dates}")

    tallies = mapped(Chosen(job, chosen), len(chosen), workers, done)
    if job.lake.manifest != manifest:
        raise InputError("the lake was loaded while snapshots were computed: run this again.")
    return _added(tallies)


def read_snapshots(job: SnapshotJob) -> pa.Table:
    """The snapshots that the job has written, ordered by date and account.

    Raises:
        ValueError: a file holds columns that were computed from other definitions.
    """
    return _ranked(job)


def _ranked(job: SnapshotJob, sample: AccountSample | None = None) -> pa.Table:
    """The job's snapshots with their ranks: among the sample, where there is one."""
    computed = _read(job, SNAPSHOTS, fingerprint(job.catalogue), sample)
    return ranked_by_date(computed, job.catalogue)


def frame_of(table: pa.Table) -> pd.DataFrame:
    """A table as a frame, dates as dates."""
    frame: pd.DataFrame = table.to_pandas(date_as_object=True)
    return frame


def _read(
    job: SnapshotJob, name: str, wanted: str = "", sample: AccountSample | None = None
) -> pa.Table:
    parts = [_unmarked(file, wanted, sample) for file in files_in(job, name)]
    if not parts:
        return pa.table({})
    order = [("as_of", "ascending"), ("account_id", "ascending")]
    return pa.concat_tables(parts).sort_by(order)


def files_in(job: SnapshotJob, name: str) -> list[Path]:
    """The files of some of a job's results, in a folder of this machine, in order."""
    return sorted(Path(str(job.folder), name).glob("*.parquet"))


def _unmarked(file: Path, wanted: str, sample: AccountSample | None) -> pa.Table:
    """The rows of a file, once it is sure that they were computed as is `wanted`."""
    table = pq.read_table(file) if sample is None else _sampled(file, sample)
    found = (table.schema.metadata or {}).get(FINGERPRINT, b"").decode()
    if found != wanted:
        raise ValueError(f"{file} holds columns of fingerprint {found!r}, not {wanted!r}")
    return table.replace_schema_metadata(None)


def _sampled(file: Path, sample: AccountSample) -> pa.Table:
    """The rows of a sample's accounts, read piece by piece: a whole bucket may be too much."""
    with pq.ParquetFile(file) as source:
        batches = source.iter_batches(ROWS_AT_ONCE)
        kept = [batch.filter(pa.array(sample.of(batch["account_id"]))) for batch in batches]
        return pa.Table.from_batches(kept, source.schema_arrow)


def _added(tallies: Sequence[Tally]) -> Tally:
    total: Tally = {}
    for tally in tallies:
        for day, counts in tally.items():
            sums = total.setdefault(day, dict.fromkeys(counts, 0))
            total[day] = {name: sums[name] + count for name, count in counts.items()}
    return total
