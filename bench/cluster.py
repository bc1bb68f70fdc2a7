"""`make bench-cluster`: the operator's reaction and chunks against pods, on a control plane of processes.

One JSON line each. Pods are processes here: no image is pulled, and the same cores run control plane, bus and workers.
"""

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
from tests.cluster.control_plane import NODES
from tests.cluster.lab import Lab, closed, submitted, until
from tests.cluster.specs import fit

REACTIONS = 40
PODS = (1, 5, 10, 25, 50)
CHUNKS = 1000


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


async def throughput(lab: Lab, client: OperatorClient, pods: int) -> float:
    """Chunks a second between the first stored result and the last, by so many pods."""
    lab.processes.end("operator")
    lab.start_operator(max_pods=pods)
    study = await submitted(client, fit(f"pods-{pods}", CHUNKS) | {"revision": str(pods)})
    await closed(client, study)
    compute = await lab.plant.server.admin(Zone.COMPUTE)
    stream, subjects = ChunkSimulated.stream, [ChunkSimulated.subject_of(study, 0, n) for n in range(CHUNKS)]
    found = [await last_message(compute, stream, subject) for subject in subjects]
    await compute.close()
    stored = sorted(result.at_s for result in found if result is not None)
    assert len(stored) == CHUNKS
    rate = (CHUNKS - 1) / (stored[-1] - stored[0])
    whole = stored[-1] - await opened_at(lab, study)
    say("throughput", pods=pods, chunks_per_s=round(rate), opened_to_last_s=round(whole, 1))
    return whole


async def run(lab: Lab) -> None:
    await lab.start()
    try:
        for node in NODES:
            lab.start_node(node)
        lab.start_operator()
        async with operator(lab.plant.server.url, lab.plant.server.passwords) as client:
            await first_result(lab, client)
            await reaction(lab, client)
            for pods in PODS:
                await throughput(lab, client, pods)
        say("control-plane", mib=lab.cluster.processes.resident_mib())
    finally:
        await lab.stop()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PROOFMARK_HOME"] = str(Path(folder) / "home")
        asyncio.run(run(Lab(Path(folder) / "lab")))


if __name__ == "__main__":
    main()
