"""The notifier on a real bus: every study that ends is told, whenever the notifier comes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from proofmark_chassis.names import durable
from proofmark_chassis.testing import TestBus, bus_in, serving
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyClosed
from proofmark_notifier.service import service
from tests.chassis.examples import assessed, closed
from tests.notifier.test_line import opened

CONSUMER = durable("notifier", StudyClosed)


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[TestBus]:
    with capture_logs():
        async with bus_in(tmp_path / "bus") as running:
            yield running


async def told(capsys: pytest.CaptureFixture[str], lines: int) -> list[str]:
    """Standard output, once it has that many lines."""
    text = ""
    async with asyncio.timeout(10):
        while text.count("\n") < lines:
            text += capsys.readouterr().out
            await asyncio.sleep(0.01)
    return text.splitlines()


async def test_a_study_that_ends_is_told(bus: TestBus, capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(bus, service):
        for fact in (opened("a-r1"), assessed("a-r1"), closed("a-r1")):
            await bus.publish(fact)
        assert await told(capsys, 1) == ["a-r1  fit  released  R in [0.96000, 1.00000] at 95 %"]


async def test_what_ended_meanwhile_is_told_later_and_once(bus: TestBus, capsys: pytest.CaptureFixture[str]) -> None:
    for fact in (opened("a-r1"), closed("a-r1", "cancelled")):
        await bus.publish(fact)
    async with serving(bus, service):
        assert await told(capsys, 1) == ["a-r1  fit  cancelled"]
    async with serving(bus, service):
        for fact in (opened("b-r1"), closed("b-r1", "failed")):
            await bus.publish(fact)
        assert await told(capsys, 1) == ["b-r1  fit  failed"]
    consumer = await bus.clients[Zone.CORE].jetstream().consumer_info("STUDY", CONSUMER)
    assert (consumer.num_pending, consumer.num_ack_pending, consumer.num_redelivered) == (0, 0, 0)


async def test_the_end_of_a_study_never_opened_is_parked(bus: TestBus, capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(bus, service):
        await bus.publish(closed("a-r1"))
        letter = await bus.dead_letter(Zone.CORE, "STUDY", CONSUMER)
    assert "a-r1 was closed but never opened" in letter.headers["pm-reason"]
    assert "a-r1" not in capsys.readouterr().out
