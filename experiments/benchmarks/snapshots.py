"""Snapshots against the cost of reading the data: CPU seconds of whole processes.

    python experiments/benchmarks/snapshots.py [--events N] [--quick] [--json]

Raw logs are drawn once (generate.py) and bucketed once; then every step runs as a process
of its own, imports and worker processes included:

- floor_raw, floor_lake: DuckDB reads account, user, event and both clocks of every usage
  row, as the logs come and as the lake holds them. `scan_ratio` takes the raw floor, and
  `scan_ratio_lake` the other one.
- bucketing: the raw usage log into a lake; `bucketing_ratio` is over floor_raw. `all_tables`
  makes the lake that the other steps read.
- monthly, weekly: 24 month-ends and 104 weeks, every account, every column that is declared,
  in memory. `written` is monthly with the Parquet files that a job would leave. The same
  `_followed` has the signals of a company's main events too (--main-events).

Bucketing and snapshots keep freed memory, as `forewarn` does. Each step is done --times times
and the least counts. `peak_gb` is the most memory of all processes of a step that computes
snapshots. Bucketing counts the pages of what it has put aside on disk too, which the system
takes back as it needs them.

Compiled code is made by a first run on a small lake, which is not counted.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from features.clock import Mask
from features.heap import with_one_heap
from features.lake import Lake
from features.prepare import prepare
from features.reads import reads
from features.runners.local import mapped
from features.signal import Catalogue
from features.signals import EVENTS_FOLLOWED, catalogue_for
from features.snapshot import parts
from features.view import View
from pipelines.cli.start import IN_ONE_HEAP

MONTHS = [date(2024 + m // 12, m % 12 + 1, 1) - timedelta(days=1) for m in range(1, 25)]
SNAPSHOTS = ("monthly", "weekly", "written")
FOLLOWED = "_followed"
STEPS = {
    "floor_raw": "floor_raw",
    "monthly": "monthly",
    "weekly": "weekly",
    "floor_lake": "floor_lake",
    "monthly_followed": "monthly",
    "weekly_followed": "weekly",
    "written": "written",
    "bucketing": "bucketing",
}
WEEKS = [date(2024, 1, 7) + timedelta(days=7 * week) for week in range(104)]
GIGABYTE = 1e6
"""Kilobytes, in which the system counts memory."""


def main() -> int:
    """Run all steps, or, as a child process, one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000_000)
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--quick", action="store_true", help="10 million events")
    parser.add_argument("--main-events", type=int, default=EVENTS_FOLLOWED)
    parser.add_argument("--times", type=int, default=2, help="the least of so many counts")
    parser.add_argument("--folder", type=Path, help="keeps data between runs")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(run_step(given.step, given.folder, given.main_events)))
        return 0
    events = 10_000_000 if given.quick else given.events
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.folder or Path(scratch)) / f"{events}-{given.accounts}"
        found = measure(folder, (events, given.accounts), given.main_events, given.times)
    print(json.dumps(found) if given.json else "\n".join(f"{k}: {v}" for k, v in found.items()))
    return 0


def measure(folder: Path, size: tuple[int, int], main_events: int, times: int) -> dict[str, float]:
    """All figures for one company of so many events and accounts.

    Each step is done several times in turn, and the least counts: other work on the machine
    only ever adds.
    """
    from generate import generate  # not at the top: worker processes import this file too

    if not (folder / "raw").exists():
        say(f"drawing {size[0]:,} events")
        generate(*size, folder / "raw")
    warm = folder / "warm"
    if not warm.exists():
        generate(20_000, 100, warm / "raw")
    for step in ("all_tables", "monthly"):
        child(step, warm, main_events)
    done = {"all_tables": child("all_tables", folder, 0)}
    for _ in range(times):
        for name, step in STEPS.items():
            found = child(step, folder, main_events if name.endswith(FOLLOWED) else 0)
            if name not in done or found["cpu_seconds"] < done[name]["cpu_seconds"]:
                done[name] = found
    return {"events": size[0], "accounts": size[1], **summary(done)}


def summary(done: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Ratios, and the figures they come from."""
    cpu = {name: figures["cpu_seconds"] for name, figures in done.items()}
    months, weeks = "monthly", "weekly"
    return {
        "columns": int(done[months]["columns"]),
        "rows_monthly": int(done[months]["rows"]),
        "rows_weekly": int(done[weeks]["rows"]),
        **{f"{name}_cpu_seconds": round(seconds, 2) for name, seconds in cpu.items()},
        "monthly_wall_seconds": round(done[months]["wall_seconds"], 2),
        "scan_ratio": round(cpu[months] / cpu["floor_raw"], 2),
        "scan_ratio_lake": round(cpu[months] / cpu["floor_lake"], 2),
        "weekly_over_monthly": round(cpu[weeks] / cpu[months], 2),
        "columns_followed": int(done[months + FOLLOWED]["columns"]),
        "scan_ratio_followed": round(cpu[months + FOLLOWED] / cpu["floor_raw"], 2),
        "weekly_over_monthly_followed": round(cpu[weeks + FOLLOWED] / cpu[months + FOLLOWED], 2),
        "bucketing_ratio": round(cpu["bucketing"] / cpu["floor_raw"], 2),
        "peak_gb": round(max(done[n]["peak_gb"] for n in done if STEPS.get(n) in SNAPSHOTS), 2),
        "peak_gb_bucketing": round(done["all_tables"]["peak_gb"], 2),
    }


def child(step: str, folder: Path, main_events: int) -> dict[str, float]:
    """One step in a process of its own, with what it cost: its children are counted too."""
    say(step)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    words = [sys.executable, __file__, "--step", step, "--folder", str(folder)]
    words += ["--main-events", str(main_events)]
    asked = {**os.environ, **({} if step.startswith("floor") else IN_ONE_HEAP)}
    output = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, env=asked).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    found["wall_seconds"] = time.perf_counter() - began
    found["cpu_seconds"] = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return found


def run_step(step: str, folder: Path, main_events: int) -> dict[str, float]:
    """What a child process does."""
    from bucketing import bucket_raw, scan

    if not step.startswith("floor"):
        with_one_heap()
    steps: dict[str, Callable[[], dict[str, float]]] = {
        "bucketing": lambda: bucket_raw(folder / "raw", folder / "usage-alone", ["usage"]),
        "all_tables": lambda: bucket_raw(folder / "raw", folder / "lake"),
        "floor_raw": lambda: scan(f"{folder}/raw/usage/*.parquet"),
        "floor_lake": lambda: scan(f"{folder}/lake/generation-*/usage/*/*.parquet"),
        "monthly": lambda: compute(folder, MONTHS, main_events),
        "weekly": lambda: compute(folder, WEEKS, main_events),
        "written": lambda: compute(folder, MONTHS, main_events, folder / "snapshots"),
    }
    found = steps[step]()
    own, children = (
        resource.getrusage(who).ru_maxrss / GIGABYTE
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {**found, "peak_gb": own + ((os.cpu_count() or 1) - 1) * children}


def compute(
    folder: Path, dates: list[date], main_events: int, into: Path | None = None
) -> dict[str, float]:
    """Snapshots of every account, bucket by bucket in a pool of processes."""
    lake = Lake(folder / "lake")
    catalogue = catalogue_for([f"event_{number:02d}" for number in range(main_events)])
    work = partial(of_bucket, lake, catalogue, dates, into)
    rows = mapped(work, lake.manifest.buckets)
    return {"rows": sum(rows), "columns": len(catalogue.columns)}


def of_bucket(
    lake: Lake, catalogue: Catalogue, dates: list[date], into: Path | None, index: int
) -> int:
    """The snapshots of one bucket; returns how many rows they have."""
    bucket = prepare(lake.bucket(index, reads(catalogue)))
    rows = 0
    for part, found in enumerate(parts(bucket, catalogue, dates, everyone)):
        rows += len(found)
        if into is not None:
            into.mkdir(exist_ok=True)
            name = f"bucket-{index:05d}-{part}.parquet"
            pq.write_table(found, into / name, compression="zstd")
    return rows


def everyone(view: View) -> Mask:
    """Every account at every date: more than a company would ask for."""
    return np.ones(view.size, dtype=bool)


def say(words: str) -> None:
    """Progress, beside the figures."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
