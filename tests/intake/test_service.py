"""Intake on a real server."""

import asyncio
from pathlib import Path

from proofmark_chassis.names import CHUNK_QUEUE
from proofmark_chassis.queue import StudyQueue
from proofmark_chassis.testing import QUICK, TestBus, bus_in, serving
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyClosed, StudyOpened, StudyOutcome
from proofmark_intake.service import service
from proofmark_intake.settings import IntakeSettings
from tests.chassis.examples import chunk
from tests.designs import clearance_design

OPENED = StudyOpened(
    study="late-r1",
    tenant="t",
    event="e",
    submission_sha256="0" * 64,
    design=clearance_design(samples=10),
    attempt=1,
    deadline_s=600.0,
    engine="0.1.0",
)


async def removed(bus: TestBus) -> None:
    stream = bus.clients[Zone.COMPUTE].jetstream()
    async with asyncio.timeout(20):
        while (await stream.stream_info(CHUNK_QUEUE)).state.consumer_count:
            await asyncio.sleep(0.05)


async def test_what_a_late_planner_leaves_is_swept(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as bus, serving(bus, service, bus.settings(IntakeSettings, service.name)):
        queue = StudyQueue(bus.clients[Zone.COMPUTE], QUICK.lease_s)
        await queue.open(OPENED.study)
        await bus.publish(OPENED)
        await bus.publish(StudyClosed(study=OPENED.study, outcome="cancelled"))
        await bus.wait(StudyOutcome, "t", OPENED.study)
        for n in range(8):
            await bus.publish(chunk(OPENED.study, n))
            await asyncio.sleep(QUICK.lease_s / 2)
        await removed(bus)
        assert await bus.count(Zone.COMPUTE, CHUNK_QUEUE) == 0
