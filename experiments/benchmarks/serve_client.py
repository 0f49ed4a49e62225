"""A client for HTTP: requests in turn or on a schedule, and what their times say."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Asked:
    """One kind of request; address and body may depend on its number."""

    method: str
    address: Any
    body: Callable[[int], object] | None = None

    def of(self, number: int) -> tuple[str, str, object]:
        """Method, address and body of one request."""
        address = self.address(number) if callable(self.address) else self.address
        return self.method, address, self.body(number) if self.body else None


def json_post(address: str, body: Callable[[int], object]) -> Asked:
    """A POST of JSON."""
    return Asked("POST", address, body)


async def send(session: aiohttp.ClientSession, request: tuple[str, str, object]) -> tuple[int, int]:
    """The status, and the bytes of the answer."""
    method, address, body = request
    async with session.request(method, address, json=body) as answer:
        return answer.status, len(await answer.read())


async def in_turn(asked: Mapping[str, Asked], rounds: int, warm: int) -> dict[str, list[float]]:
    """Seconds of each request; every round asks all kinds once, so that all meet the same noise.

    Raises:
        RuntimeError: an answer is not 200.
    """
    times: dict[str, list[float]] = {name: [] for name in asked}
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for number in range(warm + rounds):
            for name, kind in asked.items():
                request = kind.of(number)
                begin = time.perf_counter()
                status, _ = await send(session, request)
                spent = time.perf_counter() - begin
                if status != 200:
                    raise RuntimeError(f"{name} answered {status}: {request[1]}")
                if number >= warm:
                    times[name].append(spent)
    return times


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and mean in milliseconds, and requests a second one by one."""
    ordered = sorted(1000 * spent for spent in times)
    mean = statistics.fmean(ordered)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p99": round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 2),
        "mean": round(mean, 2),
        "per_second": round(1000 / mean, 1),
    }
