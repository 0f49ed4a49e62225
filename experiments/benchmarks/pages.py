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
        "account, from near": [f"/accounts/{each}" for each in ids],
        "account, what would help": [f"/what-if/{each}" for each in ids],
        "models": ["/models"] * TIMES,
        "insights": ["/insights"] * TIMES,
        "queue, from near": ["/queue"] * TIMES,
    }
    return asyncio.run(asked(compose(engine, workspace, read_settings(), print), pages))


def _pages(scores: ScoreRepository, accounts: int) -> dict[str, list[str]]:
    """Addresses by page, the first of each asked for apart."""
    ids = [f"acc_{n:07}" for n in range(0, accounts, max(1, accounts // (TIMES + 1)))][: TIMES + 1]
    return {
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
    from serving.console.accounts.query import ListQuery

    found, query = [], ListQuery()
    for _ in range(TIMES + 1):
        cursor = scores.latest(Question(), sort=query.sort, cursor=query.cursor).next_cursor
        query = query.with_(cursor=cursor)
        found.append(query.link())
    return found


async def asked(app: App, pages: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    """Milliseconds of each page: of the first request, and of the others."""
    transport = httpx.ASGITransport(app)
    found = {}
    async with httpx.AsyncClient(transport=transport, base_url=HERE, timeout=600) as client:
        await client.get("/livez")
        for page, addresses in pages.items():
            first, *others = [await timed(client, address) for address in addresses]
            found[page] = {
                "first": first["wall"],
                "median": statistics.median(each["wall"] for each in others),
                "p95": p95([each["wall"] for each in others]),
                "cpu median": statistics.median(each["cpu"] for each in others),
                "cpu p95": p95([each["cpu"] for each in others]),
                "kB": statistics.median(each["bytes"] for each in others) / 1000,
            }
    return found


async def timed(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """One request: milliseconds on the wall, of this process's cores, and bytes unpacked."""
    headers = {"accept": "text/html"}
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
