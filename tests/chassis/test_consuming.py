"""Deliveries on a real server: answered once, retried, rejected, parked, never stalled."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from proofmark_chassis import Context, Rejected, RetryLater, Service
from proofmark_chassis.names import durable
from proofmark_chassis.provisioning import provision
from proofmark_chassis.testing import QUICK, TestBus, serving
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.custody import DesignDecided
from proofmark_contracts.message import Message, Zone
from tests.chassis.examples import assessed, decided

GATE = durable("gate", ReliabilityAssessed)


async def test_what_a_handler_returns_is_published(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        return [decided(message.study)]

    async with serving(bus, service):
        await bus.publish(assessed())
        assert await bus.wait(DesignDecided, "s-r1") == decided()


async def test_a_message_put_off_comes_again(bus: TestBus) -> None:
    service = Service("gate")
    numbers: list[int] = []

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        assert context.delivery is not None
        numbers.append(context.delivery.number)
        if len(numbers) < 3:
            raise RetryLater(0.05)
        return [decided(message.study)]

    async with serving(bus, service):
        await bus.publish(assessed())
        await bus.wait(DesignDecided, "s-r1")
    assert numbers == [1, 2, 3]


async def test_a_rejected_message_is_parked_with_its_bytes_and_reason(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        raise Rejected("never heard of that study")

    async with serving(bus, service):
        await bus.publish(assessed())
        parked = await bus.dead_letter(Zone.CORE, "ESTIMATE", GATE)
    assert parked.data == assessed().encode()
    assert parked.headers["pm-reason"] == "never heard of that study"
    assert parked.headers["pm-subject"] == assessed().subject


async def test_bytes_that_do_not_decode_are_parked(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        raise AssertionError("must not be reached")

    async with serving(bus, service):
        await bus.clients[Zone.CORE].jetstream().publish(assessed().subject, b"\xff not json")
        parked = await bus.dead_letter(Zone.CORE, "ESTIMATE", GATE)
    assert parked.data == b"\xff not json"
    assert "does not decode as ReliabilityAssessed" in parked.headers["pm-reason"]


async def test_a_message_that_speaks_for_another_subject_is_parked(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        raise AssertionError("must not be reached")

    async with serving(bus, service):
        await bus.clients[Zone.CORE].jetstream().publish(assessed("mine-r1").subject, assessed("yours-r1").encode())
        parked = await bus.dead_letter(Zone.CORE, "ESTIMATE", GATE)
    assert "subject and body disagree" in parked.headers["pm-reason"]


async def test_a_failing_handler_is_retried_and_its_message_finally_parked(
    bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proofmark_chassis.consuming.BACKOFF_S", 0.001)
    monkeypatch.setattr("proofmark_chassis.consuming.ATTEMPTS", 4)
    service = Service("gate")
    tries = 0

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        nonlocal tries
        tries += 1
        raise ZeroDivisionError("a bug")

    async with serving(bus, service):
        await bus.publish(assessed())
        parked = await bus.dead_letter(Zone.CORE, "ESTIMATE", GATE)
    assert tries == 4
    assert "ZeroDivisionError: a bug" in parked.headers["pm-reason"]


async def test_being_put_off_is_no_failure(bus: TestBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofmark_chassis.consuming.BACKOFF_S", 0.001)
    service = Service("gate")
    tries = 0

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        nonlocal tries
        tries += 1
        if tries <= 10:
            raise RetryLater(0.001)
        if tries == 11:
            raise ZeroDivisionError("once")
        return [decided(message.study)]

    async with serving(bus, service):
        await bus.publish(assessed())
        await bus.wait(DesignDecided, "s-r1")
    assert tries == 12
    assert await bus.count(Zone.CORE, "DLQ_CORE") == 0


async def test_a_server_that_is_away_is_no_failure_of_the_handler(
    bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proofmark_chassis.consuming.BACKOFF_S", 0.001)
    service = Service("gate")
    tries = 0

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        nonlocal tries
        tries += 1
        if tries <= 10:
            await context.clients[Zone.CORE].request("_INBOX_gate.nobody", timeout=0.001)
        return [decided(message.study)]

    async with serving(bus, service):
        await bus.publish(assessed())
        await bus.wait(DesignDecided, "s-r1")
    assert tries == 11
    assert await bus.count(Zone.CORE, "DLQ_CORE") == 0


async def test_what_a_handler_yields_is_published_before_it_is_put_off(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> AsyncIterator[Message]:
        yield decided(message.study)
        raise RetryLater(30)

    async with serving(bus, service):
        await bus.publish(assessed())
        assert await bus.wait(DesignDecided, "s-r1") == decided()


async def test_no_more_messages_are_in_work_than_there_are_hands(bus: TestBus) -> None:
    service = Service("gate")
    working = most = 0

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0.002)
        working -= 1
        return [decided(message.study)]

    async with serving(bus, service, bus.settings(service="gate", concurrency=3)):
        for n in range(60):
            await bus.publish(assessed(f"s{n}-r1"))
        for n in range(60):
            await bus.wait(DesignDecided, f"s{n}-r1")
    assert most == 3


async def test_a_conflicting_fact_is_parked_and_the_first_one_stays(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        return [decided(message.study, "rejected")]

    await bus.publish(decided("s-r1", "approved"))
    async with serving(bus, service):
        await bus.publish(assessed())
        parked = await bus.dead_letter(Zone.CORE, "ESTIMATE", GATE)
    assert "already recorded" in parked.headers["pm-reason"]
    assert await bus.read(DesignDecided, "s-r1") == decided("s-r1", "approved")


async def test_the_same_fact_told_twice_is_recorded_once(bus: TestBus) -> None:
    await bus.publish(decided())
    await bus.publish(decided())
    assert await bus.count(Zone.TRUST, "DECISION") == 1


async def test_a_slow_message_does_not_hold_up_the_others(bus: TestBus) -> None:
    service = Service("gate")
    release = asyncio.Event()

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        if message.study == "slow-r1":
            await release.wait()
        return [decided(message.study)]

    async with serving(bus, service):
        await bus.publish(assessed("slow-r1"))
        for n in range(40):
            await bus.publish(assessed(f"quick{n}-r1"))
        for n in range(40):
            await bus.wait(DesignDecided, f"quick{n}-r1")
        assert await bus.read(DesignDecided, "slow-r1") is None
        release.set()
        await bus.wait(DesignDecided, "slow-r1")


async def test_heartbeats_keep_a_long_delivery(bus: TestBus) -> None:
    service = Service("gate")
    deliveries: list[int] = []

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        assert context.delivery is not None
        deliveries.append(context.delivery.number)
        await asyncio.sleep(3 * QUICK.lease_s)
        return [decided(message.study)]

    async with serving(bus, service):
        await bus.publish(assessed())
        await bus.wait(DesignDecided, "s-r1")
    assert deliveries == [1]


async def test_service_goes_on_after_the_server_restarts(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        return [decided(message.study)]

    async with serving(bus, service):
        await bus.publish(assessed("before-r1"))
        await bus.wait(DesignDecided, "before-r1")
        bus.server.kill()
        await asyncio.to_thread(bus.server.start)
        await bus.publish(assessed("after-r1"))
        await bus.wait(DesignDecided, "after-r1")


async def test_service_goes_on_once_its_consumer_is_provisioned_again(bus: TestBus) -> None:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        return [decided(message.study)]

    async with serving(bus, service):
        await bus.clients[Zone.CORE].jetstream().delete_consumer("ESTIMATE", GATE)
        await bus.publish(assessed())
        await asyncio.sleep(0.3)
        assert await bus.read(DesignDecided, "s-r1") is None
        await provision(bus.clients, QUICK)
        await bus.wait(DesignDecided, "s-r1")
