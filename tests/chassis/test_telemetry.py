"""Traces, metrics and log lines of real services, as a collector and a reader of logs see them."""

from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from proofmark_chassis.connection import last_message
from proofmark_chassis.names import durable
from proofmark_chassis.testing import TestBus, serving
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.custody import DesignDecided, ReportCompiled
from proofmark_contracts.message import Zone
from tests.chassis.collector import attributes, collecting
from tests.chassis.examples import assessed
from tests.chassis.served import gate, served

GATE, REPORTER = "proofmark-gate", "proofmark-reporter"


async def test_a_trace_leads_from_sender_to_receiver_through_the_stored_message(bus: TestBus, tmp_path: Path) -> None:
    with collecting() as collector:
        told = {"PROOFMARK_OTLP_ENDPOINT": collector.url}
        async with (
            served(bus.server, "gate", tmp_path / "gate", told) as judge,
            served(bus.server, "reporter", tmp_path / "reporter", told) as reporter,
        ):
            await bus.publish(assessed("quick-1"))
            await bus.wait(ReportCompiled, "quick-1", timeout_s=20)
            assert await judge.terminate() == 0
            assert await reporter.terminate() == 0
        stored = await last_message(bus.clients[Zone.TRUST], "DECISION", DesignDecided.subject_of("quick-1"))
        assert stored is not None

    judged = collector.span(GATE, "process reliability.assessed")
    sent = collector.span(GATE, "send design.decided")
    received = collector.span(REPORTER, "process design.decided")
    assert [span.kind for span in (judged, sent, received)] == [
        Span.SPAN_KIND_CONSUMER,
        Span.SPAN_KIND_PRODUCER,
        Span.SPAN_KIND_CONSUMER,
    ]
    assert sent.parent_span_id == judged.span_id
    assert [(link.trace_id, link.span_id) for link in received.links] == [(sent.trace_id, sent.span_id)]
    assert judged.trace_id == sent.trace_id == received.trace_id
    assert stored.headers["traceparent"].startswith(f"00-{sent.trace_id.hex()}-{sent.span_id.hex()}-")
    assert attributes(received) == {
        "messaging.system": "nats",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.template": "pm.v1.design.decided.*",
        "messaging.consumer.group.name": durable("reporter", DesignDecided),
    }

    (line,) = judge.entries("handling")
    assert (line["trace_id"], line["span_id"]) == (judged.trace_id.hex(), judged.span_id.hex())
    assert (line["service"], line["study"], line["level"]) == ("gate", "quick-1", "info")
    assert {(GATE, "proofmark_deliveries"), (GATE, "proofmark_published")} <= collector.metrics


async def test_what_is_scraped_is_not_pushed_as_well(bus: TestBus, tmp_path: Path) -> None:
    with collecting() as collector:
        told = {"PROOFMARK_OTLP_ENDPOINT": collector.url, "PROOFMARK_HTTP_PORT": "0"}
        async with served(bus.server, "gate", tmp_path / "gate", told) as judge:
            await bus.publish(assessed("quick-1"))
            await bus.wait(DesignDecided, "quick-1")
            assert await judge.terminate() == 0
        assert collector.span(GATE, "send design.decided")
        assert collector.metrics == set()


async def test_a_failure_is_told_in_one_line_with_its_traceback(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "gate") as judge:
        await bus.publish(assessed("fail-1"))
        line = await judge.logged("handler_failed")
    assert line["consumer"] == durable("gate", ReliabilityAssessed)
    assert line["subject"] == "pm.v1.reliability.assessed.fail-1"
    assert line["failures"] == 1
    assert line["exception"].endswith("ZeroDivisionError: a bug")
    assert line["level"] == "error"


async def test_a_trace_that_came_with_a_message_goes_on_without_any_exporter(bus: TestBus, tmp_path: Path) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    async with served(bus.server, "gate", tmp_path / "gate") as judge:
        message = assessed("quick-1")
        await bus.clients[Zone.CORE].jetstream().publish(message.subject, message.encode(), headers=headers)
        line = await judge.logged("handling")
        await bus.wait(DesignDecided, "quick-1")
        stored = await last_message(bus.clients[Zone.TRUST], "DECISION", DesignDecided.subject_of("quick-1"))
    assert line["trace_id"] == trace_id
    assert stored is not None
    assert stored.headers["traceparent"].split("-")[1] == trace_id


@pytest.mark.parametrize("hostile", ["", "00-x-y-01", "00-" + "0" * 32 + "-" + "0" * 16 + "-00", "x" * 4000])
async def test_a_trace_that_is_none_holds_up_nobody(bus: TestBus, hostile: str) -> None:
    async with serving(bus, gate()):
        message = assessed("quick-1")
        headers = {"traceparent": hostile, "tracestate": hostile, "baggage": hostile}
        await bus.clients[Zone.CORE].jetstream().publish(message.subject, message.encode(), headers=headers)
        await bus.wait(DesignDecided, "quick-1")


async def test_a_collector_that_is_away_holds_up_nobody(bus: TestBus, tmp_path: Path) -> None:
    told = {"PROOFMARK_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    async with served(bus.server, "gate", tmp_path / "gate", told) as judge:
        await bus.publish(assessed("quick-1"))
        await bus.wait(DesignDecided, "quick-1")
        assert await judge.terminate() == 0
