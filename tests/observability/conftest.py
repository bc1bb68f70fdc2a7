"""A running Proofmark whose services offer their metrics, and one study that has gone through it."""

import asyncio
import json
import os
from collections.abc import Iterator

import pytest

from proofmark.client import OperatorClient, operator
from proofmark.embedded import Plant
from proofmark_contracts.study import StudyClosed
from tests.system.specs import expression_spec

WITH_METRICS = {"PROOFMARK_HTTP_PORT": "0", "PROOFMARK_CHUNK_VECTORS": "25"}
TENANT = "local"


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("plant")
    os.environ["PROOFMARK_HOME"] = str(folder / "home")
    running = Plant(folder / "bus", workers=1, extra=WITH_METRICS)
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())
    os.environ.pop("PROOFMARK_HOME", None)


@pytest.fixture(scope="session")
def ports(plant: Plant) -> dict[str, int]:
    """Where each service offers its metrics, from its log, after a study was released."""
    asyncio.run(_release_one(plant))
    lines = (plant.server.home / "services.log").read_text().splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return {entry["service"]: entry["port"] for entry in entries if entry["event"] == "http_listening"}


async def _release_one(plant: Plant) -> None:
    async with asyncio.timeout(60), operator(plant.server.url, plant.server.passwords) as client:
        assert (await _judged(client)).outcome == "released"


async def _judged(client: OperatorClient) -> StudyClosed:
    event = await client.submit(TENANT, expression_spec(minimum="-1 mm"), {})
    answer = await client.answer(TENANT, event)
    assert answer.study is not None, answer.reasons
    return await client.wait(StudyClosed, answer.study)
