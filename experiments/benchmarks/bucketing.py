"""Bucketing raw logs against the cost of reading them: CPU seconds.

    python experiments/benchmarks/bucketing.py --raw FOLDER --lake FOLDER [--times N]

The scan is DuckDB's over account, user, event and both clocks of the raw usage log, on one
thread, so that neither side wins or loses by how it shares processors. Each step is done
several times in turn and the least is taken: other work on the machine only ever adds. Freed
memory is kept and used again, as `forewarn load` does.
"""

import argparse
import resource
import shutil
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from features.contract import TABLES
from features.heap import with_one_heap
from features.lake import Lake, parquet_batches

FIVE = {
    "account_id": "sum(length(account_id))",
    "user_id": "sum(length(user_id))",
    "event": "sum(length(event))",
    "occurred_at": "sum(epoch_us(occurred_at))",
    "known_at": "sum(epoch_us(known_at))",
}
"""The columns of a scan, each with a sum that needs every value."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--lake", type=Path, required=True, help="is replaced")
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with_one_heap()
    pa.set_memory_pool(pa.system_memory_pool())
    steps: dict[str, Callable[[], dict[str, float]]] = {
        "scan of the raw usage": lambda: scan(f"{given.raw}/usage/*.parquet"),
        "bucketing the usage": lambda: bucket_raw(given.raw, given.lake, ["usage"]),
        "bucketing all tables": lambda: bucket_raw(given.raw, given.lake),
        "scan of the lake": lambda: scan(f"{given.lake}/generation-*/usage/*/*.parquet"),
    }
    bucket_raw(given.raw, given.lake, ["risks"])  # compiles what there is to compile
    seconds = {name: [measured(step) for _ in range(1)] for name, step in steps.items()}
    for _ in range(given.times - 1):
        for name, step in steps.items():
            seconds[name].append(measured(step))
    floor = min(seconds["scan of the raw usage"])
    for name, each in seconds.items():
        print(f"{name}: {min(each):.2f} CPU seconds, {min(each) / floor:.2f} of the scan")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def scan(files: str, columns: Collection[str] = tuple(FIVE), threads: int = 1) -> dict[str, float]:
    """Read every value of some columns of a usage log.

    Args:
        files: a pattern of Parquet files.
        columns: names of `FIVE`.
        threads: how many DuckDB may use.
    """
    with duckdb.connect(config={"threads": threads}) as connection:
        sums = ", ".join(["count(*)", *(FIVE[name] for name in columns)])
        row = connection.execute(f"SELECT {sums} FROM read_parquet('{files}')").fetchone()
    assert row is not None
    return {"rows": row[0]}


def bucket_raw(raw: Path, lake: Path, tables: Collection[str] | None = None) -> dict[str, float]:
    """Make a lake of raw logs, from the first byte to the last; what lay there is removed.

    Args:
        raw: a folder of Parquet files by table, as generate.py leaves them.
        lake: the lake's folder.
        tables: those to take; None takes all.
    """
    shutil.rmtree(lake, ignore_errors=True)
    files = {path.name: sorted(path.glob("*.parquet")) for path in raw.iterdir()}
    wanted = {name: paths for name, paths in files.items() if tables is None or name in tables}
    rows = sum(pq.read_metadata(path).num_rows for paths in wanted.values() for path in paths)
    sources = {name: parquet_batches(TABLES[name], paths) for name, paths in wanted.items()}
    Lake(lake).write(sources, frozenset(wanted), rows=rows)
    return {"rows": rows, "buckets": Lake(lake).manifest.buckets}


def measured(step: Callable[[], object]) -> float:
    """CPU seconds of a step, of this process and of its children."""
    before = _cpu()
    step()
    return _cpu() - before


def _cpu() -> float:
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    sys.exit(main())
