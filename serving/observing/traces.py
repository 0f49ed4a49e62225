"""Traces of requests by OpenTelemetry, sent where OTEL_EXPORTER_OTLP_ENDPOINT says.

A span tells the method, the route's template, the status and how long it took. Addresses,
queries, hosts, clients and the texts of errors hold account ids and names: they are taken out
before anything leaves the process, whatever the instrumentation comes to collect.
"""

from collections.abc import Mapping, Sequence

from fastapi import FastAPI
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import Attributes, AttributeValue

TOLD = frozenset(
    {
        "http.method",
        "http.request.method",
        "http.route",
        "http.status_code",
        "http.response.status_code",
        "http.scheme",
        "url.scheme",
        "http.flavor",
        "network.protocol.version",
        "error.type",
        "exception.type",
    }
)
"""Attributes without personal data; all others are left out."""
NOT_TRACED = "livez,readyz,metrics,static"
SERVICE = "forewarn"


def install(app: FastAPI, exporter: SpanExporter | None = None) -> TracerProvider:
    """Trace every request of an application.

    Args:
        app: the application.
        exporter: where spans go; by default what the standard variables OTEL_EXPORTER_OTLP_*
            say, over HTTP.

    Returns:
        What makes the spans; `force_flush` sends those that wait.
    """
    own = Resource({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=own)
    provider.add_span_processor(BatchSpanProcessor(Discreet(exporter or OTLPSpanExporter())))
    FastAPIInstrumentor.instrument_app(
        app,
        tracer_provider=provider,
        excluded_urls=NOT_TRACED,
        exclude_spans=["receive", "send"],
    )
    return provider


class Discreet(SpanExporter):
    """Passes spans on without what they must not tell.

    Args:
        exporter: what sends them.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send what may be told of the spans."""
        return self._exporter.export([_discreet(span) for span in spans])

    def shutdown(self) -> None:
        """Send no more."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self._exporter.force_flush(timeout_millis)


def _discreet(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=_name(span),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_told(span.attributes),
        events=[Event(e.name, _told(e.attributes), e.timestamp) for e in span.events],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _name(span: ReadableSpan) -> str:
    """Method and route; a request that fits no route is known by its method alone."""
    attributes: Mapping[str, AttributeValue] = span.attributes or {}
    method = attributes.get("http.method") or attributes.get("http.request.method") or "request"
    return f"{method} {attributes.get('http.route', '')}".strip()


def _told(attributes: Attributes) -> dict[str, AttributeValue]:
    return {name: value for name, value in (attributes or {}).items() if name in TOLD}
