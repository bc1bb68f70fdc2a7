"""Dead letters on a real server: nothing that cannot be used is lost, whoever died over it."""

import asyncio
import json
import os

import pytest
from structlog.testing import capture_logs

from proofmark_chassis import Context, Rejected, Service
from proofmark_chassis.connection import message_at
from proofmark_chassis.names import advisory_stream, durable, max_deliveries_advisory
from proofmark_chassis.objects import ObjectStore
from proofmark_chassis.testing import TestBus, serving
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import BatchCompleted, SimulateChunk
from proofmark_contracts.custody import DesignDecided
from proofmark_contracts.message import TABLE_BYTES_INLINE, Message, Zone
from proofmark_contracts.study import SpecSubmitted
from tests.chassis.examples import assessed, chunk, completed, decided

GATE = durable("gate", ReliabilityAssessed)


async def die_over_every_delivery(bus: TestBus, zone: Zone, stream: str, consumer: str, times: int) -> None:
    """Take a message again and again without ever answering, as workers do that are killed."""
    server = bus.clients[zone].jetstream()
    config = (await server.consumer_info(stream, consumer)).config
    config.max_deliver, config.ack_wait = times, 0.05
    await server.add_consumer(stream, config)
    worker = await server.pull_subscribe_bind(durable=consumer, stream=stream)
    for _ in range(times):
        await worker.fetch(1, timeout=5)
    await worker.unsubscribe()


def gate() -> Service:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        return [decided(message.study)]

    return service


async def test_a_message_that_kills_its_workers_is_parked_with_its_bytes(bus: TestBus) -> None:
    await bus.publish(assessed("deadly-r1"))
    await die_over_every_delivery(bus, Zone.CORE, "ESTIMATE", GATE, times=3)
    async with serving(bus, gate()):
        await bus.publish(assessed("harmless-r1"))
        await bus.wait(DesignDecided, "harmless-r1")
        # The server tells of it when somebody asks for more.
        parked = await bus.dead_letter(Zone.CORE, "ESTIMATE", GATE)
        assert await bus.read(DesignDecided, "deadly-r1") is None
    assert parked.data == assessed("deadly-r1").encode()
    assert parked.headers["pm-subject"] == assessed("deadly-r1").subject
    assert parked.headers["pm-reason"] == "3 deliveries ended without an answer: whoever worked on it died"


async def test_a_casualty_is_parked_though_the_server_restarts(bus: TestBus) -> None:
    await bus.publish(assessed("deadly-r1"))
    await die_over_every_delivery(bus, Zone.CORE, "ESTIMATE", GATE, times=2)
    with pytest.raises(TimeoutError):
        await (await bus.clients[Zone.CORE].jetstream().pull_subscribe_bind(GATE, stream="ESTIMATE")).fetch(1, 0.3)
    bus.server.kill()
    await asyncio.to_thread(bus.server.start)
    async with serving(bus, gate()):
        parked = await bus.dead_letter(Zone.CORE, "ESTIMATE", GATE)
    assert parked.data == assessed("deadly-r1").encode()


@pytest.mark.parametrize(
    "forged", [b"{}", b"[]", b"\xff", b'{"stream": "RESULT", "seq": 1}', b'{"stream_seq": "x", "deliveries": 1}']
)
async def test_a_forged_advisory_is_passed_over(bus: TestBus, forged: bytes) -> None:
    await bus.publish(assessed("innocent-r1"))
    server = bus.clients[Zone.CORE].jetstream()
    with capture_logs() as logs:
        async with serving(bus, gate()):
            await server.publish(max_deliveries_advisory("ESTIMATE", GATE), forged)
            await bus.wait(DesignDecided, "innocent-r1")
            async with asyncio.timeout(5):
                while (await server.consumer_info(advisory_stream(Zone.CORE), "gate-casualties-core")).num_pending:
                    await asyncio.sleep(0.01)
    assert "advisory_not_understood" in [entry["event"] for entry in logs]
    assert await bus.count(Zone.CORE, "DLQ_CORE") == 0


async def test_an_advisory_about_a_message_that_is_gone_is_passed_over(bus: TestBus) -> None:
    server = bus.clients[Zone.CORE].jetstream()
    with capture_logs() as logs:
        async with serving(bus, gate()):
            told = json.dumps({"stream_seq": 999, "deliveries": 3}).encode()
            await server.publish(max_deliveries_advisory("ESTIMATE", GATE), told)
            async with asyncio.timeout(5):
                while "casualty_gone" not in [entry["event"] for entry in logs]:
                    await asyncio.sleep(0.01)
    assert await bus.count(Zone.CORE, "DLQ_CORE") == 0


async def test_large_bytes_are_parked_as_an_object(bus: TestBus) -> None:
    service = Service("simulator")

    @service.on(SimulateChunk)
    async def simulate(message: SimulateChunk, context: Context) -> list[Message]:
        raise Rejected("no such model")

    large = chunk("s-r1", table=os.urandom(TABLE_BYTES_INLINE - 10))
    async with serving(bus, service):
        await bus.open_queue("s-r1")
        await bus.publish(large)
        parked = await bus.dead_letter(Zone.COMPUTE, "CHUNK", durable("simulator", SimulateChunk))
    assert parked.data == b""
    assert await ObjectStore(bus.clients[Zone.COMPUTE]).get(parked.headers["pm-object"]) == large.encode()
    assert await bus.count(Zone.COMPUTE, "CHUNK") == 0


async def test_the_largest_message_is_parked_even_where_no_object_may_be_written(bus: TestBus) -> None:
    service = Service("intake")

    @service.on(SpecSubmitted)
    async def answer(message: SpecSubmitted, context: Context) -> list[Message]:
        raise AssertionError("must not be reached")

    edge = bus.clients[Zone.EDGE]
    hostile = b"\xff" * edge.max_payload
    async with serving(bus, service):
        stored = await edge.jetstream().publish(SpecSubmitted.subject_of("acme"), hostile)
        parked = await bus.dead_letter(Zone.EDGE, "SPEC", durable("intake", SpecSubmitted))
    assert parked.data == b""
    assert parked.headers["pm-sequence"] == str(stored.seq)
    original = await message_at(edge, "SPEC", stored.seq)
    assert original is not None
    assert original.data == hostile


async def test_a_reason_of_any_text_fits_a_header(bus: TestBus) -> None:
    service = Service("sampler")

    @service.on(BatchCompleted)
    async def plan(message: BatchCompleted, context: Context) -> list[Message]:
        raise Rejected("x" * 5000 + "two\r\nlines: µ, \x00 and the end")

    async with serving(bus, service):
        await bus.publish(completed())
        parked = await bus.dead_letter(Zone.CORE, "PLAN", durable("sampler", BatchCompleted))
    reason = parked.headers["pm-reason"]
    assert len(reason) <= 2048
    assert reason.isascii()
    assert reason.isprintable()
    assert reason.endswith("the end")


async def test_a_message_that_could_not_be_parked_comes_again(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        raise Rejected("never heard of that study")

    server = bus.clients[Zone.CORE].jetstream()
    config = (await server.stream_info("DLQ_CORE")).config
    await server.delete_stream("DLQ_CORE")
    with capture_logs() as logs:
        async with serving(bus, service):
            await bus.publish(assessed())
            async with asyncio.timeout(5):
                while "unanswered" not in [entry["event"] for entry in logs]:
                    await asyncio.sleep(0.01)
            await server.add_stream(config)
            parked = await bus.dead_letter(Zone.CORE, "ESTIMATE", GATE)
    assert parked.data == assessed().encode()
