"""A real nats-server for each test of the chassis."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proofmark_chassis.testing import TestBus, bus_in


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[TestBus]:
    async with bus_in(tmp_path / "bus") as running:
        yield running
