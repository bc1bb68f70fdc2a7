"""Studies through the whole of a running Proofmark."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from proofmark.client import OperatorClient
from proofmark.embedded import Plant
from proofmark.folder import write_release
from proofmark_chassis.connection import leave
from proofmark_contracts.assessment import ReliabilityAssessed, ReliabilityUpdated
from proofmark_contracts.campaign import SimulateChunk
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.message import Zone
from proofmark_contracts.study import SpecAnswered, StudyClosed, StudyOpened, StudyOutcome
from proofmark_custody.verify import verify_release
from tests.system.specs import BROKEN_MODEL, HANGING_MODEL, SLEEPING_MODEL, expression_spec, python_spec

TENANT = "acme"


async def submitted(
    client: OperatorClient, document: dict[str, Any], files: dict[str, bytes] | None = None, tenant: str = TENANT
) -> SpecAnswered:
    async with asyncio.timeout(30):
        return await client.answer(tenant, await client.submit(tenant, document, files or {}))


async def opened(client: OperatorClient, document: dict[str, Any], files: dict[str, bytes] | None = None) -> str:
    answer = await submitted(client, document, files)
    assert answer.study is not None, answer.reasons
    return answer.study


async def closed(client: OperatorClient, study: str, timeout_s: float = 60) -> StudyClosed:
    async with asyncio.timeout(timeout_s):
        return await client.wait(StudyClosed, study)


@pytest.mark.parametrize(
    ("minimum", "outcome", "folder"),
    [("20 um", "released", "release"), ("45 um", "rejected", "evidence"), ("26.5 um", "not-proven", "evidence")],
)
async def test_a_design_is_judged_and_its_evidence_sealed(
    client: OperatorClient, tmp_path: Path, minimum: str, outcome: str, folder: str
) -> None:
    study = await opened(client, expression_spec(minimum))
    assert (await closed(client, study)).outcome == outcome
    sealed = await client.wait(ReleaseSealed, study)
    written = await write_release(client, sealed, tmp_path)
    assert written.name == folder
    assert verify_release(written).claims.verdict == sealed.verdict
    told = await client.wait(StudyOutcome, TENANT, study)
    assert told.outcome == outcome
    assert told.reliability is not None


async def test_the_same_submission_twice_is_one_study(client: OperatorClient) -> None:
    first = await opened(client, expression_spec(seed=11))
    assert await opened(client, expression_spec(seed=11)) == first
    await closed(client, first)


async def test_another_seed_is_another_attempt_on_the_same_design(client: OperatorClient) -> None:
    design = expression_spec("19 um", seed=21)
    for attempt in (1, 2, 3):
        study = await opened(client, expression_spec("19 um", seed=20 + attempt))
        found = await client.wait(StudyOpened, study)
        assert found.attempt == attempt
        await closed(client, study)
    assert design["name"] == "fit"


async def test_an_invalid_spec_is_answered_with_its_reasons(client: OperatorClient) -> None:
    answer = await submitted(client, {**expression_spec(), "color": "red"})
    assert answer.study is None
    assert any("color" in reason for reason in answer.reasons)


async def test_a_missing_upload_is_answered(client: OperatorClient) -> None:
    document = {**expression_spec(), "artifacts": ["part.step"]}
    answer = await submitted(client, document)
    assert answer.study is None
    assert any("part.step" in reason for reason in answer.reasons)


async def test_hanging_runs_are_missing_and_the_study_is_not_reproducible(client: OperatorClient) -> None:
    study = await opened(client, python_spec("0.2 s", samples=60, target=0.5), {"model.py": HANGING_MODEL})
    await closed(client, study)
    assessed = await client.wait(ReliabilityAssessed, study)
    assert assessed.missing_by_status.get("timeout", 0) >= 5
    assert not assessed.reproducible
    system = assessed.estimates[0]
    assert system.missing == assessed.missing_by_status["timeout"]
    assert system.samples == 60


async def test_a_model_that_always_fails_fails_the_study_with_its_words(client: OperatorClient) -> None:
    study = await opened(client, python_spec(samples=20), {"model.py": BROKEN_MODEL})
    end = await closed(client, study)
    assert end.outcome == "failed"
    assert end.reasons == ("not one of 20 runs gave an answer: 20 error",)


async def test_a_paused_study_stands_still_until_it_is_resumed(client: OperatorClient) -> None:
    """Chunks that are with workers are finished; no other is handed out."""
    study = await opened(client, python_spec(samples=1000, seed=31), {"model.py": SLEEPING_MODEL})
    await client.command(TENANT, study, "pause")
    before = -1
    async with asyncio.timeout(60):
        while before != (now := await _answered(client, study)):
            before = now
            await asyncio.sleep(5)
    assert before < 1000
    assert await client.read(StudyClosed, study) is None
    await client.command(TENANT, study, "resume")
    assert (await closed(client, study)).outcome == "released"


async def test_a_cancelled_study_is_closed_and_its_queue_is_empty(client: OperatorClient, plant: Plant) -> None:
    study = await opened(client, python_spec(samples=200, seed=41), {"model.py": SLEEPING_MODEL})
    await client.command(TENANT, study, "cancel")
    assert (await closed(client, study)).outcome == "cancelled"
    compute = await plant.server.admin(Zone.COMPUTE)
    try:
        async with asyncio.timeout(20):
            while await _queued(compute, study):
                await asyncio.sleep(0.1)
    finally:
        await leave(compute)


async def test_somebody_elses_study_cannot_be_cancelled(client: OperatorClient) -> None:
    study = await opened(client, python_spec(samples=20, seed=51), {"model.py": SLEEPING_MODEL})
    await client.command("mallory", study, "cancel")
    assert (await closed(client, study)).outcome != "cancelled"


async def test_a_tenant_over_its_quota_is_told_so(client: OperatorClient) -> None:
    studies = []
    for seed in (61, 62, 63):
        answer = await submitted(client, python_spec(samples=200, seed=seed), {"model.py": SLEEPING_MODEL}, "greedy")
        assert answer.study is not None
        studies.append(answer.study)
    refused = await submitted(client, python_spec(samples=200, seed=64), {"model.py": SLEEPING_MODEL}, "greedy")
    assert refused.reasons == ("quota: expected at most 3 open studies, got 4",)
    for study in studies:
        await client.command("greedy", study, "cancel")
        await closed(client, study)


async def _answered(client: OperatorClient, study: str) -> int:
    live = await client.read(ReliabilityUpdated, study)
    return live.samples if live else 0


async def _queued(compute: Any, study: str) -> int:
    stream = compute.jetstream()
    info = await stream.stream_info(SimulateChunk.stream, subjects_filter=SimulateChunk.subject_of(study))
    return len(info.state.subjects or {})
