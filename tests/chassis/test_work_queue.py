"""The queue of chunks on a real server: a worker serves every open study, within one number of hands."""

import asyncio
from collections import Counter

import pytest
from structlog.testing import capture_logs

from proofmark_chassis import Context, Service
from proofmark_chassis.queue import StudyQueue
from proofmark_chassis.testing import QUICK, TestBus, serving
from proofmark_contracts.campaign import ChunkSimulated, SimulateChunk
from proofmark_contracts.message import Message, Zone
from tests.chassis.examples import chunk, simulated


class Worker:
    """A simulator that says what it has in hand."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.service = Service("simulator")
        self.working = 0
        self.most = 0
        self.done: Counter[str] = Counter()

        @self.service.on(SimulateChunk)
        async def simulate(message: SimulateChunk, context: Context) -> list[Message]:
            self.working += 1
            self.most = max(self.most, self.working)
            await asyncio.sleep(takes_s)
            self.working -= 1
            self.done[message.study] += 1
            return [simulated(message.study, message.n)]


def queue_of(bus: TestBus) -> StudyQueue:
    return StudyQueue(bus.clients[Zone.COMPUTE], QUICK.lease_s)


async def emptied(bus: TestBus, timeout_s: float = 15.0) -> None:
    async with asyncio.timeout(timeout_s):
        while await bus.count(Zone.COMPUTE, "CHUNK"):
            await asyncio.sleep(0.01)


async def test_one_worker_serves_several_studies(bus: TestBus) -> None:
    worker = Worker()
    studies = [f"s{i}-r1" for i in range(5)]
    async with serving(bus, worker.service):
        for study in studies:
            await bus.open_queue(study)
        for n in range(8):
            await asyncio.gather(*(bus.publish(chunk(study, n)) for study in studies))
        await emptied(bus)
    assert worker.done == dict.fromkeys(studies, 8)
    for study in studies:
        for n in range(8):
            assert await bus.read(ChunkSimulated, study, 0, n) == simulated(study, n)


async def test_a_new_study_is_picked_up_at_once(bus: TestBus) -> None:
    async with serving(bus, Worker().service):
        await asyncio.sleep(0.3)
        await bus.open_queue("new-r1")
        await bus.publish(chunk("new-r1"))
        await bus.wait(ChunkSimulated, "new-r1", 0, 0, timeout_s=0.5)


async def test_a_study_opened_long_before_its_chunks_gets_them_at_once(bus: TestBus) -> None:
    async with serving(bus, Worker().service):
        await bus.open_queue("idle-r1")
        await asyncio.sleep(0.8)
        await bus.publish(chunk("idle-r1"))
        await bus.wait(ChunkSimulated, "idle-r1", 0, 0, timeout_s=0.5)


async def test_a_closed_study_is_no_error(bus: TestBus) -> None:
    with capture_logs() as logs:
        async with serving(bus, Worker().service):
            for study in ("closed-r1", "open-r1"):
                await bus.open_queue(study)
                await bus.publish(chunk(study))
                await bus.wait(ChunkSimulated, study, 0, 0)
            await queue_of(bus).remove("closed-r1")
            await asyncio.sleep(0.3)
            await bus.publish(chunk("open-r1", 1))
            await bus.wait(ChunkSimulated, "open-r1", 0, 1)
    assert [entry for entry in logs if entry["log_level"] in ("error", "critical")] == []


async def test_closed_studies_leave_nothing_running(bus: TestBus) -> None:
    async with serving(bus, Worker().service):
        await bus.open_queue("open-r1")
        await asyncio.sleep(0.2)
        before = len(asyncio.all_tasks())
        for i in range(5):
            await bus.open_queue(f"closed{i}-r1")
        await asyncio.sleep(0.2)
        assert len(asyncio.all_tasks()) >= before + 5
        for i in range(5):
            await queue_of(bus).remove(f"closed{i}-r1")
        async with asyncio.timeout(5):
            while len(asyncio.all_tasks()) > before:
                await asyncio.sleep(0.02)


async def test_a_study_that_is_opened_again_is_served_again(bus: TestBus) -> None:
    async with serving(bus, Worker().service):
        for n in range(3):
            await bus.open_queue("again-r1")
            await bus.publish(chunk("again-r1", n))
            await bus.wait(ChunkSimulated, "again-r1", 0, n)
            await queue_of(bus).remove("again-r1")


@pytest.mark.parametrize("studies", [1, 4])
async def test_the_hands_of_a_worker_are_one_number_over_all_studies(bus: TestBus, studies: int) -> None:
    worker = Worker(takes_s=0.02)
    names = [f"s{i}-r1" for i in range(studies)]
    for study in names:
        await bus.open_queue(study)
        for n in range(10):
            await bus.publish(chunk(study, n))
    async with serving(bus, worker.service, bus.settings(service="simulator", concurrency=2)):
        await emptied(bus)
    assert worker.most == 2
    assert worker.done == dict.fromkeys(names, 10)


async def test_a_busy_worker_leaves_chunks_to_one_that_is_free(bus: TestBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofmark_chassis.service.DRAIN_S", 0.1)
    busy, free = Worker(takes_s=30), Worker()
    settings = bus.settings(service="simulator", concurrency=1)
    for study in ("slow-r1", "quick-r1"):
        await bus.open_queue(study)
    async with serving(bus, busy.service, settings):
        await bus.publish(chunk("slow-r1"))
        async with asyncio.timeout(5):
            while not busy.working:
                await asyncio.sleep(0.01)
        for n in range(20):
            await bus.publish(chunk("quick-r1", n))
        async with serving(bus, free.service, settings):
            async with asyncio.timeout(5):
                while free.done["quick-r1"] < 20:
                    await asyncio.sleep(0.01)
    assert busy.done == {}


async def test_a_paused_study_rests_until_it_is_resumed(bus: TestBus) -> None:
    queue = queue_of(bus)
    async with serving(bus, Worker().service):
        await bus.open_queue("pause-r1")
        await queue.pause("pause-r1")
        await bus.publish(chunk("pause-r1"))
        await asyncio.sleep(0.4)
        assert await bus.read(ChunkSimulated, "pause-r1", 0, 0) is None
        await queue.resume("pause-r1")
        await bus.wait(ChunkSimulated, "pause-r1", 0, 0)


async def test_purging_a_study_leaves_the_others_chunks(bus: TestBus) -> None:
    for study in ("gone-r1", "kept-r1"):
        for n in range(3):
            await bus.publish(chunk(study, n))
    await queue_of(bus).purge("gone-r1")
    assert await bus.count(Zone.COMPUTE, "CHUNK") == 3
    assert await bus.read(SimulateChunk, "kept-r1", 0, 2) == chunk("kept-r1", 2)


async def test_workers_go_on_after_the_server_restarts(bus: TestBus) -> None:
    async with serving(bus, Worker().service):
        await bus.open_queue("restart-r1")
        await bus.publish(chunk("restart-r1", 0))
        await bus.wait(ChunkSimulated, "restart-r1", 0, 0)
        bus.server.kill()
        await asyncio.to_thread(bus.server.start)
        await bus.publish(chunk("restart-r1", 1))
        await bus.wait(ChunkSimulated, "restart-r1", 0, 1)
