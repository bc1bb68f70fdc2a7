"""Studies on a real control plane: whatever happens to pods, nodes and servers, each vector counts once."""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

import numpy as np
import pytest

from proofmark.client import OperatorClient
from proofmark_contracts.campaign import BatchPlanned
from proofmark_contracts.study import StudyClosed
from tests.cluster.control_plane import NODES, SPARE
from tests.cluster.lab import NAMESPACE, Lab, clearances, closed, results, submitted, until
from tests.cluster.specs import fit, slow_fit

Disturbance = Callable[[Lab, str], Awaitable[None]]


def running(lab: Lab, study: str) -> list[dict[str, str]]:
    """Name, node and process id of a study's running pods."""
    return [
        {
            "name": pod["metadata"]["name"],
            "node": pod["spec"]["nodeName"],
            "pid": pod["status"]["containerStatuses"][0]["containerID"].removeprefix("process://"),
        }
        for pod in lab.pods(study)
        if pod["status"]["phase"] == "Running" and "deletionTimestamp" not in pod["metadata"]
    ]


async def assert_exact(lab: Lab, client: OperatorClient, study: str, vectors: int) -> None:
    got, expected = await clearances(client, study)
    np.testing.assert_array_equal(got, expected)
    assert len(got) == await results(lab, study) == vectors


async def test_a_thousand_chunks_on_fifty_pods_give_exactly_a_thousand_results(
    lab: Lab, client: OperatorClient
) -> None:
    study = await submitted(client, fit("thousand", 1000))
    job = await until(lambda: lab.job(study), what="the Job")
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (50, 50)
    assert (await closed(client, study)).outcome == "released"
    await assert_exact(lab, client, study, 1000)
    await until(lambda: lab.job(study) is None, what="the end of the Job")


async def evicted(lab: Lab, study: str) -> None:
    for pod in running(lab, study)[:4]:
        eviction = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod["name"], "namespace": NAMESPACE},
        }
        path = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod['name']}/eviction"
        lab.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction))


async def killed(lab: Lab, study: str) -> None:
    for pod in running(lab, study)[:4]:
        with suppress(ProcessLookupError):
            os.kill(int(pod["pid"]), signal.SIGKILL)


async def without_a_node(lab: Lab, study: str) -> None:
    lost = NODES[1]
    assert any(pod["node"] == lost for pod in running(lab, study))
    lab.processes.end(lost, signal.SIGKILL)
    lab.kubectl("delete", "node", lost)
    lab.start_node(SPARE)


async def without_api_server(lab: Lab, study: str) -> None:
    await asyncio.to_thread(lab.cluster.restart_api_server, away_s=2.0)


async def without_bus(lab: Lab, study: str) -> None:
    lab.plant.server.kill()
    await asyncio.sleep(1.0)
    await asyncio.to_thread(lab.plant.server.start)


@pytest.mark.parametrize("disturb", [evicted, killed, without_api_server, without_bus, without_a_node])
async def test_a_disturbed_study_gives_the_same_numbers(lab: Lab, client: OperatorClient, disturb: Disturbance) -> None:
    study = await submitted(client, *slow_fit(f"disturbed-{disturb.__name__}", 100, 1.0))
    await until(lambda: len(running(lab, study)) == 10, what="ten pods")
    await disturb(lab, study)
    assert await client.read(StudyClosed, study) is None, "it was over before it was disturbed"
    assert (await closed(client, study)).outcome == "released"
    await assert_exact(lab, client, study, 100)
    await until(lambda: lab.job(study) is None, what="the end of the Job")


async def test_an_adaptive_study_keeps_one_job(lab: Lab, client: OperatorClient) -> None:
    study = await submitted(client, fit("adaptive", 2200, method="subset"))
    uids = set()
    while await client.read(StudyClosed, study) is None:
        if (job := lab.job(study)) is not None:
            uids.add(job["metadata"]["uid"])
        await asyncio.sleep(0.5)
    assert len(uids) == 1
    assert await client.read(BatchPlanned, study, 7) is not None, "expected eight rounds"
    assert [entry["study"] for entry in lab.logged("operator", "job_created")].count(study) == 1
