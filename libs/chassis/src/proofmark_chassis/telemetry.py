"""Traces, metrics and log lines of a service.

The OpenTelemetry API costs nothing while no exporter is configured; `traceparent` travels on either way. The messaging
attribute names are still marked as in development by their standard, so they stand here and nowhere else.
"""

import logging
import sys
from collections import defaultdict
from collections.abc import Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import structlog
from nats.aio.msg import Msg
from opentelemetry import context as otel_context
from opentelemetry import metrics, trace
from opentelemetry.propagate import extract, inject
from opentelemetry.trace import Link, SpanKind

from proofmark_chassis.settings import ServiceSettings
from proofmark_contracts.message import Message

_tracer = trace.get_tracer("proofmark")
_meter = metrics.get_meter("proofmark")
deliveries = _meter.create_counter("proofmark_deliveries", description="Deliveries by consumer and outcome.")
redeliveries = _meter.create_counter("proofmark_redeliveries", description="Deliveries that were not the first.")
dead_letters = _meter.create_counter("proofmark_dead_letters", description="Messages parked with their reason.")
published = _meter.create_counter("proofmark_published", description="Messages recorded, by class and outcome.")
intervals = _meter.create_counter("proofmark_intervals", description="Live estimates, by whether they are narrower.")
handling_s = _meter.create_histogram(
    "proofmark_handling",
    unit="s",
    description="Delivery to acknowledgement.",
    explicit_bucket_boundaries_advisory=[0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800],
)
pending = _meter.create_gauge("proofmark_consumer_pending", description="Messages a consumer has still to deliver.")
in_work = _meter.create_up_down_counter("proofmark_in_work", description="Deliveries without an answer yet.")
_waiting: defaultdict[str, dict[str, int]] = defaultdict(dict)


def configure(service: str, settings: ServiceSettings) -> None:
    """Set up log lines, and exporters where the settings ask for them."""
    _configure_logs(service, settings.log_level)
    if settings.otlp_endpoint is None and settings.http_port is None:
        return
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource

    resource = Resource.create({"service.name": f"proofmark-{service}", "service.namespace": "proofmark"})
    readers: list[MetricReader] = []
    if settings.http_port is not None:
        from opentelemetry.exporter.prometheus import PrometheusMetricReader

        readers.append(PrometheusMetricReader())
    if settings.otlp_endpoint is not None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        base = settings.otlp_endpoint.rstrip("/")
        if not readers:
            # What is scraped and pushed would be counted twice.
            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics")))
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
        trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=readers))


def flush() -> None:
    """Hand over what exporters still hold."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        shutdown = getattr(provider, "shutdown", None)
        if shutdown is not None:
            shutdown()


def declare(consumer: str) -> None:
    """Show what counts failures from the start: a count that appears with its first failure has not grown."""
    for outcome in ("done", "failed", "parked"):
        deliveries.add(0, {"consumer": consumer, "outcome": outcome})
    for counter in (redeliveries, dead_letters):
        counter.add(0, {"consumer": consumer})


def waiting(name: str, consumer: str, messages: int) -> None:
    """Say how many messages a consumer has left; one name may stand for the consumers of many studies."""
    _waiting[name][consumer] = messages
    if not messages:
        del _waiting[name][consumer]
    pending.set(sum(_waiting[name].values()), {"consumer": name})


def taken(consumer: str, message: Msg) -> None:
    """Count a delivery as in work, until it is `answered`."""
    in_work.add(1, {"consumer": consumer})
    if message.metadata.num_delivered > 1:
        redeliveries.add(1, {"consumer": consumer})


def answered(consumer: str, outcome: str, seconds: float) -> None:
    in_work.add(-1, {"consumer": consumer})
    deliveries.add(1, {"consumer": consumer, "outcome": outcome})
    handling_s.record(seconds, {"consumer": consumer})


def recorded(message: Message) -> None:
    """Count a message by its class and by the outcome or verdict that it states, if it states one."""
    outcome = getattr(message, "outcome", None) or getattr(message, "verdict", "")
    published.add(1, {"message": message.verb, "outcome": outcome})


def outgoing(message: Message) -> dict[str, str]:
    """Headers that carry the trace on; a producer span marks the sending."""
    carrier: dict[str, str] = {}
    with _tracer.start_as_current_span(
        f"send {message.verb}", kind=SpanKind.PRODUCER, attributes=_attributes("send", message)
    ):
        inject(carrier)
    return carrier


def processing(cls: type[Message], consumer: str, headers: dict[str, str]) -> AbstractContextManager[None]:
    """A consumer span, linked to the span that sent the message; nothing where nobody traces."""
    if "traceparent" not in headers and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return nullcontext()
    return _processing(cls, consumer, headers)


@contextmanager
def _processing(cls: type[Message], consumer: str, headers: dict[str, str]) -> Iterator[None]:
    sender = extract(headers)
    span_context = trace.get_current_span(sender).get_span_context()
    links = [Link(span_context)] if span_context.is_valid else []
    attributes = _attributes("process", cls) | {"messaging.consumer.group.name": consumer}
    token = otel_context.attach(sender)
    try:
        with _tracer.start_as_current_span(
            f"process {cls.verb}", kind=SpanKind.CONSUMER, links=links, attributes=attributes
        ):
            yield
    finally:
        otel_context.detach(token)


def _attributes(operation: str, message: Message | type[Message]) -> dict[str, str]:
    return {
        "messaging.system": "nats",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.template": message.subject_of(),
    }


def _configure_logs(service: str, level: str) -> None:
    renderer: Any = structlog.processors.JSONRenderer()
    if sys.stderr.isatty():
        # The pretty tracebacks show local variables, and with them secrets.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _with_trace,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(service=service)


def _with_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = format(span.trace_id, "032x")
        event["span_id"] = format(span.span_id, "016x")
    return event
