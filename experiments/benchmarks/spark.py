"""Forewarn on Spark against Forewarn here and Ibis on Spark, on one machine.

    python experiments/benchmarks/spark.py [--events N] [--accounts M] [--json]

The same raw Parquet, session and cores: Spark buckets it, then computes all columns of the
catalogue at 24 month-ends with the one kernel; the local runner computes them from the same
lake; Ibis computes its plan (ibis_plan.py) from the raw Parquet. Seconds are of the wall,
CPU seconds those of all processes.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from filecmp import cmpfiles
from functools import partial
from pathlib import Path

import pyarrow.dataset as ds
from generate import generate
from meter import Cost, measured
from peer import differing, run_peer, shared
from pyspark.sql import SparkSession

from features.contract import TABLES
from features.currency import Rates
from features.lake import Lake, buckets_for
from features.outcomes import LogoChurn
from features.runners import spark as runner
from features.runners.job import SNAPSHOTS, SnapshotJob
from features.runners.local import mapped
from features.signal import Catalogue
from features.signals import EVENTS_FOLLOWED, catalogue_for

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = [date(2024 + m // 12, m % 12 + 1, 1) for m in range(1, 25)]
DATES = tuple(first - timedelta(days=1) for first in MONTHS)
EVENTS = tuple(f"event_{number:02d}" for number in range(EVENTS_FOLLOWED))
CORES = 2


def main() -> int:
    """Run what the command line asks for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=0, help="by default one for 200 events")
    parser.add_argument("--folder", type=Path, help="keeps raw data and results here")
    parser.add_argument("--memory", default="6g", help="of the Java process")
    parser.add_argument("--peer-limit", type=float, default=900.0, help="seconds")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    accounts = given.accounts or max(10, given.events // 200)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        raw = folder / f"raw-{given.events}-{accounts}"
        if not raw.exists():
            generate(given.events, accounts, raw)
        options = {"spark.sql.shuffle.partitions": str(8 * CORES)}
        spark = runner.local_session(CORES, given.memory, options)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            found = benchmark(spark, raw, Path(place), given.peer_limit)
        spark.stop()
    found = {"events": given.events, "accounts": accounts, **found}
    print(json.dumps(found, indent=None if given.json else 2))
    return 0 if found["identical"] else 1


def benchmark(spark: SparkSession, raw: Path, to: Path, limit: float) -> dict[str, object]:
    """All three, and whether they agree."""
    catalogue = catalogue_for(EVENTS)
    lake = Lake(to / "lake")
    bucketing = told("bucketing on Spark", partial(bucketed, spark, raw, lake))
    buckets = lake.manifest.buckets
    jobs = [job_of(lake, catalogue, to / name) for name in ("spark", "here")]
    there = told("snapshots on Spark", lambda: runner.mapped(spark, jobs[0], buckets))
    here = told("snapshots here", lambda: mapped(jobs[1], buckets, CORES))
    peer = run_peer(spark, raw / "usage", DATES, EVENTS, to / "ibis", limit)
    ours = Cost(bucketing.wall + there.wall, bucketing.cpu + there.cpu)
    found: dict[str, object] = {
        "columns": len(catalogue.columns),
        "identical": identical(*(job.folder / SNAPSHOTS for job in jobs)),
        **costs("spark_bucketing", bucketing),
        **costs("spark_snapshot", there),
        **costs("local_snapshot", here),
        "ibis": peer.state,
        "ibis_columns": peer.columns,
    }
    if not peer.columns:
        return found
    if peer.state == "complete":
        found["ibis_columns_compared"] = len(shared(EVENTS))
        found["ibis_differs_in"] = differing(jobs[1].folder / SNAPSHOTS, to / "ibis", EVENTS)
    return {
        **found,
        **costs("ibis", peer.cost),
        "speedup_over_ibis": round(peer.cost.wall / ours.wall, 2),
        "cpu_speedup_over_ibis": round(peer.cost.cpu / ours.cpu, 2),
    }


def told(name: str, work: Callable[[], object]) -> Cost:
    """The cost of a step, told on standard error at once."""
    _, cost = measured(work)
    print(f"{name}: {cost.wall:.1f} s, {cost.cpu:.1f} CPU seconds", file=sys.stderr)
    return cost


def bucketed(spark: SparkSession, raw: Path, lake: Lake) -> None:
    """The lake, made by Spark of every raw table."""
    sources = {name: str(raw / name) for name in TABLES if (raw / name).exists()}
    rows = sum(ds.dataset(path).count_rows() for path in sources.values())
    runner.bucket(spark, sources, lake.root, buckets_for(rows), NOW)


def job_of(lake: Lake, catalogue: Catalogue, to: Path) -> SnapshotJob:
    """What both runners compute: all snapshots, each bucket written by its task."""
    return SnapshotJob(lake, catalogue, DATES, LogoChurn(), Rates(), to)


def identical(left: Path, right: Path) -> bool:
    """Whether both folders hold the same files, byte for byte."""
    names = [sorted(path.name for path in folder.iterdir()) for folder in (left, right)]
    return names[0] == names[1] and not any(cmpfiles(left, right, names[0], shallow=False)[1:])


def costs(name: str, cost: Cost) -> dict[str, float]:
    """Both figures of a cost under the names they are printed with."""
    return {f"{name}_seconds": round(cost.wall, 2), f"{name}_cpu_seconds": round(cost.cpu, 2)}


if __name__ == "__main__":
    sys.exit(main())
