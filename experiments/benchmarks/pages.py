"""What the console's pages take of the server at 100,000 accounts.

Two days of invented scores are published to SQLite, as `store.py` does, and every page is asked
for within this process: requests through the whole application (routing, rendering, packing), one
after the other, without a network. The first request of a page is told apart, because pictures and
counts of a run are kept from then on. With `--workspace`, the pages of that workspace are measured
too: an account with everything that lies beside the store, models, insights.

    python experiments/benchmarks/pages.py [--accounts N] [--workspace DIR] [--json]
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from store import DAYS, loaded

from models.score import Band
from pipelines.serve import compose
from pipelines.workspace import Workspace
from serving.app import App, create_app
from serving.console.accounts.query import ListQuery
from serving.settings import read_settings
from serving.store import Question, ScoreRepository, open_store

TIMES = 50
HERE = "http://localhost"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--workspace", type=Path, help="of a trained and scored company")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = invented(given.accounts)
    if given.workspace:
        found |= of_workspace(given.workspace)
    print(json.dumps(found, indent=2) if given.json else as_text(found))
    return 0


def as_text(found: dict[str, dict[str, float]]) -> str:
    """The figures in milliseconds, one page a line."""
    names = list(next(iter(found.values())))
    rows = [f"{'page':34}" + "".join(f"{name:>14}" for name in names)]
    rows += [f"{page:34}" + "".join(f"{of[n]:14.1f}" for n in names) for page, of in found.items()]
    return "\n".join(rows)


def invented(accounts: int) -> dict[str, dict[str, float]]:
    """Pages over a store of so many invented accounts."""
    with tempfile.TemporaryDirectory(prefix="forewarn-bench-") as folder:
        engine = open_store(f"sqlite:///{Path(folder) / 'store.db'}")
        scores = ScoreRepository(engine)
        for day in DAYS:
            loaded(scores, day, accounts)
        app = create_app(engine, lambda reason: f"{reason.signal} moved.", currency="EUR")
        found = asyncio.run(asked(app, _pages(scores, accounts)))
        engine.dispose()
    return found


def of_workspace(folder: Path) -> dict[str, dict[str, float]]:
    """Pages over a real workspace, with single accounts seen from near."""
    workspace = Workspace(folder)
    engine = open_store(workspace.store_address)
    page = ScoreRepository(engine).latest(limit=TIMES + 1)
    ids = [each.card.account_id for each in page.items]
    pages = {
        "models": ["/models"] * TIMES,
        "insights": ["/insights"] * TIMES,
        "queue, from near": ["/queue"] * TIMES,
    }
    app = compose(engine, workspace, read_settings(), print)
    return asyncio.run(from_near(app, ids)) | asyncio.run(asked(app, pages))


async def from_near(app: App, ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """Accounts as a browser asks for them: the page, then what would help; and the page again."""
    part = {"hx-request": "true", "hx-target": "help"}
    steps: dict[str, list[dict[str, float]]] = {
        "account, from near": [],
        "account, what would help": [],
        "account, looked at again": [],
    }
    async with _client(app) as client:
        for each in ids:
            found = (
                await timed(client, f"/accounts/{each}"),
                await timed(client, f"/what-if/{each}", part),
                await timed(client, f"/accounts/{each}"),
            )
            for step, spent in zip(steps.values(), found, strict=True):
                step.append(spent)
    return {name: figures(spent) for name, spent in steps.items()}


def _pages(scores: ScoreRepository, accounts: int) -> dict[str, list[str]]:
    """Addresses by page, the first of each asked for apart."""
    ids = [f"acc_{n:07}" for n in range(0, accounts, max(1, accounts // (TIMES + 1)))][: TIMES + 1]
    return {
        "nothing, for comparison": ["/livez"] * TIMES,
        "portfolio": ["/"] * TIMES,
        "accounts": ["/accounts"] * TIMES,
        "accounts, red by expected loss": [f"/accounts?band={Band.RED.value}"] * TIMES,
        "accounts, further pages": _further(scores),
        "accounts, searched": [f"/accounts?find=company {each[4:]}" for each in ids],
        "accounts, silent for 30 days": ["/accounts?silent=30"] * TIMES,
        "accounts, of a CSM": [f"/accounts?csm=CSM+{n}" for n in range(TIMES + 1)],
        "accounts, of an industry": [f"/accounts?industry=Industry+{n % 20}" for n in range(51)],
        "account": [f"/accounts/{each}" for each in ids],
        "queue": ["/queue"] * TIMES,
    }


def _further(scores: ScoreRepository) -> list[str]:
    found, query = [], ListQuery()
    for _ in range(TIMES + 1):
        cursor = scores.latest(Question(), sort=query.sort, cursor=query.cursor).next_cursor
        query = query.with_(cursor=cursor)
        found.append(query.link())
    return found


async def asked(app: App, pages: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    """Milliseconds of each page: of the first request, and of the others."""
    async with _client(app) as client:
        await client.get("/livez")
        return {
            page: figures([await timed(client, address) for address in addresses])
            for page, addresses in pages.items()
        }


def _client(app: App) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE, timeout=600)


def figures(spent: Sequence[dict[str, float]]) -> dict[str, float]:
    """Of the first request, and of the others."""
    first, *others = spent
    wall, cpu = [each["wall"] for each in others], [each["cpu"] for each in others]
    return {
        "first": first["wall"],
        "median": statistics.median(wall),
        "p95": p95(wall),
        "cpu median": statistics.median(cpu),
        "cpu p95": p95(cpu),
        "kB": statistics.median(each["bytes"] for each in others) / 1000,
    }


async def timed(
    client: httpx.AsyncClient, address: str, more: dict[str, str] | None = None
) -> dict[str, Any]:
    """One request: milliseconds on the wall, of this process's cores, and bytes unpacked."""
    headers = {"accept": "text/html", **(more or {})}
    wall, cpu = time.perf_counter(), time.process_time()
    answer = await client.get(address, headers=headers)
    spent = {"wall": 1000 * (time.perf_counter() - wall), "cpu": 1000 * (time.process_time() - cpu)}
    if answer.status_code != httpx.codes.OK:
        raise SystemExit(f"{address} answered {answer.status_code}.")
    return {**spent, "bytes": len(answer.content)}


def p95(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
