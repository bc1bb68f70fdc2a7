"""`make chaos`: studies go on while everything is killed; every number must equal that of the undisturbed run.

Runs take longer when they fail in some studies and when they pass in others, so an order of arrival that leaks into the
estimate shows. Usage: python -m tests.system.chaos [--studies 20] [--seed 1]
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from proofmark.client import OperatorClient, operator
from proofmark.embedded import TENANT, Plant
from proofmark.processes import service_of
from proofmark_chassis.connection import last_message, leave
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import BatchPlanned, ChunkSimulated, SimulateChunk
from proofmark_contracts.custody import DesignDecided
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyClosed

WORKERS, TOGETHER, LEASE_S = 3, 4, 1.5
CHUNK_VECTORS = 4
PLANS: tuple[dict[str, Any], ...] = (
    {"method": "monte-carlo", "samples": 400},
    {"method": "latin-hypercube", "samples": 400},
    {"method": "cross-entropy", "samples": 2000},
    {"method": "monte-carlo", "samples": 2000, "stop": "settled"},
    {"method": "kriging", "samples": 400},
    {"method": "subset", "samples": 2100},
    {"method": "auto", "samples": 1500},
)
"""100 to 500 chunks a study; the third and later ones learn from each batch, or stop when they may."""
FINISH_S = 900.0
SERVER = "nats-server"

MODEL = """
import time

SLOW_FAILING = {slow_failing}


def evaluate_one(sample):
    clearance = sample["bore"] - sample["shaft"]
    failed = clearance < {limit}
    time.sleep(0.01 if failed == SLOW_FAILING else 0.001)
    if sample["shaft"] > 0.0100285:
        raise ValueError("the shaft is out of the model's range")
    return {{"clearance": clearance}}
"""


def study(number: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A spec with its model: clear failures, clear passes and close calls, slow when failing or slow when passing."""
    limit = (10e-6, 24e-6, 35e-6)[number % 3]
    model = MODEL.format(slow_failing=bool(number % 2), limit=limit)
    document = {
        "apiVersion": "proofmark/v1",
        "name": f"chaos-{number}",
        "tolerances": {"sigma_level": 3},
        "parameters": {"bore": "10.05 mm +/- 0.03", "shaft": "10.00 mm +/- 0.03"},
        "model": {"kind": "python", "file": "model.py"},
        "requirements": [{"name": "turns freely", "metric": "clearance", "min": f"{limit} m"}],
        "reliability": {"target": 0.97, "confidence": 0.95, "seed": number, **PLANS[number % len(PLANS)]},
    }
    return document, {"model.py": model.encode()}


class Campaign:
    """All studies on one plant, and what they came to."""

    def __init__(self, plant: Plant, studies: int) -> None:
        self.plant = plant
        self.studies = studies
        self.names: dict[str, str] = {}

    async def run(self) -> dict[str, dict[str, Any]]:
        url, passwords = self.plant.server.url, self.plant.server.passwords
        slots = asyncio.Semaphore(TOGETHER)
        async with operator(url, passwords) as client:

            async def one(number: int) -> tuple[str, dict[str, Any]]:
                async with slots:
                    return f"chaos-{number}", await self._one(client, number)

            return dict(await asyncio.gather(*(one(number) for number in range(self.studies))))

    async def _one(self, client: OperatorClient, number: int) -> dict[str, Any]:
        document, files = study(number)
        while True:
            try:
                event = await client.submit(TENANT, document, files)
                break
            except (NatsError, APIError):
                await asyncio.sleep(0.1)
        answer = await client.answer(TENANT, event)
        assert answer.study is not None, answer.reasons
        async with asyncio.timeout(FINISH_S):
            closed = await client.wait(StudyClosed, answer.study)
        assessed = await client.wait(ReliabilityAssessed, answer.study)
        self.names[f"chaos-{number}"] = answer.study
        return {"assessed": assessed.encode().decode(), "outcome": closed.outcome}

    async def evidence(self) -> dict[str, dict[str, Any]]:
        """Results stored and what the gate signed, by study; chunks that are left over must be none."""
        compute = await self.plant.server.admin(Zone.COMPUTE)
        trust = await self.plant.server.admin(Zone.TRUST)
        found = {}
        async with operator(self.plant.server.url, self.plant.server.passwords) as client:
            for name, study_id in self.names.items():
                decided = await last_message(trust, DesignDecided.stream, DesignDecided.subject_of(study_id))
                payload = json.loads(decided.data)["envelope"]["payload"] if decided else None
                found[name] = {"decision": payload, "unlike": await _unlike_the_plan(client, compute, study_id)}
        left = await compute.jetstream().stream_info("CHUNK", subjects_filter=SimulateChunk.subject_of())
        found["left in the queue"] = {"chunks": left.state.messages}
        await asyncio.gather(leave(compute), leave(trust))
        return found


async def _unlike_the_plan(client: OperatorClient, compute: Client, study_id: str) -> int:
    """By how many results a study differs from the chunks of its plan; one that stopped early may."""
    assessed = await client.wait(ReliabilityAssessed, study_id)
    if assessed.stopped:
        return 0
    info = await compute.jetstream().stream_info("RESULT", subjects_filter=ChunkSimulated.subject_of(study_id))
    planned, batch = 0, 0
    while (plan := await client.read(BatchPlanned, study_id, batch)) is not None:
        planned += len(plan.chunks)
        batch += 1
    return len(info.state.subjects or {}) - planned


async def havoc(plant: Plant, seed: int, kills: Counter[str]) -> None:
    """SIGKILL something every fraction of a second, and start it again a moment later."""
    dice = random.Random(seed)
    victims = [*plant.services.running, SERVER, SERVER]
    while True:
        await asyncio.sleep(dice.uniform(0.2, 1.2))
        victim = dice.choice(victims)
        kills[service_of(victim)] += 1
        if victim == SERVER:
            plant.server.kill()
            await asyncio.sleep(dice.uniform(0.0, 0.3))
            await asyncio.to_thread(plant.server.start)
        else:
            await asyncio.to_thread(plant.services.kill, victim)
            await asyncio.sleep(dice.uniform(0.0, 0.2))
            await asyncio.to_thread(plant.services.start, victim)


async def count_deliveries(plant: Plant, seen: dict[str, int]) -> None:
    """Watch how often each study's chunks were handed out: a consumer is gone once its study is closed."""
    compute = await plant.server.admin(Zone.COMPUTE)
    while True:
        try:
            for info in await compute.jetstream().consumers_info("CHUNK"):
                delivered = info.delivered.consumer_seq if info.delivered else 0
                seen[info.name] = max(seen.get(info.name, 0), delivered or 0)
        except (NatsError, APIError):
            pass
        await asyncio.sleep(0.2)


async def campaign(
    home: Path, studies: int, disturb: int | None
) -> tuple[dict[str, Any], Mapping[str, int], Mapping[str, int]]:
    """Run every study; `disturb` is the seed of the havoc, None leaves them in peace."""
    extra = {"PROOFMARK_ALLOW_PYTHON_MODELS": "true", "PROOFMARK_CHUNK_VECTORS": str(CHUNK_VECTORS)}
    plant = Plant(home, WORKERS, lease_s=LEASE_S, extra=extra)
    kills: Counter[str] = Counter()
    seen: dict[str, int] = {}
    side: list[asyncio.Task[None]] = []
    await plant.start()
    try:
        side.append(asyncio.create_task(count_deliveries(plant, seen)))
        if disturb is not None:
            side.append(asyncio.create_task(havoc(plant, disturb, kills)))
        running = Campaign(plant, studies)
        results: dict[str, Any] = await running.run()
        for task in side:
            task.cancel()
        ended = await asyncio.gather(*side, return_exceptions=True)
        for end in ended:
            if isinstance(end, Exception):
                raise end
        if plant.server.process is not None and plant.server.process.poll() is not None:
            await asyncio.to_thread(plant.server.start)
        plant.services.restart_the_dead()
        await asyncio.sleep(4 * LEASE_S)
        return {"results": results, "evidence": await running.evidence()}, kills, seen
    finally:
        await plant.stop()


def differences(calm: dict[str, Any], wild: dict[str, Any]) -> list[str]:
    """Names of the studies whose numbers, tables, decision or count of results differ."""
    return [
        name
        for part in ("results", "evidence")
        for name in sorted(calm[part].keys() | wild[part].keys())
        if calm[part].get(name) != wild[part].get(name)
    ]


async def main(studies: int, seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="proofmark-chaos-") as folder:
        os.environ.setdefault("PROOFMARK_HOME", str(Path(folder) / "home"))
        began = time.monotonic()
        calm, _, delivered = await campaign(Path(folder) / "calm", studies, None)
        print(f"undisturbed: {studies} studies in {time.monotonic() - began:.0f} s", flush=True)
        for name, result in calm["results"].items():
            found = json.loads(result["assessed"])
            print(
                f"  {name}: {result['outcome']}, {found['method']}, {len(found['rounds'])} rounds, {found['reasons']}"
            )
        began = time.monotonic()
        wild, kills, delivered_wild = await campaign(Path(folder) / "wild", studies, seed)
        print(f"disturbed: {studies} studies in {time.monotonic() - began:.0f} s", flush=True)
    outcomes = Counter(result["outcome"] for result in wild["results"].values())
    print(f"outcomes: {dict(outcomes)}")
    again = sum(max(0, times - delivered.get(study, 0)) for study, times in delivered_wild.items())
    print(f"kills: {sum(kills.values())} {dict(kills)}; chunks handed out again, as far as was seen: {again:,}")
    wrong = [name for name, found in wild["evidence"].items() if found.get("unlike")]
    wrong += ["left in the queue"] if wild["evidence"]["left in the queue"]["chunks"] else []
    different = differences(calm, wild)
    print(f"identical: {studies - len(set(different) & set(wild['results']))} of {studies} studies")
    if different or wrong:
        print(f"DIFFERENT: {different}; WRONG COUNTS: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--studies", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    told = arguments.parse_args()
    sys.exit(asyncio.run(main(told.studies, told.seed)))
