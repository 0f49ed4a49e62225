"""Traces tell of requests, and nothing of accounts, people or addresses."""

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from serving.app import create_app
from serving.observing import traces
from serving.settings import read_settings
from serving.store import ScoreRepository

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def traced(sqlite_store, make_run, connect):
    ScoreRepository(sqlite_store).publish(make_run({"acc_secret": 0.5}))
    app = create_app(sqlite_store, str)

    def fail():
        raise RuntimeError("acc_secret of Lena")

    app.add_api_route("/fails", fail)
    kept = InMemorySpanExporter()
    provider = traces.install(app, kept)

    def spans():
        provider.force_flush()
        return kept.get_finished_spans()

    yield connect(app), spans
    provider.shutdown()


def test_a_request_is_a_span_by_its_route_within_the_callers_trace(traced):
    client, spans = traced
    sent = {"traceparent": CALLER, "user-agent": "Lena's browser"}
    assert client.get("/v1/accounts/acc_secret?", headers=sent).status_code == 200
    (span,) = spans()
    assert span.name == "GET /v1/accounts/{account_id:account}"
    assert span.attributes["http.status_code"] == 200
    assert f"{span.context.trace_id:032x}" == CALLER.split("-")[1]
    assert span.resource.attributes["service.name"] == "forewarn"
    assert span.end_time > span.start_time


@pytest.mark.parametrize(
    "address",
    ["/v1/accounts/acc_secret", "/v1/accounts?cursor=acc_secret", "/acc_secret", "/fails"],
)
def test_nothing_personal_is_in_a_span(traced, address):
    client, spans = traced
    client.get(address, headers={"user-agent": "acc_secret", "cookie": "x=acc_secret"})
    (span,) = spans()
    text = span.to_json()
    for word in ("acc_secret", "Lena", "127.0.0.1", "localhost", "RuntimeError: "):
        assert word not in text
    assert set(span.attributes) <= traces.TOLD


def test_health_and_files_make_no_spans(traced):
    client, spans = traced
    for address in ("/livez", "/readyz", "/metrics", "/static/console.css"):
        client.get(address)
    assert spans() == ()


def test_traces_are_sent_only_where_somebody_says_where():
    assert not read_settings({}).traces
    assert read_settings({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}).traces
    assert read_settings({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1"}).traces
