"""One more day: a night's load into a large lake, and one new snapshot, in CPU and wall seconds.

    python experiments/benchmarks/one_day.py [--events N] [--accounts N] [--folder F] [--json]

The raw logs of generate.py are cut by what was known: everything before the last day but
some goes into the lake, the rows that became known on that day are the load. Each step runs as
a process of its own, with its imports and workers:

- load: the day's rows are compared with those held, and added to the lake.
- kept: the rows of that load are taken into what is kept between snapshots, and the snapshot
  of all declared columns of all accounts at the end of that day is told from it and stored.
- day: both in one process.
- snapshot: the same snapshot from all rows of the lake.

A load is done to a copy of the lake, made of links, so that it can be done again; what is kept
is made beforehand (`begin`, measured too), and copied likewise.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from meter import measured
from snapshots import everyone, say

from features.contract import CONTRACT_VERSION, TABLES
from features.contract.arrow import schema
from features.facts import prepare
from features.kept import KeptCompany
from features.lake import Lake, parquet_batches
from features.reads import reads
from features.runners.local import mapped
from features.signals import CATALOGUE
from features.snapshot import definition, fingerprint, parts

if TYPE_CHECKING:
    from pipelines.recipe import Recipe

DAY = date(2025, 12, 16)
"""A Tuesday: a working day like most, with months of late rows still to come."""


def main() -> int:
    """Run all steps, or, as a child process, one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--folder", type=Path, help="keeps data between runs")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--step", choices=tuple(STEPS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.folder or Path(scratch)) / f"day-{given.events}-{given.accounts}"
        if given.step:
            STEPS[given.step](folder)
            return 0
        found = measure(folder, given.events, given.accounts)
    print(json.dumps(found) if given.json else "\n".join(f"{k}: {v}" for k, v in found.items()))
    return 0


def measure(folder: Path, events: int, accounts: int) -> dict[str, float]:
    """The cost of each step and of both."""
    if not (folder / "lake").exists():
        make(folder, events, accounts)
    size = ["--events", str(events), "--accounts", str(accounts), "--folder", str(folder.parent)]
    found: dict[str, float] = {"events": events, "accounts": accounts}
    steps = ("load", "kept", "snapshot", "day")
    for step in steps if (folder / "held-kept").exists() else ("begin", *steps):
        if step in ("load", "day"):
            copied(folder)
        say(step)
        command = [sys.executable, __file__, *size, "--step", step]
        _, cost = measured(partial(subprocess.run, command, check=True))
        found[f"{step}_cpu_seconds"] = round(cost.cpu, 2)
        found[f"{step}_wall_seconds"] = round(cost.wall, 2)
    return found


def copied(folder: Path) -> None:
    """The lake and what is kept, as they were before the day."""
    for name in ("copy", "kept", "snapshots"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name, copy in (("copy", link), ("kept", shutil.copy2)):
        source = folder / ("lake" if name == "copy" else "held-kept")
        shutil.copytree(source, folder / name, copy_function=copy)


def link(source: str, target: str) -> str:
    """A copy that costs nothing: files of the lake are never changed."""
    Path(target).hardlink_to(source)
    return target


def make(folder: Path, events: int, accounts: int) -> None:
    """The lake as of the day before, and the rows that became known on the day."""
    from generate import generate  # not at the top: worker processes import this file too

    if not (folder / "raw").exists():
        say(f"drawing {events:,} events")
        generate(events, accounts, folder / "raw")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in TABLES:
            files = sorted((folder / "raw" / name).glob("*.parquet"))
            for file in files:
                cut(connection, file, folder / "held" / name / file.name, None, DAY)
                day = folder / "day" / name / file.name
                cut(connection, file, day, DAY, DAY + timedelta(days=1))
    say("making the lake")
    sources = {
        name: parquet_batches(TABLES[name], sorted((folder / "held" / name).glob("*.parquet")))
        for name in TABLES
        if (folder / "held" / name).exists()
    }
    Lake(folder / "lake").write(sources, frozenset(TABLES))


def cut(
    connection: duckdb.DuckDBPyConnection, file: Path, to: Path, since: date | None, until: date
) -> None:
    """The rows of a file that became known within some days."""
    to.parent.mkdir(parents=True, exist_ok=True)
    begins = f"known_at >= TIMESTAMPTZ '{since} 00:00:00+00' AND " if since else ""
    rows = f"SELECT * FROM '{file}' WHERE {begins}known_at < TIMESTAMPTZ '{until} 00:00:00+00'"
    connection.execute(f"COPY ({rows}) TO '{to}' (FORMAT parquet)")


def load(folder: Path) -> None:
    """What `forewarn load` does of a night's clean rows: compare with the lake, and add."""
    from pipelines.ingest.merge import merge  # a snapshot needs nothing of it
    from pipelines.ingest.project import ROW

    lake, now = Lake(folder / "copy"), datetime.combine(DAY, datetime.max.time(), UTC)
    merged, held = {}, {}
    for name in (n for n in TABLES if (folder / "day" / n).exists()):
        wanted = schema(TABLES[name])
        rows = pq.read_table(folder / "day" / name).select(wanted.names).cast(wanted)
        numbered = rows.append_column(ROW, pa.array(np.arange(len(rows))))
        held[name] = lake.alike(name, numbered)
        merged[name] = merge(TABLES[name], numbered, held[name].rows, now, True)
    corrected = [name for name, found in merged.items() if found.corrected]
    lake.add({name: found.new for name, found in merged.items()}, frozenset(), corrected, held)


def begin(folder: Path) -> None:
    """What is kept, made from all rows up to the day before, and what tells repeated rows."""
    from features.kept.from_lake import buckets_of, first_facts

    lake, kept = Lake(folder / "lake"), KeptCompany(folder / "held-kept", CATALOGUE)
    kept.begin(buckets_of(kept, lake), first_facts(lake), DAY - timedelta(days=1))
    kept.save(lake.manifest.generation)
    for name in lake.manifest.tables:
        lake.alike(name, schema(TABLES[name]).empty_table())


def kept(folder: Path) -> None:
    """What `forewarn day` does, but for the population, which is everyone here."""
    from features.kept.from_lake import came_since
    from pipelines.stored import LakeState, StoredSnapshots

    lake, kept = Lake(folder / "copy"), KeptCompany(folder / "kept", CATALOGUE)
    kept.advance(came_since(kept, lake), DAY)
    table, manifest = kept.snapshot(everyone), lake.manifest
    state = LakeState(manifest.generation, manifest.digest, kept.rows_seen())
    StoredSnapshots(folder / "snapshots").keep(table, DAY, recipe(), state)
    kept.save(manifest.generation)


def recipe() -> "Recipe":
    """What decides the snapshot, of a company without a configuration."""
    from pipelines.recipe import Recipe

    columns = {c.name: repr(definition(c)[1:]) for c in CATALOGUE.columns}
    version, rates = CONTRACT_VERSION, dict[str, str]()
    return Recipe(fingerprint(CATALOGUE), version, columns, (), "everyone", "EUR", rates, {})


def day(folder: Path) -> None:
    """The whole day in one process."""
    load(folder)
    kept(folder)


def snapshot(folder: Path) -> None:
    """Every declared column of every account at the end of the day."""
    lake = Lake(folder / "copy")
    mapped(partial(of_bucket, lake.root), lake.manifest.buckets)


def of_bucket(root: Path, index: int) -> int:
    """One bucket's rows, computed and let go of."""
    bucket = prepare(Lake(root).bucket(index, reads(CATALOGUE)))
    return sum(len(part) for part in parts(bucket, CATALOGUE, [DAY], everyone))


STEPS = {"begin": begin, "load": load, "kept": kept, "day": day, "snapshot": snapshot}

if __name__ == "__main__":
    sys.exit(main())
