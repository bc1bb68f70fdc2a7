"""A real nats-server: one of its own for a test that disturbs it, one for all the others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from proofmark_chassis.server import EmbeddedServer, running_server
from proofmark_chassis.testing import QUICK, TestBus, bus_in, bus_on


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[TestBus]:
    async with bus_in(tmp_path / "bus") as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    async with running_server(tmp_path_factory.mktemp("shared"), QUICK) as running:
        yield running


@pytest.fixture
async def shared(server: EmbeddedServer) -> AsyncIterator[TestBus]:
    """The server of all tests that bring studies of their own and leave streams and consumers as they are."""
    async with bus_on(server) as running:
        yield running
