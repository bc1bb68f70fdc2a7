"""Pods of a study that waits for its next batch free the cluster, on a real control plane."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from proofmark.client import OperatorClient
from proofmark_chassis.connection import last_message, leave
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import BatchPlanned, ChunkSimulated, SimulateChunk
from proofmark_contracts.message import Zone
from proofmark_contracts.tables import decode_table, floats
from proofmark_operator.names import RESTING_ANNOTATION
from tests.cluster.lab import TENANT, Lab, closed, results, until
from tests.cluster.specs import slow_fit

OPERATORS = ("operator", "second")
IDLE_S = 4.0


@pytest.fixture
async def impatient(lab: Lab) -> AsyncIterator[None]:
    """Two operators that do not wait long, instead of the one that does."""
    lab.processes.end("operator")
    for name in OPERATORS:
        lab.start_operator(name, idle_s=IDLE_S, max_pods=4)
    yield
    for name in OPERATORS:
        lab.processes.end(name)
    lab.start_operator()


async def test_pods_leave_between_two_batches_and_come_back(lab: Lab, client: OperatorClient, impatient: None) -> None:
    """The sampler is away while the first batch is run, so that the second one is long in coming."""
    lab.apply("resting", *slow_fit("resting", 400, 0.1, method="kriging"))
    study = await until(lambda: lab.resource("resting").get("status", {}).get("study"), what="the study")
    first = await client.wait(BatchPlanned, study, 0)
    await until(lambda: commanded(lab, study, len(first.chunks)), what="every chunk of the batch")
    lab.plant.services.kill("sampler")
    try:
        await until(lambda: rests(lab, study), what="rest")
        assert await results(lab, study) == sum(first.chunks), "pods left while chunks were worked on"
        await until(lambda: not lab.pods(study), what="the end of the pods")
        await until(lambda: lab.condition("resting", "Running")["reason"] == "Resting", what="the condition")
        suspend(lab, True)
        await until(lambda: not rests(lab, study), what="the owner's word on the Job")
    finally:
        lab.plant.services.start("sampler")
    await client.wait(BatchPlanned, study, 1)
    await asyncio.sleep(3)
    assert spec_of(lab, study)["suspend"] is True, "the owner was contradicted"
    suspend(lab, False)
    assert (await closed(client, study)).outcome in ("released", "not-proven")
    await assert_exact(lab, client, study)
    await until(lambda: lab.job(study) is None, what="the end of the Job")


async def test_pods_return_once_the_batch_is_there_and_their_study_is_not_paused(
    lab: Lab, client: OperatorClient, impatient: None
) -> None:
    lab.plant.services.kill("sampler")
    try:
        lab.apply("awaited", *slow_fit("awaited", 40, 0.2))
        study = await until(lambda: lab.resource("awaited").get("status", {}).get("study"), what="the study")
        await until(lambda: rests(lab, study), what="rest")
        await until(lambda: not lab.pods(study), what="the end of the pods")
        assert times(lab, study, "job_rests") == 1
        await client.command(TENANT, study, "pause")
    finally:
        lab.plant.services.start("sampler")
    await client.wait(BatchPlanned, study, 0)
    await asyncio.sleep(3)
    assert rests(lab, study), "pods of a paused study came back"
    await client.command(TENANT, study, "resume")
    await until(lambda: lab.pods(study), what="the return of the pods")
    await closed(client, study)
    await assert_exact(lab, client, study)
    assert times(lab, study, "job_created") == times(lab, study, "job_returns") == 1


def spec_of(lab: Lab, study: str) -> dict[str, Any]:
    job = lab.job(study)
    assert job is not None
    spec: dict[str, Any] = job["spec"]
    return spec


def rests(lab: Lab, study: str) -> bool:
    job = lab.job(study)
    return job is not None and job["spec"]["suspend"] and RESTING_ANNOTATION in job["metadata"]["annotations"]


def times(lab: Lab, study: str, event: str) -> int:
    """How often operators did something to a study's Job."""
    return [entry["study"] for name in OPERATORS for entry in lab.logged(name, event)].count(study)


def suspend(lab: Lab, suspended: bool) -> None:
    """What the study's owner says."""
    change = json.dumps({"spec": {"suspend": suspended}})
    lab.kubectl("patch", "designstudy", "resting", "-n", TENANT, "--type=merge", "-p", change)


async def commanded(lab: Lab, study: str, chunks: int) -> bool:
    """Whether the last chunk of the first batch is waiting, or done already."""
    admin = await lab.plant.server.admin(Zone.COMPUTE)
    try:
        of_last = [(cls.stream, cls.subject_of(study, 0, chunks - 1)) for cls in (SimulateChunk, ChunkSimulated)]
        return any([await last_message(admin, *where) is not None for where in of_last])
    finally:
        await leave(admin)


async def assert_exact(lab: Lab, client: OperatorClient, study: str) -> None:
    """Every vector of every batch has what plain subtraction gives, and was counted once."""
    assessed = await client.read(ReliabilityAssessed, study)
    assert assessed is not None
    vectors = 0
    for drawn, got in assessed.batches:
        drawn_table, got_table = [decode_table(await client.object(ref.sha256)) for ref in (drawn, got)]
        expected = floats(drawn_table["bore"]) - floats(drawn_table["shaft"])
        np.testing.assert_array_equal(floats(got_table["clearance"]), expected)
        vectors += len(expected)
    assert await results(lab, study) == vectors
