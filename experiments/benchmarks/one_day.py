"""One more day: a night's load into a large lake, and one new snapshot, in CPU and wall seconds.

    python experiments/benchmarks/one_day.py [--events N] [--accounts N] [--folder F] [--json]

The raw logs of generate.py are cut by what was known: everything before the last day but
some goes into the lake, the rows that became known on that day are the sources of a load, as
Parquet. Every step is the command that a company runs, as a process of its own:

- begin: `forewarn day` at the day before, which reads all rows once and keeps what it needs; and
  what lies beside the lake's rows to find them, which the first load makes.
- load: `forewarn load`: the day's rows read, checked, compared with those held, and added.
- kept: `forewarn day` after it: those rows are taken into what is kept, and the snapshot of all
  declared columns of the accounts in the population at the end of that day is told and stored.
- day: `forewarn day --load`, both in one.
- snapshot: the same snapshot from all rows of the lake, without storing it.

A load is done to a copy of the workspace, made of links, so that it can be done again; what is
kept is copied, since it is changed in place.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
from meter import measured
from snapshots import everyone, say

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake, parquet_batches
from features.prepare import prepare
from features.reads import reads
from features.runners.local import mapped
from features.signals import CATALOGUE
from features.snapshot import parts

DAY = date(2025, 12, 16)
"""A Tuesday: a working day like most, with months of late rows still to come."""
BEFORE, AFTER, CONFIG = "before", "after", "forewarn.toml"
COMMANDS = {"load": ("load",), "kept": ("day",), "day": ("day", "--load")}


def main() -> int:
    """Run all steps, or, as a child process, one that is no command."""
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
    """The cost of each step."""
    if not (folder / CONFIG).exists():
        make(folder, events, accounts)
    found: dict[str, float] = {"events": events, "accounts": accounts}
    begun = (folder / BEFORE / "snapshots").exists()
    for step in (*(() if begun else ("begin",)), "load", "kept", "snapshot", "day"):
        if step in ("load", "day"):
            copied(folder)
        say(step)
        size = ["--events", str(events), "--accounts", str(accounts)]
        own = [__file__, *size, "--folder", str(folder.parent), "--step", step]
        command = own if step in STEPS else forewarn(folder, AFTER, DAY, *COMMANDS[step])
        _, cost = measured(partial(subprocess.run, [sys.executable, *command], check=True))
        found[f"{step}_cpu_seconds"] = round(cost.cpu, 2)
        found[f"{step}_wall_seconds"] = round(cost.wall, 2)
    return found


def forewarn(folder: Path, workspace: str, as_of: date, *command: str) -> list[str]:
    """A command of the product, as the company of this folder would give it."""
    date_of = () if command == ("load",) else ("--as-of", str(as_of))
    place = ("--workspace", str(folder / workspace), "-c", str(folder / CONFIG))
    return ["-m", "pipelines.cli", *command, *place, *date_of, "--json"]


def copied(folder: Path) -> None:
    """The workspace as it was before the day."""
    shutil.rmtree(folder / AFTER, ignore_errors=True)
    for name, copy in (("lake", link), ("kept", shutil.copy2)):
        shutil.copytree(folder / BEFORE / name, folder / AFTER / name, copy_function=copy)
    os.sync()  # a night does not wait for the disk because of a copy


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
    Lake(folder / BEFORE / "lake").write(sources, frozenset(TABLES))
    kept = folder / BEFORE / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "events.json").write_text("[]")  # there is no model, so no main events of one
    named = (f'[sources.{name}]\nfiles = "day/{name}/*.parquet"\n' for name in sources)
    company = '[company]\nname = "Benchmark"\ncurrency = "EUR"\n'
    (folder / CONFIG).write_text("\n".join([company, *named]))


def cut(
    connection: duckdb.DuckDBPyConnection, file: Path, to: Path, since: date | None, until: date
) -> None:
    """The rows of a file that became known within some days."""
    to.parent.mkdir(parents=True, exist_ok=True)
    begins = f"known_at >= TIMESTAMPTZ '{since} 00:00:00+00' AND " if since else ""
    rows = f"SELECT * FROM '{file}' WHERE {begins}known_at < TIMESTAMPTZ '{until} 00:00:00+00'"
    connection.execute(f"COPY ({rows}) TO '{to}' (FORMAT parquet)")


def begin(folder: Path) -> None:
    """What is kept, made from all rows up to the day before, and what finds rows like new ones."""
    lake, day_before = Lake(folder / BEFORE / "lake"), DAY - timedelta(days=1)
    command = forewarn(folder, BEFORE, day_before, "day")
    subprocess.run([sys.executable, *command], check=True)
    for name in lake.manifest.tables:
        lake.alike(name, schema(TABLES[name]).empty_table())


def snapshot(folder: Path) -> None:
    """Every declared column of every account at the end of the day."""
    lake = Lake(folder / AFTER / "lake")
    mapped(partial(of_bucket, lake.root), lake.manifest.buckets)


def of_bucket(root: Path, index: int) -> int:
    """One bucket's rows, computed and let go of."""
    bucket = prepare(Lake(root).bucket(index, reads(CATALOGUE)))
    return sum(len(part) for part in parts(bucket, CATALOGUE, [DAY], everyone))


STEPS = {"begin": begin, "snapshot": snapshot}

if __name__ == "__main__":
    sys.exit(main())
