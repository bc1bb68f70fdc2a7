"""The sampler on a real server."""

import asyncio
from pathlib import Path
from typing import Any

from proofmark_chassis.names import durable
from proofmark_chassis.testing import TestBus, bus_in, serving
from proofmark_contracts.campaign import BatchPlanned
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyClosed, StudyOpened
from proofmark_sampler.service import ENGINE, service
from proofmark_sampler.settings import SamplerSettings
from tests.designs import clearance_design


def opened(study: str, engine: str, samples: int = 10) -> StudyOpened:
    return StudyOpened(
        study=study,
        tenant="t",
        event="e",
        submission_sha256="0" * 64,
        design=clearance_design(samples=samples),
        attempt=1,
        deadline_s=60.0,
        engine=engine,
    )


async def told(bus: TestBus) -> Any:
    return await bus.clients[Zone.CORE].jetstream().consumer_info(StudyOpened.stream, durable("sampler", StudyOpened))


async def delivered(bus: TestBus, times: int) -> None:
    """Wait until the sampler was told of studies so often."""
    async with asyncio.timeout(10):
        while (await told(bus)).delivered.consumer_seq < times:
            await asyncio.sleep(0.02)


async def answered(bus: TestBus) -> None:
    """Wait until the sampler is done with all that it was told."""
    async with asyncio.timeout(60):
        while (await told(bus)).num_ack_pending:
            await asyncio.sleep(0.02)


async def test_a_study_is_planned_by_the_version_that_opened_it_and_no_other(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as bus, serving(bus, service, bus.settings(SamplerSettings, service.name)):
        await bus.publish(opened("old-r1", "0.0.1"))
        await delivered(bus, 1)
        await bus.publish(opened("new-r1", ENGINE))
        await bus.wait(BatchPlanned, "new-r1", 0)
        assert await bus.read(BatchPlanned, "old-r1", 0) is None


async def test_a_study_that_is_closed_while_it_is_planned_gets_no_chunks(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as bus, serving(bus, service, bus.settings(SamplerSettings, service.name)):
        await bus.publish(opened("large-r1", ENGINE, samples=1_000_000))
        await delivered(bus, 1)
        await bus.publish(StudyClosed(study="large-r1", outcome="cancelled"))
        await answered(bus)
        assert await bus.read(BatchPlanned, "large-r1", 0) is None
