"""Writing one table of a lake with Spark, and telling what was written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F
from pyspark.sql import types as T

from features.contract import Table
from features.lake import LOAD, TableInfo
from features.lake.generation import options
from features.lake.storage import Folder, write_parquet
from features.runners.spark_tables import BROUGHT, KNOWN, faults, shaped, with_until

GENERATION, FILE = "generation-00001", "part-0.parquet"
FAR = 1 << 128
Seen = Mapping[str, Any]
"""What was counted while a table was written, by name; instants in microseconds or None."""

_FILES = {
    # ids stay codes, whatever their number: the kernel reads codes, not words
    "parquet.dictionary.page.size": str(64 * 1024 * 1024),
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_table(
    raw: DataFrame, table: Table, root: Folder, buckets: int, now: datetime
) -> TableInfo:
    """Write one table by bucket, and tell in the same pass what is in it.

    Raises ValueError where rows break a rule of the contract.
    """
    rows = with_until(table, shaped(table, raw, now), table.optional_key in raw.columns)
    rows = rows.withColumn(LOAD, F.lit(1).cast(T.IntegerType()))
    rows = rows.withColumn("bucket", F.crc32(F.encode("account_id", "UTF-8")) % buckets)
    watch = Observation(table.name)
    rows = rows.repartition(buckets, "bucket").observe(watch, *_metrics(table))
    rows = rows.sortWithinPartitions("bucket", "account_id", table.occurred, KNOWN).drop(BROUGHT)
    to = root / GENERATION / table.name
    if isinstance(to, Path):
        files = rows.write.mode("overwrite").partitionBy("bucket").options(**_FILES)
        files.parquet(f"file://{to.absolute()}")
    else:
        to.mkdir(parents=True, exist_ok=True)
        rows.mapInArrow(Objects(table, to), "rows LONG").collect()
    seen: Seen = watch.get
    _refuse(table, seen)
    return _info(seen)


@dataclass(frozen=True)
class Objects:
    """Writes the buckets of a task to an address that fsspec knows, one file each.

    So whatever `Lake` can reach Spark can, with the same rights and no connector of its own; the
    rows of a bucket pass from Java to Python, and lie in memory there.

    Attributes:
        to: the folder of the table.
    """

    table: Table
    to: Folder

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Write rows that come ordered by bucket; tells how many each had."""
        for index, parts in groupby(_cut(batches), key=itemgetter(0)):
            rows = pa.Table.from_batches([part for _, part in parts]).drop_columns(["bucket"])
            # a task that is tried again writes the same object once more
            write_parquet(self.to / f"bucket={index}" / FILE, rows, **options(self.table, rows))
            yield pa.record_batch({"rows": [len(rows)]})


def _cut(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The batches cut where the next bucket begins, each with its bucket."""
    for batch in batches:
        buckets = batch.column("bucket").to_numpy()
        begins = [0, *(np.flatnonzero(np.diff(buckets)) + 1).tolist(), len(batch)]
        for begin, end in pairwise(begins):
            if end > begin:
                yield int(buckets[begin]), batch.slice(begin, end - begin)


def _refuse(table: Table, seen: Seen) -> None:
    broken = [f"{seen[why]} where {why}" for why, _ in faults(table) if seen[why]]
    if broken:
        raise ValueError(
            f"{table.name}: {'; '.join(broken)}, of {seen['rows']} rows. "
            "Clean them, or load with `forewarn load`, which sets bad rows aside."
        )


def _info(seen: Seen) -> TableInfo:
    """What the manifest says of a table."""
    ends = [instant for instant in (seen["last"], seen["known"]) if instant is not None]
    first, last = _iso(seen["first"]), _iso(max(ends, default=None))
    digest = f"{int(seen['content'] or 0) % FAR:032x}"
    return TableInfo(seen["rows"], first, last, bool(seen["brought"]), digest)


def _metrics(table: Table) -> list[Column]:
    occurred = F.unix_micros(table.occurred)
    return [
        F.count(F.lit(1)).alias("rows"),
        F.min(occurred).alias("first"),
        F.max(occurred).alias("last"),
        F.max(F.unix_micros(KNOWN)).alias("known"),
        F.count_if(BROUGHT).alias("brought"),
        F.sum(_content(table)).alias("content"),
        *(F.count_if(condition).alias(why) for why, condition in faults(table)),
    ]


def _content(table: Table) -> Column:
    """A hash of a row; the places tell one empty column from another."""
    placed = [(F.col(name), F.lit(place)) for place, name in enumerate((*table.names, KNOWN))]
    return F.xxhash64(*(part for pair in placed for part in pair)).cast(T.DecimalType(38, 0))


def _iso(micros: int | None) -> str:
    return "" if micros is None else (_EPOCH + timedelta(microseconds=micros)).isoformat()
