"""How many requests each route serves, and how long they take."""

import time
from collections.abc import Callable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends of the classes of latency: pages are meant to take less than 0.1."""
NONE = "none"
"""Stands for addresses that no route serves."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER = "other"
"""Stands for methods of whoever asks: each would be a line of its own for good."""
HIDDEN = "/metrics"

Count = Callable[[float], None]


class CountRequests:
    """Counts each request under its route's template.

    Addresses are never labels: they hold account ids.

    Args:
        app: what serves the requests.
        registry: takes the figures.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        names = ("method", "status", "handler")
        total = Counter(
            "http_requests_total", "Requests by method, status and route.", names, registry=registry
        )
        took = Histogram(
            "http_request_duration_seconds",
            "Seconds until the answer was sent, by method and route.",
            ("method", "handler"),
            buckets=SECONDS,
            registry=registry,
        )

        @cache  # finding a line by its labels costs more than adding to it
        def line(method: str, status: str, handler: str) -> Count:
            count, seconds = total.labels(method, status, handler), took.labels(method, handler)

            def add(spent: float) -> None:
                count.inc()
                seconds.observe(spent)

            return add

        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            handler = getattr(scope.get("route"), "path", "") or NONE
            if handler != HIDDEN:
                method = scope["method"] if scope["method"] in METHODS else OTHER
                self._line(method, str(status), handler)(time.perf_counter() - began)
