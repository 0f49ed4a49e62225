"""Mixed routes at a fixed rate, whatever the answers take, while the champion changes."""

import asyncio
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pyarrow.parquet as pq
from serve_client import send, summary
from serve_processes import ROOT, Server, ours
from sqlalchemy import select
from store import made

from features.row_file import KEY
from pipelines.stored import StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import (
    ModelChangeRepository,
    ModelVersionRepository,
    RunHead,
    RunPart,
    ScoreRepository,
    open_store,
)
from serving.store.tables import LATEST
from serving.store.transactions import reading

ROUTES = {"account": 40, "list": 20, "explanation": 20, "history page": 10, "what-if": 5, "row": 5}
"""Of a hundred requests."""
NEAR = ("explanation", "what-if", "history page")
"""What needs a snapshot of the account."""
SWAPS = 3
RATES = (5.0, 10.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 120.0, 150.0, 200.0)
MOST = 50.0
"""Milliseconds in which 99 of 100 answers are to come."""
ATTENTION = 20.0
"""Seconds after which a request counts as failed."""


def under_load(folder: Path, seconds: float, rate: float) -> dict[str, object]:
    """Latencies from when each request was due, errors, memory, and swaps."""
    ids, own, versions = _known(folder)
    with ours(folder) as server:
        asyncio.run(_warm(server, own))
        before = server.megabytes()
        found, failed = asyncio.run(_all(server, (ids, own), seconds, rate, (folder, versions)))
        after, swaps = server.megabytes(), _swaps(server)
    every = [spent for times in found.values() for spent in times]
    return {
        "accounts": len(ids),
        "accounts_with_snapshots": len(own),
        "seconds": seconds,
        "asked_per_second": rate,
        "answered": len(every),
        "failed": dict(failed),
        "milliseconds": summary(every),
        "by_route": {name: summary(times) for name, times in found.items() if times},
        "megabytes": {"before": before, "after": after},
        "champion_swaps": swaps,
    }


def climbed(folder: Path, seconds: float) -> dict[str, object]:
    """The same at one rate after another, to the first that is not answered as it should be.

    Nothing is swapped. `highest` is the last rate at which 99 of 100 answers came within `MOST`
    milliseconds of when they were due, and none failed; None where not even the first was.
    """
    ids, own, _ = _known(folder)
    steps, highest = [], None
    with ours(folder) as server:
        asyncio.run(_warm(server, own))
        for rate in RATES:
            found, failed = asyncio.run(_all(server, (ids, own), seconds, rate, (folder, [])))
            every = [each for times in found.values() for each in times]
            spent = summary(every) if every else {}
            steps.append({"rate": rate, "failed": dict(failed), "milliseconds": spent})
            if failed or spent.get("p99", MOST) > MOST:
                break
            highest = rate
    return {"accounts": len(ids), "seconds_each": seconds, "highest": highest, "steps": steps}


def _known(folder: Path) -> tuple[list[str], list[str], list[str]]:
    """Accounts of the newest run, those with a snapshot, and the versions that serve and served."""
    space = Workspace(folder)
    engine = open_store(space.store_address)
    run = ScoreRepository(engine).newest()
    if run is None:
        raise SystemExit(f"{folder} holds no scores: run `forewarn demo --workspace DIR`.")
    with reading(engine) as connection:
        table = LATEST[run.slot or 0]
        found = list(connection.scalars(select(table.c.account_id).order_by(table.c.account_id)))
    changes = ModelChangeRepository(engine).all()
    engine.dispose()
    file = StoredSnapshots(space.snapshots).runs(run.as_of)[-1].file
    own = pq.read_table(file, columns=[KEY])[KEY].to_pylist()
    return found, own, list(dict.fromkeys(change.to_version for change in changes))


def widened(folder: Path, accounts: int) -> int:
    """Publish the newest run anew with invented accounts beside the company's own.

    What needs a snapshot (an explanation, a what-if) is only there for the company's own; the
    store, its indexes and its lists are as large as if all of them were real.
    """
    engine = open_store(Workspace(folder).store_address)
    scores = ScoreRepository(engine)
    run = scores.newest()
    if run is None:
        raise SystemExit(f"{folder} holds no scores: run `forewarn demo --workspace DIR`.")
    real = scores.run(run.as_of)

    def parts() -> Iterator[RunPart]:
        yield RunPart([each.score for each in real], [each.card for each in real])
        for part in made(run.as_of, accounts - len(real)):
            yield replace(
                part, scores=[replace(s, model_version=run.model_version) for s in part.scores]
            )

    written = scores.publish_parts(
        RunHead(run.as_of, run.model_version, run.primary_horizon), parts()
    )
    engine.dispose()
    return written


def _request(server: Server, kind: str, account: str) -> tuple[str, str, object]:
    base, lever = f"{server.address}/v1", {"signals": {"adoption__users_30d": 9}}
    row = {"accounts": [{"account_id": account, "signals": {"adoption__users_30d": 9}}]}
    return {
        "account": ("GET", f"{base}/accounts/{account}", None),
        "list": ("GET", f"{base}/accounts?limit=50&band=red", None),
        "explanation": ("GET", f"{base}/explanations/{account}", None),
        "history page": ("GET", f"{server.address}/accounts/{account}", None),
        "what-if": ("POST", f"{base}/accounts/{account}/what-if", lever),
        "row": ("POST", f"{base}/scores", row),
    }[kind]


async def _warm(server: Server, ids: list[str]) -> None:
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for number in range(5):
            for kind in ROUTES:
                await send(session, _request(server, kind, ids[number % len(ids)]))


async def _all(
    server: Server,
    ids: tuple[list[str], list[str]],
    seconds: float,
    rate: float,
    models: tuple[Path, list[str]],
) -> tuple[dict[str, list[float]], Counter[str]]:
    times: dict[str, list[float]] = {kind: [] for kind in ROUTES}
    failed: Counter[str] = Counter()
    drawn = random.Random(7)
    kinds = drawn.choices(list(ROUTES), list(ROUTES.values()), k=int(seconds * rate))
    timeout, connections = aiohttp.ClientTimeout(total=ATTENTION), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connections) as session:

        async def one(kind: str, due: float) -> None:
            try:
                request = _request(server, kind, drawn.choice(ids[kind in NEAR]))
                status, _ = await send(session, request)
                times[kind].append(time.perf_counter() - due)
                if status != 200:
                    failed[f"{kind} {status}"] += 1
            except (aiohttp.ClientError, TimeoutError) as error:
                failed[f"{kind} {type(error).__name__}"] += 1

        swapping = asyncio.create_task(asyncio.to_thread(_swap, *models, seconds))
        begin, tasks = time.perf_counter(), []
        for number, kind in enumerate(kinds):
            due = begin + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(one(kind, due)))
        await asyncio.gather(*tasks)
        await swapping
    return times, failed


def _swap(folder: Path, versions: list[str], seconds: float) -> None:
    """Promote the versions in turn, as a data scientist would, from another process."""
    if len(versions) < 2:
        return
    for _ in range(SWAPS):
        time.sleep(seconds / (SWAPS + 1))
        other = next(version for version in versions if version != _champion(folder))
        command = [sys.executable, "-m", "pipelines.cli", "promote", other]
        why = ["--reason", "load test", "--force", "--workspace", str(folder)]
        subprocess.run(
            [*command, *why], check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip


def _champion(folder: Path) -> str:
    engine = open_store(Workspace(folder).store_address)
    found = ModelVersionRepository(engine).champion()
    engine.dispose()
    return found.version if found else ""


def _swaps(server: Server) -> int:
    with urllib.request.urlopen(f"{server.address}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    found = [line for line in lines if line.startswith("forewarn_model_swaps_total")]
    return int(float(found[0].split()[-1])) if found else 0
