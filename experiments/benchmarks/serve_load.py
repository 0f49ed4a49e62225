"""Mixed routes at a fixed rate, whatever the answers take, while the champion changes."""

import asyncio
import gc
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

import pyarrow.parquet as pq
import uvloop
from lean_client import LeanClient, opened
from serve_client import summary
from serve_mix import ATTENTION, CLIENTS, PATIENCE, ROUTES, Mix, Request, body_of
from serve_processes import Server, ours
from serve_swaps import swap, swaps_of
from sqlalchemy import select
from store import made

from features.row_file import KEY
from pipelines.stored import StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import (
    ModelChangeRepository,
    RunHead,
    RunPart,
    ScoreRepository,
    open_store,
)
from serving.store.tables import LATEST
from serving.store.transactions import reading

LOOKS = 12
RATES = (5.0, 10.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 120.0, 150.0, 200.0)
PARTS = 30
RISE, STEPS = 60.0, 6
"""Seconds in which the rate rises, and how often."""
MOST = 50.0
"""Milliseconds in which 99 of 100 answers are to come."""
Times = dict[str, dict[float, float]]
"""Of each route, how many seconds a request took by when it was due."""


def under_load(folder: Path, seconds: float, rate: float, workers: int) -> dict[str, object]:
    """Latencies from when each request was due, errors, memory, and swaps.

    The rate rises for a minute first, as it does in a morning, and what that took is told apart:
    it holds the first answer of most lists, and the first explanation of nearly every account.
    """
    known = _known(folder)
    with ours(folder, workers) as server:
        mix = known.mix(server)
        uvloop.run(_warm(mix))
        risen = _risen(mix, rate, folder)
        memory, spent = Memory(server, seconds), Spent(server)
        gc.freeze()  # this client's own looks for garbage are no part of what is measured
        with memory:
            found, failed = uvloop.run(_all(mix, seconds, rate, (folder, known.versions)))
        processor = spent.each(sum(map(len, found.values())))
        swaps = swaps_of(server)
    every = [spent for times in found.values() for spent in times.values()]
    return {
        "accounts": len(known.ids),
        "accounts_with_snapshots": len(known.own),
        "processes": workers,
        "shares_of_routes": ROUTES,
        "seconds": seconds,
        "asked_per_second": rate,
        "while_the_rate_rose": risen,
        "answered": len(every),
        "failed": dict(failed),
        "milliseconds": summary(every),
        "processor_milliseconds_each": processor,
        "by_route": {name: summary(list(each.values())) for name, each in found.items() if each},
        "p99_by_part": _parts(found, seconds),
        "megabytes": memory.seen,
        "champion_swaps_by_process": swaps / workers,
    }


def climbed(folder: Path, seconds: float, workers: int) -> dict[str, object]:
    """The same at one rate after another, to the first that is not answered as it should be.

    Nothing is swapped. `highest` is the last rate at which 99 of 100 answers came within `MOST`
    milliseconds of when they were due, and none failed; None where not even the first was.
    """
    known = _known(folder)
    steps, highest = [], None
    with ours(folder, workers) as server:
        mix = known.mix(server)
        uvloop.run(_warm(mix))
        for rate in RATES:
            used = Spent(server)
            found, failed = uvloop.run(_all(mix, seconds, rate, (folder, [])))
            every = [each for times in found.values() for each in times.values()]
            spent = summary(every) if every else {}
            steps.append(
                {
                    "rate": rate,
                    "failed": dict(failed),
                    "milliseconds": spent,
                    "processor_milliseconds_each": used.each(len(every)),
                }
            )
            if failed or spent.get("p99", MOST) > MOST:
                break
            highest = rate
    return {"accounts": len(known.ids), "seconds_each": seconds, "highest": highest, "steps": steps}


class Spent:
    """Processor time of a service and of this client from now on; that of the store is not in it.

    Where other programs share the machine, this says more than latencies do.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._then = server.busy(), time.process_time()

    def each(self, requests: int) -> dict[str, float]:
        """Milliseconds for each of so many requests."""
        now = self._server.busy(), time.process_time()
        names = ("service", "client")
        return {
            name: round(1000 * (after - before) / max(requests, 1), 2)
            for name, before, after in zip(names, self._then, now, strict=True)
        }


class Memory:
    """Looks at the resident memory of a service, a dozen times while it is under load."""

    def __init__(self, server: Server, seconds: float) -> None:
        self._server, self._wait = server, seconds / LOOKS
        self.seen: list[float] = []
        self._ended = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Look once more."""
        self._ended.set()
        self._thread.join()
        self.seen.append(self._server.megabytes())

    def _look(self) -> None:
        while True:
            self.seen.append(self._server.megabytes())
            if self._ended.wait(self._wait):
                return


@dataclass(frozen=True)
class Known:
    """What is asked for.

    Attributes:
        ids: accounts of the newest run.
        own: those with a snapshot, each with its row as the body of a request.
        versions: the versions that serve and served.
    """

    ids: list[str]
    own: dict[str, bytes]
    versions: list[str]

    def mix(self, server: Server) -> Mix:
        """Requests to a service, always the same."""
        return Mix(server.address, self.ids, self.own, random.Random(7))


def _known(folder: Path) -> Known:
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
    stored = StoredSnapshots(space.snapshots).runs(run.as_of)[-1]
    own = {row[KEY]: body_of(row) for row in pq.read_table(stored.file).to_pylist()}
    return Known(found, own, list(dict.fromkeys(change.to_version for change in changes)))


INVENTED = re.compile(r"acc_\d{7}$")
"""Ids of accounts that `made` invents, which an earlier call may have published."""


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
    real = [each for each in scores.run(run.as_of) if not INVENTED.match(each.card.account_id)]

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


def _parts(found: Times, seconds: float) -> list[float]:
    """The 99th percentile of each of `PARTS` parts of the time, in milliseconds."""
    parts: list[list[float]] = [[] for _ in range(PARTS)]
    for times in found.values():
        for due, spent in times.items():
            parts[min(int(due / seconds * PARTS), PARTS - 1)].append(spent)
    return [summary(part)["p99"] for part in parts if part]


def _risen(mix: Mix, rate: float, folder: Path) -> dict[str, object]:
    """Latencies and failures while the rate rises in steps; nothing is swapped."""
    every: list[float] = []
    failed: Counter[str] = Counter()
    for step in range(1, STEPS + 1):
        found, new = uvloop.run(_all(mix, RISE / STEPS, rate * step / STEPS, (folder, [])))
        every += [spent for times in found.values() for spent in times.values()]
        failed += new
    return {"seconds": RISE, "failed": dict(failed), "milliseconds": summary(every)}


async def _warm(mix: Mix) -> None:
    """Each kind a few times, over connections that reach every process of the service.

    At a million accounts a process begins by reading columns into memory, and is asked until it
    searches there: for half a minute after a publication a search takes seconds.
    """
    async with opened(CLIENTS, PATIENCE) as sessions:
        for session in sessions:
            for kind in ROUTES:
                await sent(session, mix.request(kind))
            until = time.monotonic() + PATIENCE
            while await _seconds(session, mix.request("search")) > 1 and time.monotonic() < until:
                await asyncio.sleep(1)


async def _seconds(session: LeanClient, request: Request) -> float:
    begin = time.perf_counter()
    await sent(session, request)
    return time.perf_counter() - begin


async def _all(
    mix: Mix, seconds: float, rate: float, models: tuple[Path, list[str]]
) -> tuple[Times, Counter[str]]:
    times: Times = {kind: {} for kind in ROUTES}
    failed: Counter[str] = Counter()
    kinds = mix.draw.choices(list(ROUTES), list(ROUTES.values()), k=int(seconds * rate))
    async with opened(CLIENTS, ATTENTION) as sessions:

        async def one(number: int, due: float) -> None:
            kind = kinds[number]
            try:
                status = await sent(sessions[number % CLIENTS], mix.request(kind))
                times[kind][due - begin] = time.perf_counter() - due
                if status != 200:
                    failed[f"{kind}: {status}"] += 1
            except (OSError, TimeoutError) as error:
                failed[f"{kind}: {type(error).__name__}"] += 1

        swapping = asyncio.create_task(asyncio.to_thread(swap, *models, seconds))
        begin, tasks = time.perf_counter(), set[asyncio.Task[None]]()
        for number in range(len(kinds)):
            due = begin + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            task = asyncio.create_task(one(number, due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        await swapping
    return times, failed


async def sent(client: LeanClient, request: Request) -> int:
    """The status of an answer that was read to its end."""
    return await client.status(request.method, request.address, request.body)
