"""Forewarn against DuckDB, Polars, featuretools and Feast: the same signals of the same log.

    python experiments/benchmarks/peers.py [--events N] [--accounts N] [--limit S] [--json]
        [--peers duckdb,polars] [--python featuretools=/path/python] [--folder F]

164 columns of the usage log (peer_columns.py) for every account at 24 month-ends, from raw
Parquet to Parquet, both clocks honoured. Each engine is a script and a process of its own,
start and imports included; ours makes its lake first, and that is counted. What a peer says
is compared with ours cell by cell. A peer that cannot do something says what and why; one
that is not installed is left out, with the reason; one that is not done within `--limit`
seconds of wall is cut off, and its ratio is then a lower bound.

Compiled code of ours is made by a first run on a small log, which is not counted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from generate import generate
from peer_check import compare
from peer_process import Run, run

HERE = Path(__file__).parent
PEERS = {"duckdb": "duckdb", "polars": "polars", "featuretools": "featuretools", "feast": "feast"}
"""The peers, and what each needs to import."""
OURS_LIMIT = 7200.0


def main() -> int:
    """Run what the command line asks for and print it; 1 if a whole peer disagrees with us."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        base = given.folder or Path(scratch)
        folder = base / f"{given.events}-{given.accounts}"
        found = measure(given, folder, prepared(given, base, folder))
    print(json.dumps(found, indent=None if given.json else 2))
    return 0 if all(_agrees(engine) for engine in found["engines"].values()) else 1


def prepared(given: argparse.Namespace, base: Path, folder: Path) -> Path:
    """The raw log, drawn where it is not there yet; and our compiled code."""
    if not (folder / "raw").exists():
        say(f"drawing {given.events:,} events")
        generate(given.events, given.accounts, folder / "raw")
    warm = base / "warm"
    if not warm.exists():
        generate(20_000, 100, warm / "raw")
    first = engine("ours", sys.executable, warm / "raw", warm, OURS_LIMIT)
    if first.state != "complete":
        raise SystemExit(f"our own run failed: {first.error}; see {warm}/ours.err")
    return folder / "raw"


def measure(given: argparse.Namespace, folder: Path, raw: Path) -> dict[str, Any]:
    """Ours and each peer in turn."""
    ours = engine("ours", sys.executable, raw, folder, OURS_LIMIT)
    bucketing = ours.said["seconds_bucketing"]
    engines: dict[str, dict[str, Any]] = {
        "ours": {**_costs(ours), "of_it_bucketing_cpu_seconds": round(bucketing, 2), "ratio": 1.0}
    }
    for name in given.peers:
        python = given.python.get(name, sys.executable)
        engines[name] = peer(name, python, raw, folder, given.limit, ours)
    return {"events": given.events, "accounts": given.accounts, "engines": engines}


def peer(
    name: str, python: str, raw: Path, folder: Path, limit: float, ours: Run
) -> dict[str, Any]:
    """What one peer costs and finds, next to ours."""
    if missing := _missing(python, PEERS[name]):
        say(f"{name}: left out: {missing}")
        return {"state": "left out", "reason": missing}
    done = engine(name, python, raw, folder, limit)
    bound = ">= " if done.state == "cut off" else ""
    found = {**_costs(done), "ratio": f"{bound}{done.cpu / ours.cpu:.2f}"}
    if done.state == "failed":
        return {**_costs(done), "reason": done.error}
    if done.state == "cut off":
        return found
    agreement = compare(folder / "ours" / "found", folder / name / "found")
    return {
        **found,
        "columns": agreement.columns,
        "cells_compared": agreement.compared,
        "cells_different": agreement.different,
        "columns_different": len(agreement.differing),
        "cannot": done.said["cannot"],
    }


def engine(name: str, python: str, raw: Path, folder: Path, limit: float) -> Run:
    """Run an engine's script; what it finds is left in `folder/<name>/found`."""
    say(f"{name}: running")
    to = folder / name
    subprocess.run(["rm", "-rf", str(to)], check=True)
    to.mkdir(parents=True)
    done = run([python, str(HERE / f"peer_{name}.py"), str(raw), str(to)], folder / name, limit)
    say(f"{name}: {done.state}, {done.cpu:.1f} CPU seconds, {done.wall:.1f} s {done.error}")
    return done


def _costs(done: Run) -> dict[str, Any]:
    return {
        "state": done.state,
        "cpu_seconds": round(done.cpu, 2),
        "wall_seconds": round(done.wall, 2),
        "peak_gb": round(done.peak_gb, 2),
    }


def _agrees(engine: dict[str, Any]) -> bool:
    """Whether a peer that can do everything found what we found, and none failed."""
    whole = not engine.get("cannot")
    return engine["state"] != "failed" and not (whole and engine.get("cells_different"))


def _missing(python: str, module: str) -> str:
    """Why a module cannot be imported there; empty if it can."""
    try:
        done = subprocess.run(
            [python, "-c", f"import {module}"], capture_output=True, text=True, check=False
        )
    except OSError as error:
        return str(error)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=0, help="by default one for 200 events")
    parser.add_argument("--peers", type=_peers, default=list(PEERS), help=", ".join(PEERS))
    parser.add_argument("--python", action="append", default=[], help="PEER=/path/to/python")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds of wall a peer")
    parser.add_argument("--folder", type=Path, help="keeps data between runs")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    given.accounts = given.accounts or max(10, given.events // 200)
    given.python = dict(pair.split("=", 1) for pair in given.python)
    if unknown := given.python.keys() - PEERS.keys():
        parser.error(f"--python names {', '.join(sorted(unknown))}; peers are {', '.join(PEERS)}")
    return given


def _peers(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - PEERS.keys():
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: peers are {', '.join(PEERS)}")
    return names


def say(words: str) -> None:
    """Progress, beside the figures."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(HERE.parents[1]))
    sys.exit(main())
