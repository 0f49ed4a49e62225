"""`/metrics`: requests by route, and how old and how many the published scores are."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from prometheus_fastapi_instrumentator import Instrumentator
from sqlalchemy.exc import SQLAlchemyError

from serving.auth.gate import MetricsReader
from serving.live.champion import Champion
from serving.observing.counts import Counts
from serving.store import ScoreRepository


class Installed(NamedTuple):
    """What there is besides `/metrics` itself.

    Attributes:
        tell: tells the other processes of this one's model; to be done after each look at it.
        counts: counts a request that passes the middleware by.
    """

    tell: Callable[[], None]
    counts: Counts


def install(
    app: FastAPI,
    scores: ScoreRepository,
    champion: Champion | None = None,
    folder: Path | None = None,
) -> Installed:
    """Count every request by its route's template, and serve the figures.

    Addresses are never labels: they hold account ids.

    Args:
        app: whose requests are counted.
        scores: tells how old they are.
        champion: the model held; None where there is none.
        folder: where several processes put their figures together; None for one alone.
    """
    registry = CollectorRegistry()
    shown, tell = (registry, _nothing) if folder is None else _shared(registry, champion, folder)
    shown.register(Published(scores))
    if champion is not None and folder is None:
        shown.register(Held(champion))
    counting = Instrumentator(
        should_group_status_codes=False, excluded_handlers=["/metrics"], registry=registry
    )
    counts = Counts(registry)
    counting.add(counts.told).instrument(app)

    @app.get("/metrics", include_in_schema=False)
    def get_metrics(request: Request, principal: MetricsReader) -> Response:  # noqa: ARG001
        return Response(generate_latest(shown), media_type=CONTENT_TYPE_LATEST)

    return Installed(tell, counts)


def _nothing() -> None:
    pass


def _shared(
    registry: CollectorRegistry, champion: Champion | None, folder: Path
) -> tuple[CollectorRegistry, Callable[[], None]]:
    """What shows the figures of all processes, and what adds this one's model to them."""
    _forget_the_dead(folder)
    shown = CollectorRegistry()
    MultiProcessCollector(shown, str(folder))  # type: ignore[no-untyped-call]
    return shown, _nothing if champion is None else HeldTogether(champion, registry).tell


def _forget_the_dead(folder: Path) -> None:
    """Leave out what processes that ended say of themselves; what they counted stays."""
    for file in folder.glob("gauge_live*.db"):
        process = int(file.stem.rpartition("_")[2])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]


class Published(Collector):
    """Figures of the newest run, read from the store when they are asked for.

    Args:
        scores: where the runs are.
        today: the present day, UTC.
    """

    def __init__(
        self, scores: ScoreRepository, today: Callable[[], date] = lambda: datetime.now(UTC).date()
    ) -> None:
        self._scores, self._today = scores, today

    def collect(self) -> Iterator[Metric]:
        """The figures; without those of the scores where there are none."""
        up = GaugeMetricFamily("forewarn_store_up", "1 where the store answers")
        try:
            run, counts = self._scores.newest(), self._scores.counts()
        except SQLAlchemyError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        if run is None:
            return
        age = (self._today() - run.as_of).days
        yield GaugeMetricFamily(
            "forewarn_scores_age_days", "Days since the day the newest scores describe", age
        )
        accounts = GaugeMetricFamily(
            "forewarn_accounts", "Accounts of the newest run by band", labels=["band"]
        )
        for band, count in counts.items():
            accounts.add_metric([band.value], count)
        yield accounts

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: the store is not asked before somebody asks here."""
        return iter(())


class Held(Collector):
    """Which model this process holds, and whether it is the one that should serve."""

    def __init__(self, champion: Champion) -> None:
        self._champion = champion

    def collect(self) -> Iterator[Metric]:
        """The figures."""
        serving, refused = self._champion.serving, self._champion.refused
        held = GaugeMetricFamily("forewarn_model", "1 for the version held", labels=["version"])
        if serving is not None:
            held.add_metric([serving.promoted.version], 1)
        yield held
        yield GaugeMetricFamily(
            "forewarn_model_refused",
            "1 while the version that should serve cannot be had as it was promoted",
            float(refused is not None),
        )
        yield CounterMetricFamily(
            "forewarn_model_swaps", "Versions that took the place of one", self._champion.swaps
        )

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand."""
        return iter(())


class HeldTogether:
    """The same of several processes: how many hold a version, and how many swaps there were.

    Args:
        champion: of this process.
        registry: of this process; the figures lie in files that all of them read.
    """

    def __init__(self, champion: Champion, registry: CollectorRegistry) -> None:
        self._champion, self._version, self._swaps = champion, "", 0
        self._held = Gauge(
            "forewarn_model", "Processes that hold the version", ["version"],
            multiprocess_mode="livesum", registry=registry,
        )  # fmt: skip
        self._refused = Gauge(
            "forewarn_model_refused",
            "1 while the version that should serve cannot be had as it was promoted",
            multiprocess_mode="livemax",
            registry=registry,
        )
        self._swapped = Counter(
            "forewarn_model_swaps", "Versions that took the place of one", registry=registry
        )
        self.tell()

    def tell(self) -> None:
        """Write down how it is now."""
        serving, swaps = self._champion.serving, self._champion.swaps
        if self._version:
            self._held.labels(self._version).set(0)
        self._version = serving.promoted.version if serving else ""
        if self._version:
            self._held.labels(self._version).set(1)
        self._refused.set(float(self._champion.refused is not None))
        self._swapped.inc(swaps - self._swaps)
        self._swaps = swaps
