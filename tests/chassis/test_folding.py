"""Folds on a real server: exact counts, whatever order facts arrive in and whatever dies in between."""

import asyncio
import random
from collections.abc import Sequence

import pytest
from nats.errors import TimeoutError as NatsTimeoutError
from pydantic import BaseModel

from proofmark_chassis import Context, Rejected, Service
from proofmark_chassis.connection import Received
from proofmark_chassis.folding import Address
from proofmark_chassis.names import durable
from proofmark_chassis.state import StateStore
from proofmark_chassis.testing import QUICK, TestBus, serving
from proofmark_contracts.campaign import BatchCompleted, ChunkSimulated
from proofmark_contracts.message import Message, Zone
from tests.chassis.examples import completed, simulated

FOLD = durable("aggregator", ChunkSimulated)


class Tally(BaseModel):
    """The facts counted so far, in the order they were counted."""

    counted: tuple[int, ...] = ()


def wanted(state: Tally | None, study: str) -> Address:
    return ChunkSimulated, (study, 0, len(state.counted) if state else 0)


def added(state: Tally | None, fact: ChunkSimulated) -> Tally:
    return Tally(counted=(*(state.counted if state else ()), fact.n))


async def tally(bus: TestBus, study: str, facts: int) -> Tally:
    """The state of a fold, once it has counted so many facts."""
    state = Tally()
    async with asyncio.timeout(15):
        while len(state.counted) < facts:
            await asyncio.sleep(0.01)
            data, _ = await StateStore(bus.clients[Zone.CORE]).load(f"aggregator.{study}")
            state = Tally.model_validate_json(data) if data else Tally()
    return state


def counting_service() -> Service:
    """Counts each fact and states a batch for it; the statement's size repeats what had been counted before."""
    service = Service("aggregator")

    @service.fold(ChunkSimulated, state=Tally, wanted=wanted)
    async def count(state: Tally | None, fact: ChunkSimulated, context: Context) -> tuple[Tally, Sequence[Message]]:
        after = added(state, fact)
        return after, [completed(fact.study, fact.n, size=len(after.counted))]

    return service


async def test_facts_are_folded_in_the_order_the_fold_names_them(shared: TestBus) -> None:
    order = list(range(30))
    random.Random(7).shuffle(order)
    async with serving(shared, counting_service()):
        for n in order:
            await shared.publish(simulated("order-r1", n))
        assert await tally(shared, "order-r1", 30) == Tally(counted=tuple(range(30)))


async def test_facts_behind_a_gap_wait_for_it(shared: TestBus) -> None:
    async with serving(shared, counting_service()):
        for n in (0, 1, 3, 4):
            await shared.publish(simulated("gap-r1", n))
        await tally(shared, "gap-r1", 2)
        await asyncio.sleep(0.2)
        assert await tally(shared, "gap-r1", 2) == Tally(counted=(0, 1))
        await shared.publish(simulated("gap-r1", 2))
        assert await tally(shared, "gap-r1", 5) == Tally(counted=(0, 1, 2, 3, 4))


async def test_an_end_between_publishing_and_counting_repeats_harmlessly(
    shared: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = StateStore.compare_and_set
    died = []

    async def die_once_for_each_fact(self: StateStore, key: str, data: bytes, revision: int) -> int:
        if revision not in died:
            died.append(revision)
            raise NatsTimeoutError
        return await honest(self, key, data, revision)

    monkeypatch.setattr(StateStore, "compare_and_set", die_once_for_each_fact)
    monkeypatch.setattr("proofmark_chassis.folding.BACKOFF_S", 0.001)
    async with serving(shared, counting_service()):
        for n in range(5):
            await shared.publish(simulated("died-r1", n))
        assert await tally(shared, "died-r1", 5) == Tally(counted=(0, 1, 2, 3, 4))
    assert len(died) == 5
    for n in range(5):
        assert await shared.read(BatchCompleted, "died-r1", n) == completed("died-r1", n, size=n + 1)


async def test_two_instances_racing_count_each_fact_once(shared: TestBus) -> None:
    studies = [f"race{i}-r1" for i in range(4)]
    async with serving(shared, counting_service()), serving(shared, counting_service()):
        for n in range(15):
            await asyncio.gather(*(shared.publish(simulated(study, n)) for study in studies))
        for study in studies:
            assert await tally(shared, study, 15) == Tally(counted=tuple(range(15)))
            for n in range(15):
                assert await shared.read(BatchCompleted, study, n) == completed(study, n, size=n + 1)


async def test_a_state_that_somebody_else_moved_is_read_again(shared: TestBus) -> None:
    service = Service("aggregator")
    folded: list[int] = []

    @service.fold(ChunkSimulated, state=Tally, wanted=wanted)
    async def count(state: Tally | None, fact: ChunkSimulated, context: Context) -> tuple[Tally, Sequence[Message]]:
        folded.append(fact.n)
        after = added(state, fact)
        if folded == [0]:
            await context.state.compare_and_set("aggregator.moved-r1", after.model_dump_json().encode(), 0)
        return after, []

    async with serving(shared, service):
        await shared.publish(simulated("moved-r1", 0))
        await shared.publish(simulated("moved-r1", 1))
        assert await tally(shared, "moved-r1", 2) == Tally(counted=(0, 1))
    assert folded == [0, 1]


async def test_a_wake_that_arrives_while_advancing_is_not_lost(shared: TestBus) -> None:
    rng = random.Random(11)
    service = Service("aggregator")

    @service.fold(ChunkSimulated, state=Tally, wanted=wanted)
    async def count(state: Tally | None, fact: ChunkSimulated, context: Context) -> tuple[Tally, Sequence[Message]]:
        await asyncio.sleep(rng.choice((0.0, 0.001, 0.004)))
        return added(state, fact), []

    async def publish(study: str) -> None:
        for n in range(12):
            await shared.publish(simulated(study, n))
            await asyncio.sleep(rng.choice((0.0, 0.001, 0.004)))

    studies = [f"wake{i}-r1" for i in range(20)]
    async with serving(shared, service):
        await asyncio.gather(*map(publish, studies))
        for study in studies:
            assert await tally(shared, study, 12) == Tally(counted=tuple(range(12)))


async def test_a_wake_that_arrives_after_the_last_look_is_not_lost(
    shared: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Context.received

    async def come_too_late(self: Context, cls: type[Message], *ids: object) -> Received | None:
        found = await honest(self, cls, *ids)
        if found is None and ids in (("late-r1", 0, 1), ("late-r1", 0, 2)):
            await shared.publish(simulated("late-r1", int(str(ids[2]))))
            await asyncio.sleep(0.1)
        return found

    monkeypatch.setattr(Context, "received", come_too_late)
    async with serving(shared, counting_service()):
        await shared.publish(simulated("late-r1", 0))
        assert await tally(shared, "late-r1", 3) == Tally(counted=(0, 1, 2))


async def test_a_long_fold_keeps_its_wakes(bus: TestBus) -> None:
    service = Service("aggregator")

    @service.fold(ChunkSimulated, state=Tally, wanted=wanted)
    async def count(state: Tally | None, fact: ChunkSimulated, context: Context) -> tuple[Tally, Sequence[Message]]:
        await asyncio.sleep(2.5 * QUICK.lease_s)
        return added(state, fact), []

    async with serving(bus, service):
        await bus.publish(simulated())
        await tally(bus, "s-r1", 1)
        wakes = await bus.clients[Zone.COMPUTE].jetstream().consumer_info("RESULT", FOLD)
    assert wakes.delivered is not None
    assert wakes.delivered.consumer_seq == 1


async def test_a_fact_that_always_fails_is_parked_once_and_stops_its_study_alone(
    bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proofmark_chassis.consuming.BACKOFF_S", 0.001)
    monkeypatch.setattr("proofmark_chassis.folding.ATTEMPTS", 3)
    service = Service("aggregator")
    tries = 0

    @service.fold(ChunkSimulated, state=Tally, wanted=wanted)
    async def count(state: Tally | None, fact: ChunkSimulated, context: Context) -> tuple[Tally, Sequence[Message]]:
        nonlocal tries
        if fact == simulated("poison-r1", 2):
            tries += 1
            raise ZeroDivisionError("a bug")
        return added(state, fact), []

    async with serving(bus, service):
        for n in range(6):
            await bus.publish(simulated("poison-r1", n))
        parked = await bus.dead_letter(Zone.COMPUTE, "RESULT", FOLD)
        assert tries == 3
        await bus.publish(simulated("poison-r1", 6))
        await bus.publish(simulated("other-r1", 0))
        await tally(bus, "other-r1", 1)
        assert await tally(bus, "poison-r1", 2) == Tally(counted=(0, 1))
        await asyncio.sleep(0.1)
        assert await bus.count(Zone.COMPUTE, "DLQ_COMPUTE") == 1
    assert parked.data == simulated("poison-r1", 2).encode()
    assert parked.headers["pm-subject"] == simulated("poison-r1", 2).subject
    assert parked.headers["pm-reason"] == "ZeroDivisionError: a bug"


async def test_a_refused_fact_is_parked_at_once(bus: TestBus) -> None:
    service = Service("aggregator")
    tries = 0

    @service.fold(ChunkSimulated, state=Tally, wanted=wanted)
    async def count(state: Tally | None, fact: ChunkSimulated, context: Context) -> tuple[Tally, Sequence[Message]]:
        nonlocal tries
        tries += 1
        raise Rejected("more rows than planned")

    async with serving(bus, service):
        await bus.publish(simulated())
        parked = await bus.dead_letter(Zone.COMPUTE, "RESULT", FOLD)
    assert tries == 1
    assert parked.headers["pm-reason"] == "Rejected: more rows than planned"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff garbage", "does not decode as ChunkSimulated"),
        (simulated("yours-r1").encode(), "subject and body disagree"),
    ],
)
async def test_a_fact_that_is_none_is_parked(bus: TestBus, data: bytes, reason: str) -> None:
    async with serving(bus, counting_service()):
        await bus.clients[Zone.COMPUTE].jetstream().publish(simulated("mine-r1").subject, data)
        parked = await bus.dead_letter(Zone.COMPUTE, "RESULT", FOLD)
    assert parked.data == data
    assert reason in parked.headers["pm-reason"]


async def test_a_state_that_outgrew_the_bus_is_parked_and_the_service_goes_on(bus: TestBus) -> None:
    service = Service("aggregator")

    class Hoard(BaseModel):
        pile: str

    @service.fold(
        ChunkSimulated, state=Hoard, wanted=lambda state, study: (ChunkSimulated, (study, 0, int(bool(state))))
    )
    async def count(state: Hoard | None, fact: ChunkSimulated, context: Context) -> tuple[Hoard, Sequence[Message]]:
        return Hoard(pile="x" * (2 << 20 if fact.study == "large-r1" else 1)), []

    async with serving(bus, service):
        await bus.publish(simulated("large-r1"))
        parked = await bus.dead_letter(Zone.COMPUTE, "RESULT", FOLD)
        await bus.publish(simulated("small-r1"))
        async with asyncio.timeout(5):
            while (await StateStore(bus.clients[Zone.CORE]).load("aggregator.small-r1"))[0] is None:
                await asyncio.sleep(0.01)
    assert parked.headers["pm-reason"].startswith("MessageTooLarge: $KV.state.aggregator.large-r1: expected at most")
