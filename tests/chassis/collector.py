"""The smallest OTLP/HTTP collector: keeps the spans and metric names it is sent."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """What was received so far, by the service that sent it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[tuple[str, Span]] = []
        self.metrics: set[tuple[str, str]] = set()

    def span(self, service: str, name: str) -> Span:
        """The one span of this name."""
        (found,) = [span for sender, span in self.spans if (sender, span.name) == (service, name)]
        return found

    def receive(self, path: str, body: bytes) -> None:
        if path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                sender = _service(resource.resource.attributes)
                self.spans += [(sender, span) for scope in resource.scope_spans for span in scope.spans]
        elif path == "/v1/metrics":
            for group in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                sender = _service(group.resource.attributes)
                self.metrics |= {(sender, metric.name) for scope in group.scope_metrics for metric in scope.metrics}


def attributes(span: Span) -> dict[str, str]:
    return {entry.key: entry.value.string_value for entry in span.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Collect as long as the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.receive(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield collector
        server.shutdown()
        thread.join()


def _service(entries: Iterable[KeyValue]) -> str:
    return {entry.key: entry.value.string_value for entry in entries}["service.name"]
