"""A study whose workers never answer ends by itself: its runs are missing, and it says so."""

import asyncio
from pathlib import Path

import pytest

from proofmark.client import operator
from proofmark.embedded import Plant
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.study import StudyClosed
from tests.system.specs import expression_spec


async def test_after_the_deadline_runs_without_an_answer_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROOFMARK_HOME", str(tmp_path / "home"))
    policy = {"PROOFMARK_DEADLINE_S": "3", "PROOFMARK_CLOSING_GRACE_S": "20", "PROOFMARK_CHUNK_VECTORS": "100"}
    plant = Plant(tmp_path / "bus", workers=0, lease_s=1.0, extra=policy)
    await plant.start()
    try:
        async with operator(plant.server.url, plant.server.passwords) as client, asyncio.timeout(60):
            answer = await client.answer("acme", await client.submit("acme", expression_spec(), {}))
            assert answer.study is not None
            assessed = await client.wait(ReliabilityAssessed, answer.study)
            closed = await client.wait(StudyClosed, answer.study)
    finally:
        await plant.stop()
    assert assessed.missing_by_status == {"worker-lost": 1000}
    assert not assessed.reproducible
    assert closed.outcome == "failed"
    assert "not one of 1000 runs gave an answer: 1000 worker-lost" in closed.reasons
