"""What the running service costs from outside: one account at a time, and under steady load.

Without `--load`, requests go one after the other over one connection, in turn to our service, to
a bare FastAPI application that only calls a LightGBM booster, and to MLflow's scoring server with
the same bundle (`mlflow models serve --env-manager local`): all three are processes of their own,
and so is this client. With `--load`, requests of mixed routes are sent at a fixed rate whatever the
answers take, timed from when each was due, while the champion is changed three times.

    python experiments/benchmarks/serve.py [--quick] [--workspace DIR] [--json]
    python experiments/benchmarks/serve.py --load 60 --rate 200 [--workers N] --workspace DIR
    python experiments/benchmarks/serve.py --climb 30 [--workers N] --workspace DIR
    python experiments/benchmarks/serve.py --widen 1000000 --workspace DIR

`--widen` publishes the newest run anew with invented accounts beside the company's own, for a store
as large as that; explanations and what-ifs are then asked of the company's own.

The workspace is one that `forewarn demo` or `forewarn run` made; without one a small demo is made.
FOREWARN_STORE may name a store on PostgreSQL that holds the scores.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from serve_client import Asked, in_turn, json_post, summary
from serve_load import climbed, under_load, widened
from serve_processes import Server, bare, mlflow_server, ours

from features.row_file import KEY
from pipelines.stored import StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository, ScoreRepository, open_store

ROUNDS, QUICK_ROUNDS, WARM = 400, 60, 15
SMALL = 700
"""Accounts of the demo; with fewer too few are lost for trees, which the peers need."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer requests")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--workspace", type=Path, help="of a trained and scored company")
    parser.add_argument("--load", type=float, metavar="SECONDS", help="mixed routes, open loop")
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second under load")
    parser.add_argument("--climb", type=float, metavar="SECONDS", help="ever higher rates")
    parser.add_argument("--widen", type=int, metavar="ACCOUNTS", help="invent accounts, once")
    parser.add_argument("--workers", type=int, default=1, help="processes of the service")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.workspace or stack.enter_context(demo())
        if given.widen:
            found: dict[str, object] = {"published": widened(folder, given.widen)}
        elif given.climb:
            found = climbed(folder, given.climb, given.workers)
        elif given.load:
            found = under_load(folder, given.load, given.rate, given.workers)
        else:
            found = beside_peers(folder, QUICK_ROUNDS if given.quick else ROUNDS)
    print(json.dumps(found, indent=2) if given.json else as_text(found))
    return 0


@contextmanager
def demo() -> Iterator[Path]:
    """A small simulated company, trained and scored."""
    with tempfile.TemporaryDirectory(prefix="serve-") as folder:
        command = [sys.executable, "-m", "pipelines.cli", "demo", "--accounts", str(SMALL)]
        place = ["--no-serve", "--workspace", folder]
        subprocess.run([*command, *place], check=True, stdout=subprocess.DEVNULL)
        yield Path(folder)


def beside_peers(folder: Path, rounds: int) -> dict[str, object]:
    """Latencies of one account's score, ours beside the peers', and of our other answers."""
    space = Workspace(folder)
    rows, bundle, day = _material(space)
    with ExitStack() as stack:
        our = stack.enter_context(ours(folder))
        booster = stack.enter_context(bare(bundle / "0-30.model.lgb.txt"))
        asked = {**_of_ours(our, rows, day), **_of_bare(booster, rows)}
        notes = []
        try:
            peer = stack.enter_context(mlflow_server(bundle))
            asked |= _of_mlflow(peer, rows, bundle)
        except RuntimeError as error:
            notes.append(str(error))
        found = asyncio.run(in_turn(asked, rounds, WARM))
        memory = our.megabytes()
    return {
        "accounts": len(rows),
        "rounds": rounds,
        "milliseconds": {name: summary(times) for name, times in found.items()},
        "our_megabytes": memory,
        "notes": notes,
    }


def _material(space: Workspace) -> tuple[list[dict[str, object]], Path, str]:
    """The newest snapshot's rows, the champion's bundle and the day."""
    engine = open_store(space.store_address)
    run, champion = ScoreRepository(engine).newest(), ModelVersionRepository(engine).champion()
    engine.dispose()
    if run is None or champion is None:
        raise SystemExit(f"{space.root} holds no scores: run `forewarn demo --workspace DIR`.")
    stored = StoredSnapshots(space.snapshots).runs(run.as_of)[-1]
    registered = space.registry().champion()
    if registered is None:
        raise SystemExit(f"{space.root} has no champion in MLflow.")
    return pq.read_table(stored.file).to_pylist(), registered.bundle, run.as_of.isoformat()


def _signals(row: dict[str, object]) -> dict[str, object]:
    return {k: v for k, v in row.items() if k not in (KEY, "as_of") and v is not None and v == v}


def _of_ours(server: Server, rows: list[dict[str, object]], day: str) -> dict[str, Asked]:
    """Our answers: a model's score of a row, the stored score, an explanation, a what-if."""

    def scored(i: int) -> dict[str, object]:
        row = rows[i % len(rows)]
        return {"as_of": day, "accounts": [{KEY: row[KEY], "signals": _signals(row)}]}

    def path(route: str, rest: str = "") -> object:
        return lambda i: f"{server.address}/v1/{route}/{rows[i % len(rows)][KEY]}{rest}"

    lever = {"signals": {"adoption__users_30d": 9}}
    return {
        "ours, row scored with reasons": json_post(f"{server.address}/v1/scores", scored),
        "ours, stored score": Asked("GET", path("accounts")),
        "ours, explanation": Asked("GET", path("explanations")),
        "ours, what-if": Asked("POST", path("accounts", "/what-if"), lambda _: lever),
    }


def _of_bare(server: Server, rows: list[dict[str, object]]) -> dict[str, Asked]:
    """The least there is: one booster's probability of numbers in order."""
    names = [k for k, v in rows[0].items() if not isinstance(v, str) and k != "as_of"]

    def values(i: int) -> dict[str, object]:
        return {"values": [rows[i % len(rows)][name] for name in names]}

    return {"bare FastAPI + booster, probability only": json_post(f"{server.address}/", values)}


def _of_mlflow(server: Server, rows: list[dict[str, object]], bundle: Path) -> dict[str, Asked]:
    """The same bundle, all horizons and band, without reasons in the answer."""
    known = json.loads((bundle / "model.json").read_text())["schema"]
    names = [KEY, "as_of", *(column["name"] for column in known), "profile__mrr", "profile__tier"]
    columns = [name for name in dict.fromkeys(names) if name in rows[0]]

    def split(i: int) -> dict[str, object]:
        row = rows[i % len(rows)]
        cells = [None if row[c] != row[c] else row[c] for c in columns]
        return {"dataframe_split": {"columns": columns, "data": [[str(c) if c is row["as_of"] else c
                                                                 for c in cells]]}}  # fmt: skip

    return {"MLflow scoring server, same bundle": json_post(f"{server.address}/invocations", split)}


def as_text(found: dict[str, object]) -> str:
    """The figures as lines."""
    return json.dumps(found, indent=1)


if __name__ == "__main__":
    sys.exit(main())
