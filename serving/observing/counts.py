"""What is counted of each request: how many, how large, and how long they took."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, Summary
from prometheus_fastapi_instrumentator.metrics import Info

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends of the classes of latency: pages are meant to take less than 0.1."""
FINE_SECONDS = (
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10,
    30, 60,
)  # fmt: skip
"""Those of all routes together."""
BYTES = "Only value of header is respected. Otherwise ignored. No percentile calculated."


class Asked(NamedTuple):
    """What a request is counted under: names known beforehand, never a part of an address.

    Attributes:
        handler: the route's template.
    """

    method: str
    handler: str
    status: str


class Sizes(NamedTuple):
    """Bytes of the bodies of a request and of its answer, as they are sent."""

    sent: int
    answered: int


class Counts:
    """Counts requests.

    The names, labels and classes are those that prometheus-fastapi-instrumentator gives, which
    boards are made for. Looking up what is counted costs more than counting, so it is kept.

    Args:
        registry: where the figures are.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        total = Counter(
            "http_requests_total",
            "Total number of requests by method, status and handler.",
            ["method", "status", "handler"],
            registry=registry,
        )
        sent = Summary(
            "http_request_size_bytes",
            f"Content length of incoming requests by handler. {BYTES}",
            ["handler"],
            registry=registry,
        )
        answered = Summary(
            "http_response_size_bytes",
            f"Content length of outgoing responses by handler. {BYTES}",
            ["handler"],
            registry=registry,
        )
        self._all = Histogram(
            "http_request_duration_highr_seconds",
            "Latency with many buckets but no API specific labels.",
            buckets=FINE_SECONDS,
            registry=registry,
        )
        took = Histogram(
            "http_request_duration_seconds",
            "Latency with only few buckets by handler.",
            ["method", "handler"],
            buckets=SECONDS,
            registry=registry,
        )

        @cache
        def of(asked: Asked) -> tuple[Counter, Summary, Summary, Histogram]:
            method, handler, status = asked
            sizes = sent.labels(handler), answered.labels(handler)
            return total.labels(method, status, handler), *sizes, took.labels(method, handler)

        self._of = of

    def add(self, asked: Asked, sizes: Sizes, seconds: float) -> None:
        """Count one request."""
        total, sent, answered, took = self._of(asked)
        total.inc()
        sent.observe(sizes.sent)
        answered.observe(sizes.answered)
        self._all.observe(seconds)
        took.observe(seconds)

    def told(self, info: Info) -> None:
        """Count one request, as the middleware of all other routes tells it."""
        answered = 0 if info.response is None else length(info.response.headers)
        sizes = Sizes(length(info.request.headers), answered)
        asked = Asked(info.method, info.modified_handler, info.modified_status)
        self.add(asked, sizes, info.modified_duration)


def length(headers: Mapping[str, str]) -> int:
    """Bytes of a body, as its headers say."""
    return int(headers.get("content-length", 0))
