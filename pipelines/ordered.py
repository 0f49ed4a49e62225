"""A date's rows of a job in the order of accounts, some at a time.

The job leaves one file a bucket, and accounts are spread over buckets by a hash. Each bucket's
rows of the date are put aside in small batches; these are merged as the files of a merge sort
are, so that no more than a few rows of each bucket are held.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.ladders import PeerRanks
from features.runners.job import FINGERPRINT, SNAPSHOTS, SnapshotJob
from features.snapshot import fingerprint, schema
from pipelines.snapshot import files_in

ACCOUNT, AS_OF = "account_id", "as_of"
ROWS_HELD = 65_536
"""Rows of all buckets together that are held while they are merged."""
FEWEST_ROWS = 256
"""Rows of a batch: fewer would be read slowly."""


def in_order(job: SnapshotJob, day: date) -> Iterator[pa.Table]:
    """The snapshot of a date that the job has written, ordered by account, in parts.

    Raises:
        ValueError: a file holds columns that were computed from other definitions.
    """
    files = files_in(job, SNAPSHOTS)
    batch = max(FEWEST_ROWS, ROWS_HELD // max(1, len(files)))
    with TemporaryDirectory(prefix="order-", dir=str(job.folder)) as folder:
        runs = [_put_aside(file, job, day, Path(folder), batch) for file in files]
        yield from merged([run for run in runs if run.batches])


def ranks_at(job: SnapshotJob, day: date) -> PeerRanks | None:
    """What the ranks of a date's rows are read from, a column at a time; None without ranks."""
    if not job.catalogue.ranks:
        return None
    files, wanted = files_in(job, SNAPSHOTS), pc.field(AS_OF) == pa.scalar(day)

    def column(name: str) -> pa.ChunkedArray:
        read = [pq.read_table(file, columns=[name], filters=wanted) for file in files]
        return pa.concat_tables(read).column(name)

    return PeerRanks.of(job.catalogue.ranks, column)


def _put_aside(file: Path, job: SnapshotJob, day: date, folder: Path, batch: int) -> "Run":
    """A bucket's rows of the date, ordered by account, in batches."""
    wanted = fingerprint(job.catalogue)
    found = (pq.read_schema(file).metadata or {}).get(FINGERPRINT, b"").decode()
    if found != wanted:
        raise ValueError(f"{file} holds columns of fingerprint {found!r}, not {wanted!r}")
    table = pq.read_table(file, filters=pc.field(AS_OF) == pa.scalar(day))
    plain = table.replace_schema_metadata(None).cast(schema(job.catalogue)).sort_by(ACCOUNT)
    path = folder / f"{file.stem}.arrow"
    with pa.ipc.new_file(path, plain.schema) as writer:
        writer.write_table(plain.combine_chunks(), max_chunksize=batch)
    return Run.of(path)


@dataclass(frozen=True)
class Run:
    """Rows in order, in a file of batches.

    Attributes:
        batches: how many there are.
    """

    path: Path
    batches: int

    @classmethod
    def of(cls, path: Path) -> "Run":
        """The run in a file."""
        with pa.OSFile(str(path)) as file:
            return cls(path, pa.ipc.open_file(file).num_record_batches)

    def __iter__(self) -> Iterator[pa.Table]:
        """The batches, one after the other; each is read when it is asked for."""
        with pa.OSFile(str(self.path)) as file:
            reader = pa.ipc.open_file(file)
            for number in range(self.batches):
                yield pa.Table.from_batches([reader.get_batch(number)])


def merged(runs: Sequence[Iterable[pa.Table]]) -> Iterator[pa.Table]:
    """The rows of several runs in one order; none is empty, and no account is in two of them.

    Each turn gives what lies up to the first end of a batch: nothing before it can still come.
    """
    waiting: list[Iterator[pa.Table]] = [iter(run) for run in runs]
    held = [next(batches) for batches in waiting]
    while held:
        end = min(_last(table) for table in held)
        counts = [pc.sum(pc.less_equal(table[ACCOUNT], end)).as_py() or 0 for table in held]
        ready = [table.slice(0, n) for table, n in zip(held, counts, strict=True)]
        yield pa.concat_tables(ready).sort_by(ACCOUNT)
        rests = []
        for place, (table, count) in enumerate(zip(held, counts, strict=True)):
            rest = table.slice(count)
            rests.append(rest if len(rest) else next(waiting[place], None))
        kept = [(rest, w) for rest, w in zip(rests, waiting, strict=True) if rest is not None]
        held, waiting = [rest for rest, _ in kept], [w for _, w in kept]


def _last(table: pa.Table) -> str:
    return str(table[ACCOUNT][-1].as_py())
