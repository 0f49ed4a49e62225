"""The Spark runner: buckets made by a cluster, and the one kernel mapped over them.

Spark reads, shuffles and writes; what a snapshot holds is computed by the same function
over the same buckets as on one machine, so both give the same snapshots to the last bit.
The `features` package, or all of Forewarn, must be installed where Spark's Python runs.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypeVar

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from features.contract import CONTRACT_VERSION, TABLES
from features.currency import Rates
from features.lake import Lake, LakeError, Manifest
from features.lake.manifest import digest_of, write_manifest
from features.lake.storage import Folder
from features.outcomes import Label
from features.prepare import prepare
from features.reads import reads
from features.runners.spark_write import write_table
from features.signal import Catalogue
from features.snapshot import schema
from features.snapshot import snapshots as compute

Result = TypeVar("Result")
Source = str | Sequence[str] | DataFrame
"""A table of a company: paths of Parquet files or folders, or a frame."""

ROWS_A_BATCH = 10_000
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.ansi.enabled": "true",
}


def local_session(
    cores: int = 2, memory: str = "2g", options: Mapping[str, str] | None = None
) -> SparkSession:
    """A session on this machine, which listens on the loopback address alone.

    Args:
        cores: how many tasks run at once.
        memory: of the Java process, as Java writes it.
        options: further settings of Spark.
    """
    settings: dict[str, bool | float | int | str | None] = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        **(options or {}),
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName("forewarn")
    session = builder.config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.pythonExec = sys.executable
    return session


def bucket(
    spark: SparkSession,
    sources: Mapping[str, Source],
    root: Folder | str,
    buckets: int,
    now: datetime,
) -> Manifest:
    """Make a lake of a company's tables: the first load, by Spark.

    The tables are in the contract's shape and clean: rows that break a rule stop the run
    here, while Forewarn's own loading sets them aside; and repeated rows all count.

    Args:
        spark: the session.
        sources: the connected tables by name.
        root: an empty place for the lake, which Spark and `Lake` can both reach.
        buckets: into how many buckets accounts are cut; see `features.lake.buckets_for`.
        now: the time of the load, aware of its zone: when facts that lie ahead became known.

    Returns:
        The manifest as written.

    Raises:
        LakeError: there is a lake at `root` already.
        ValueError: a table or column is unknown or missing, or rows break a rule.
    """
    lake = Lake(root, buckets)
    _check(lake, sources, now)
    with _settings(spark):
        infos = {
            name: write_table(_frame(spark, sources[name]), TABLES[name], lake.root, buckets, now)
            for name in TABLES
            if name in sources
        }
    manifest = Manifest(CONTRACT_VERSION, buckets, 1, digest_of(infos), infos)
    write_manifest(lake.root, manifest)
    return manifest


def mapped(spark: SparkSession, work: Callable[[int], Result], buckets: int) -> list[Result]:
    """`work(0)` to `work(buckets - 1)`, in that order, one task a bucket.

    As in the local runner, `work` should write what is large: a `SnapshotJob` writes each
    bucket's snapshots itself, to a folder that all workers reach, so that no row of them
    passes through Java. `work` and its results travel between processes.
    """
    indices = spark.sparkContext.parallelize(range(buckets), buckets)
    return indices.map(work).collect()


def snapshots(
    spark: SparkSession,
    root: Folder | str,
    catalogue: Catalogue,
    dates: Sequence[date],
    label: Label,
    rates: Rates | None = None,
) -> DataFrame:
    """All signals of a lake's accounts at each of `dates`, one task a bucket.

    For what Spark does next with the rows; to have them as files, `mapped` costs less.

    Args:
        spark: the session.
        root: the lake's address, which every task can reach.
        catalogue: the signals.
        dates: the dates, each meaning the end of its day.
        label: whose population is described.
        rates: of currencies.

    Returns:
        The rows of `features.snapshot.snapshots` of all buckets, in no order.
    """
    lake = Lake(root)
    count, columns = lake.manifest.buckets, reads(catalogue, label)

    def of_buckets(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for index in batch.column(0).to_pylist():
                ready = prepare(lake.bucket(index, columns), rates)
                found = compute(ready, catalogue, dates, label.population)
                yield from found.to_batches(max_chunksize=ROWS_A_BATCH)

    return spark.range(0, count, 1, count).mapInArrow(of_buckets, _as_spark(schema(catalogue)))


def _as_spark(columns: pa.Schema) -> T.StructType:
    types: dict[pa.DataType, T.DataType] = {
        pa.string(): T.StringType(),
        pa.date32(): T.DateType(),
        pa.float64(): T.DoubleType(),
    }
    return T.StructType([T.StructField(f.name, types[f.type]) for f in columns])


def _check(lake: Lake, sources: Mapping[str, Source], now: datetime) -> None:
    if lake.exists:
        raise LakeError(f"{lake.root} holds a lake already: give a new place for the first load.")
    unknown = sorted(set(sources) - set(TABLES))
    if unknown:
        raise ValueError(f"no table is called {', '.join(unknown)}; there are {', '.join(TABLES)}")
    missing = [t.name for t in TABLES.values() if t.required and t.name not in sources]
    if missing:
        raise ValueError(f"a company without the table {', '.join(missing)} cannot start")
    if now.tzinfo is None:
        raise ValueError("now must be aware of its time zone")


@contextmanager
def _settings(spark: SparkSession) -> Iterator[None]:
    """Times in UTC and in the lake's type, strict casts; the session's own come back."""
    before = {name: spark.conf.get(name, None) for name in _SETTINGS}
    for name, value in _SETTINGS.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, old in before.items():
            spark.conf.unset(name) if old is None else spark.conf.set(name, old)


def _frame(spark: SparkSession, source: Source) -> DataFrame:
    if isinstance(source, DataFrame):
        return source
    return spark.read.parquet(*([source] if isinstance(source, str) else source))
