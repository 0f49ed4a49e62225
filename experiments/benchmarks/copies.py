"""A workspace of about a million accounts: many copies of a small one, and what is asked of it.

    python experiments/benchmarks/copies.py --workspace W --into BIG --copies 667 --share 0.1

`W` is a trained workspace (`forewarn demo --no-serve --workspace W`: 1,500 accounts). Every row of
its lake is written `copies` times, each with ids of its own, but of each copy only a share of the
logs; model and configuration are taken over, scores and snapshots are not. What is measured on it
is cost alone: nothing is to be learnt from copies.

Each command of `--steps` is then run in a process of its own: its wall time, its CPU seconds with
those of its children, and the most memory that one process held.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import TABLES, Kind, Table
from features.lake import Lake
from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository, open_store

KEPT = ("mlflow.db", "artifacts", "bundles", "configuration.txt")
LOGS = ("usage", "tickets", "interactions", "surveys", "feedback")
"""The tables of which a share is kept."""
SHARED = ("event_id",)
"""Columns of ids of which each copy would need its own, and that no snapshot reads."""
ROWS = 1 << 20
STEPS = {
    "score": ["score"],
    "explain_first": ["explain", "{account}"],
    "explain": ["explain", "{account}"],
    "insights": ["insights"],
}


def copied(table: Table, rows: pa.Table, copies: int, share: float) -> Iterator[pa.RecordBatch]:
    """The rows of a table, many times over, each time with ids of their own.

    Args:
        table: the declaration.
        rows: as the lake has them.
        copies: how many times.
        share: of the rows of each copy, drawn anew.
    """
    random = np.random.default_rng(1)
    ids = [c.name for c in table.columns if c.kind is Kind.ID and c.name not in SHARED]
    rows = rows.drop_columns([n for n in rows.column_names if n not in (*table.names, "known_at")])
    rows = rows.unify_dictionaries().combine_chunks()
    for copy in range(copies):
        chosen = rows
        if share < 1:
            chosen = rows.take(np.flatnonzero(random.random(len(rows)) < share))
        for batch in chosen.combine_chunks().to_batches(ROWS):
            columns = {name: batch.column(name) for name in batch.schema.names}
            columns |= {name: _renamed(columns[name], f"-{copy:04d}") for name in ids}
            columns |= {n: pa.nulls(len(batch), pa.string()) for n in SHARED if n in columns}
            yield pa.record_batch(columns)


def _renamed(values: pa.DictionaryArray, ending: str) -> pa.Array:
    words = values.dictionary
    if not len(words):
        return values
    renamed = pc.binary_join_element_wise(words, ending, "")
    return pa.DictionaryArray.from_arrays(values.indices, renamed)


def make(small: Path, big: Path, copies: int, share: float) -> dict[str, float]:
    """Write the large workspace; how large it is, and what that took."""
    big.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        _take_over(small / name, big / name)
    (big / "raw").mkdir(exist_ok=True)
    shutil.copy2(small / "raw" / "forewarn.toml", big / "raw" / "forewarn.toml")
    _promote(small, big)
    lake, before = Lake(small / "lake"), time.process_time()
    held = lake.manifest.tables
    shares = {name: share if name in LOGS else 1.0 for name in held}
    sources = {
        name: copied(TABLES[name], lake.read(name, marks=True), copies, shares[name])
        for name in held
    }
    rows = round(sum(info.rows * copies * shares[name] for name, info in held.items()))
    versioned = frozenset(name for name, info in held.items() if info.versioned)
    Lake(big / "lake").write(sources, versioned, rows=rows)
    manifest = Lake(big / "lake").manifest
    return {
        "rows": sum(info.rows for info in manifest.tables.values()),
        "accounts_rows": manifest.tables["accounts"].rows,
        "buckets": manifest.buckets,
        "cpu_seconds": round(time.process_time() - before, 1),
        "peak_gb": round(_peak(resource.RUSAGE_SELF), 2),
    }


def _promote(small: Path, big: Path) -> None:
    """Let the model that serves the small company serve the large one: a store of its own."""
    of, to = (open_store(Workspace(each).store_address) for each in (small, big))
    champion = ModelVersionRepository(of).champion()
    if champion is None:
        raise SystemExit(f"{small} has no model that serves")
    ModelVersionRepository(to).promote(champion)
    of.dispose()
    to.dispose()


def _take_over(from_: Path, to: Path) -> None:
    if from_.is_dir():
        shutil.copytree(from_, to, dirs_exist_ok=True)
    elif from_.exists():
        shutil.copy2(from_, to)


def run(words: Sequence[str], log: Path) -> dict[str, float]:
    """One command of Forewarn in a process of its own, and what it cost."""
    with log.open("w") as told:
        watched = [sys.executable, __file__, "--watch", "pipelines.cli", *words]
        found = subprocess.run(watched, stdout=subprocess.PIPE, stderr=told, text=True)
    if found.returncode:
        raise SystemExit(f"{words[0]} ended with {found.returncode}: see {log}")
    cost: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return cost


def watch(module: str, words: Sequence[str]) -> int:
    """Be the parent of a command alone, and tell what it and its own children cost."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", module, *words], stdout=subprocess.DEVNULL)
    wall, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {"wall_seconds": round(wall, 1), "cpu_seconds": round(used.ru_utime + used.ru_stime, 1)}
    print(json.dumps(cost | {"peak_gb": round(_peak(resource.RUSAGE_CHILDREN), 2)}))
    return done.returncode


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1e6


def main() -> int:
    """Run from the command line."""
    if sys.argv[1:2] == ["--watch"]:
        return watch(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, required=True, help="a small one, trained")
    parser.add_argument("--into", type=Path, required=True, help="the large one")
    parser.add_argument("--copies", type=int, default=667)
    parser.add_argument("--share", type=float, default=0.1, help="of the logs")
    parser.add_argument("--steps", nargs="*", choices=list(STEPS), default=list(STEPS))
    parser.add_argument("--account", help="whom to explain")
    given = parser.parse_args()
    found: dict[str, object] = {}
    if not (given.into / "lake").exists():
        found["made"] = make(given.workspace, given.into, given.copies, given.share)
    for step in given.steps:
        words = [word.format(account=given.account) for word in STEPS[step]]
        log = given.into / f"{step}.log"
        found[step] = run([*words, "--workspace", str(given.into)], log)
        print(json.dumps({step: found[step]}), file=sys.stderr, flush=True)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
