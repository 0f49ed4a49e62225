"""`/metrics`: requests by route, and how old and how many the published scores are."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_fastapi_instrumentator import Instrumentator
from sqlalchemy.exc import SQLAlchemyError

from serving.auth.gate import MetricsReader
from serving.live.champion import Champion
from serving.store import ScoreRepository

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends of the classes of latency: pages are meant to take less than 0.1."""


def install(app: FastAPI, scores: ScoreRepository, champion: Champion | None = None) -> None:
    """Count every request by its route's template, and serve the figures.

    Addresses are never labels: they hold account ids.
    """
    registry = CollectorRegistry()
    registry.register(Published(scores))
    if champion is not None:
        registry.register(Held(champion))
    counting = Instrumentator(
        should_group_status_codes=False, excluded_handlers=["/metrics"], registry=registry
    )
    counting.instrument(app, latency_lowr_buckets=SECONDS)

    @app.get("/metrics", include_in_schema=False)
    def get_metrics(request: Request, principal: MetricsReader) -> Response:  # noqa: ARG001
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


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
