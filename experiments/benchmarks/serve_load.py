"""Mixed routes at a fixed rate, whatever the answers take, while the champion changes."""

import asyncio
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

import aiohttp
from serve_client import send, summary
from serve_processes import ROOT, Server, ours

from pipelines.workspace import Workspace
from serving.store import (
    ModelChangeRepository,
    ModelVersionRepository,
    ScoreRepository,
    open_store,
)

ROUTES = {"account": 40, "list": 20, "explanation": 20, "history page": 10, "what-if": 5, "row": 5}
"""Of a hundred requests."""
SWAPS = 3
ATTENTION = 20.0
"""Seconds after which a request counts as failed."""


def under_load(folder: Path, seconds: float, rate: float) -> dict[str, object]:
    """Latencies from when each request was due, errors, memory, and swaps."""
    ids, versions = _known(folder)
    with ours(folder) as server:
        asyncio.run(_warm(server, ids))
        before = server.megabytes()
        found, failed = asyncio.run(_all(server, ids, seconds, rate, (folder, versions)))
        after, swaps = server.megabytes(), _swaps(server)
    every = [spent for times in found.values() for spent in times]
    return {
        "accounts": len(ids),
        "seconds": seconds,
        "asked_per_second": rate,
        "answered": len(every),
        "failed": dict(failed),
        "milliseconds": summary(every),
        "by_route": {name: summary(times) for name, times in found.items() if times},
        "megabytes": {"before": before, "after": after},
        "champion_swaps": swaps,
    }


def _known(folder: Path) -> tuple[list[str], list[str]]:
    """Accounts of the newest run, and the versions that serve and served."""
    engine = open_store(Workspace(folder).store_address)
    scores, found, cursor = ScoreRepository(engine), [], None
    while len(found) < 20_000:
        page = scores.latest(limit=200, cursor=cursor)
        found += [item.card.account_id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    changes = ModelChangeRepository(engine).all()
    engine.dispose()
    return found, list(dict.fromkeys(change.to_version for change in changes))


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
    server: Server, ids: list[str], seconds: float, rate: float, models: tuple[Path, list[str]]
) -> tuple[dict[str, list[float]], Counter[str]]:
    times: dict[str, list[float]] = {kind: [] for kind in ROUTES}
    failed: Counter[str] = Counter()
    drawn = random.Random(7)
    kinds = drawn.choices(list(ROUTES), list(ROUTES.values()), k=int(seconds * rate))
    timeout, connections = aiohttp.ClientTimeout(total=ATTENTION), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connections) as session:

        async def one(kind: str, due: float) -> None:
            try:
                request = _request(server, kind, drawn.choice(ids))
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
