"""One running Proofmark for the whole of the system's tests: a server and every service, on this machine."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from proofmark.client import OperatorClient, operator
from proofmark.embedded import Plant

POLICY = {
    "PROOFMARK_ALLOW_PYTHON_MODELS": "true",
    "PROOFMARK_CHUNK_VECTORS": "50",
    "PROOFMARK_QUOTA_STUDIES": "3",
}


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("plant")
    os.environ["PROOFMARK_HOME"] = str(folder / "home")
    running = Plant(folder / "bus", workers=2, lease_s=1.0, extra=POLICY)
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())
    os.environ.pop("PROOFMARK_HOME", None)


@pytest.fixture
async def client(plant: Plant) -> AsyncIterator[OperatorClient]:
    async with operator(plant.server.url, plant.server.passwords) as connected:
        yield connected


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evidence")
