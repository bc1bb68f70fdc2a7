"""`make bench-cluster`: the operator's reaction and chunks against pods, on a control plane of processes.

One JSON line each. Pods are processes here: no image is pulled, and the same cores run control plane, bus and workers.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from proofmark.client import OperatorClient, operator
from proofmark_chassis.connection import last_message
from proofmark_contracts.campaign import ChunkSimulated
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyOpened
from proofmark_operator.names import job_name
from tests.cluster.control_plane import NODES
from tests.cluster.lab import TENANT, Lab, closed, submitted, until
from tests.cluster.specs import fit, slow_fit

REACTIONS = 100
CHUNKS = {1: 200, 2: 400, 5: 500, 10: 1000, 25: 2000, 50: 2000}
"""Chunks of one vector for so many pods."""
WAIT_S = 0.05
"""What a vector costs where time, not the processor, is what runs take."""
VECTORS = 1000
MIDDLE = (0.2, 0.8)
"""Shares of the results between which they are counted."""
Spec = tuple[dict[str, Any], dict[str, bytes]]


def say(name: str, **figures: Any) -> None:
    print(json.dumps({"bench": name, **figures}), flush=True)


def seconds(timestamp: str) -> float:
    """Of an RFC 3339 time, since the epoch."""
    return datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()


async def opened_at(lab: Lab, study: str) -> float:
    core = await lab.plant.server.admin(Zone.CORE)
    try:
        found = await last_message(core, StudyOpened.stream, StudyOpened.subject_of(study))
        assert found is not None
        return found.at_s
    finally:
        await core.close()


async def reaction(lab: Lab, client: OperatorClient) -> None:
    """From `study.opened` as the bus stored it to the Job that the API server has taken."""
    studies = []
    for n in range(REACTIONS):
        studies.append(await submitted(client, fit(f"reaction-{n}", 1) | {"revision": str(n)}))
        await asyncio.sleep(0.2)
    await until(lambda: set(studies) <= {e["study"] for e in lab.logged("operator", "job_created")}, what="the Jobs")
    created = {e["study"]: seconds(e["timestamp"]) for e in lab.logged("operator", "job_created")}
    took_ms = sorted([1000 * (created[study] - await opened_at(lab, study)) for study in studies])
    for study in studies:
        await closed(client, study)
    last = took_ms[max(0, round(0.99 * len(took_ms)) - 1)]
    rss = lab.processes.resident_mib()["operator"]
    say("reaction", studies=REACTIONS, p50_ms=round(statistics.median(took_ms)), p99_ms=round(last), operator_mib=rss)


async def first_result(lab: Lab, client: OperatorClient) -> None:
    """From a submission to its first stored chunk."""
    compute = await lab.plant.server.admin(Zone.COMPUTE)
    began = time.monotonic()
    study = await submitted(client, fit("first", 10))
    subject = ChunkSimulated.subject_of(study, 0, 0)
    while await last_message(compute, ChunkSimulated.stream, subject) is None:
        await asyncio.sleep(0.02)
    say("first-result", seconds=round(time.monotonic() - began, 2))
    await closed(client, study)
    await compute.close()


async def stored_at(lab: Lab, study: str, chunks: int) -> list[float]:
    """When each result was stored, in order."""
    compute = await lab.plant.server.admin(Zone.COMPUTE)
    subjects = [ChunkSimulated.subject_of(study, 0, n) for n in range(chunks)]
    found = [await last_message(compute, ChunkSimulated.stream, subject) for subject in subjects]
    await compute.close()
    stored = sorted(result.at_s for result in found if result is not None)
    assert len(stored) == chunks
    return stored


async def throughput(lab: Lab, client: OperatorClient, pods: int, kind: str, spec: Spec) -> None:
    """Chunks a second by so many pods: they are handed out once all pods serve."""
    lab.processes.end("operator")
    lab.start_operator(max_pods=pods, chunk_vectors=1)
    study = await submitted(client, *spec)
    await client.command(TENANT, study, "pause")
    await until(lambda: serving(lab, study) == pods, what="the pods")
    resumed_s = time.time()
    await client.command(TENANT, study, "resume")
    await closed(client, study)
    stored = [at_s for at_s in await stored_at(lab, study, CHUNKS[pods]) if at_s > resumed_s]
    first, last = (round(share * (len(stored) - 1)) for share in MIDDLE)
    rate = (last - first) / (stored[last] - stored[first])
    load = round(os.getloadavg()[0])
    say("throughput", runs=kind, pods=pods, chunks=len(stored), chunks_per_s=round(rate), load=load)


def serving(lab: Lab, study: str) -> int:
    """Pods of a study that are ready for its chunks."""
    logs = lab.home.glob(f"node-*/{job_name(study)}-*.log")
    return sum('"event": "serving"' in log.read_text() for log in logs)


async def one_pod_a_vector(lab: Lab, client: OperatorClient) -> None:
    """A study in chunks on fifty pods, beside a Job with a pod for each of its vectors.

    Those pods end as soon as they have begun: what each vector would cost before its run.
    """
    lab.processes.end("operator")
    lab.start_operator(max_pods=50)
    study = await submitted(client, fit("in-chunks", VECTORS))
    await closed(client, study)
    in_chunks = (await stored_at(lab, study, VECTORS))[-1] - await opened_at(lab, study)
    in_pods, _ = await of_nothing(lab, client, VECTORS)
    say("one-pod-a-vector", vectors=VECTORS, in_chunks_s=round(in_chunks, 1), in_pods_s=round(in_pods, 1))


async def of_nothing(lab: Lab, client: OperatorClient, pods: int) -> tuple[float, int]:
    """Seconds from an opened study to the end of so many pods that do nothing, and the operator's MiB then."""
    lab.processes.end("operator")
    lab.start_operator(max_pods=pods, chunk_vectors=1, image="proofmark-nothing:test")
    study = await submitted(client, fit(f"nothing-{pods}", pods))
    began = await opened_at(lab, study)
    await until(lambda: succeeded(lab, study) == pods, 3600, "the end of the pods")
    took_s, mib = time.time() - began, lab.processes.resident_mib()["operator"]
    await client.command(TENANT, study, "cancel")
    await until(lambda: lab.job(study) is None, 600, "the end of the Job")
    return took_s, mib


def succeeded(lab: Lab, study: str) -> int:
    job = lab.job(study)
    return job["status"].get("succeeded", 0) if job else 0


async def measure(lab: Lab, client: OperatorClient) -> None:
    await first_result(lab, client)
    await reaction(lab, client)
    for pods, chunks in CHUNKS.items():
        await throughput(lab, client, pods, "arithmetic", (fit(f"pods-{pods}", chunks), {}))
        await throughput(lab, client, pods, f"{WAIT_S:g} s", slow_fit(f"slow-{pods}", chunks, WAIT_S))
    await one_pod_a_vector(lab, client)


async def run(lab: Lab, pods_of_nothing: int | None) -> None:
    await lab.start()
    try:
        for node in NODES:
            lab.start_node(node)
        lab.start_operator()
        async with operator(lab.plant.server.url, lab.plant.server.passwords) as client:
            if pods_of_nothing is None:
                await measure(lab, client)
            else:
                took_s, mib = await of_nothing(lab, client, pods_of_nothing)
                say("pods-of-nothing", pods=pods_of_nothing, seconds=round(took_s), operator_mib=mib)
        say("control-plane", mib=lab.cluster.processes.resident_mib())
    finally:
        await lab.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods-of-nothing", type=int, metavar="N", help="only a Job of N pods that end at once")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PROOFMARK_HOME"] = str(Path(folder) / "home")
        asyncio.run(run(Lab(Path(folder) / "lab"), asked.pods_of_nothing))


if __name__ == "__main__":
    main()
