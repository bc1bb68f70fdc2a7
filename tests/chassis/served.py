"""Services in processes of their own, forked from one that has imported them. What they do, a study's name says."""

import asyncio
import json
import multiprocessing
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import structlog
from pydantic import BaseModel

import proofmark_chassis.service
from proofmark_chassis import Context, Service
from proofmark_chassis.folding import Address
from proofmark_chassis.server import EmbeddedServer
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import ChunkSimulated, SimulateChunk
from proofmark_contracts.custody import DesignDecided, ReportCompiled
from proofmark_contracts.message import Message, Zone
from tests.chassis.examples import decided, live, simulated

GRACE = "TEST_GRACE_S"

log = structlog.get_logger()


def gate() -> Service:
    service = Service("gate")

    @service.on(ReliabilityAssessed)
    async def decide(message: ReliabilityAssessed, context: Context) -> list[Message]:
        log.info("handling", study=message.study)
        verb, _, seconds = message.study.partition("-")
        if verb == "sleep":
            await asyncio.sleep(float(seconds) / 1000)
        elif verb == "compute":
            await context.compute(time.sleep, float(seconds) / 1000)
        elif verb == "violate":
            await context.clients[Zone.CORE].publish("_INBOX_gate.x", b"", headers={"large": "x" * (2 << 20)})
            await asyncio.sleep(5)
        elif verb == "fail":
            raise ZeroDivisionError("a bug")
        return [decided(message.study)]

    return service


def reporter() -> Service:
    service = Service("reporter")

    @service.on(DesignDecided)
    async def compile_report(message: DesignDecided, context: Context) -> list[Message]:
        return [ReportCompiled(study=message.study, files=())]

    return service


def simulator() -> Service:
    service = Service("simulator")

    @service.on(SimulateChunk)
    async def simulate(message: SimulateChunk, context: Context) -> list[Message]:
        log.info("handling", study=message.study)
        await asyncio.sleep(message.n / 1000)
        return [simulated(message.study, message.n)]

    return service


class Tally(BaseModel):
    """How many facts were counted."""

    counted: int = 0


def wanted(state: Tally | None, study: str) -> Address:
    return ChunkSimulated, (study, 0, state.counted if state else 0)


def aggregator() -> Service:
    service = Service("aggregator")

    @service.fold(ChunkSimulated, state=Tally, wanted=wanted)
    async def count(state: Tally | None, fact: ChunkSimulated, context: Context) -> tuple[Tally, Sequence[Message]]:
        log.info("handling", study=fact.study)
        counted = (state.counted if state else 0) + 1
        return Tally(counted=counted), [live(fact.study, counted)]

    return service


class Served:
    """A running service and what it has logged."""

    def __init__(self, process: ForkServerProcess, output: Path) -> None:
        output.touch()
        self.process = process
        self._output = output

    @property
    def text(self) -> str:
        return self._output.read_text()

    def entries(self, event: str) -> list[dict[str, Any]]:
        lines = [line for line in self.text.splitlines() if line.startswith("{") and line.endswith("}")]
        return [entry for entry in map(json.loads, lines) if entry["event"] == event]

    async def logged(self, event: str, timeout_s: float = 20.0) -> dict[str, Any]:
        """The first log entry of an event, once there is one."""
        async with asyncio.timeout(timeout_s):
            while not (found := self.entries(event)):
                assert self.process.is_alive(), self.text
                await asyncio.sleep(0.01)
            return found[0]

    async def ended(self, timeout_s: float = 20.0) -> int:
        """The exit code, once it has ended."""
        async with asyncio.timeout(timeout_s):
            while (code := self.process.exitcode) is None:
                await asyncio.sleep(0.01)
            return code

    async def terminate(self) -> int:
        self.process.terminate()
        return await self.ended()


@asynccontextmanager
async def served(
    server: EmbeddedServer, name: str, output: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Served]:
    """Run a service of this module as long as the block."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    told = {**server.environment(name), **(environment or {})}
    process = processes.Process(target=_live, args=(name, told, output))
    process.start()
    try:
        yield Served(process, output)
    finally:
        process.kill()
        process.join()


def _live(name: str, environment: dict[str, str], output: Path) -> None:
    os.environ.update(environment)
    with output.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    proofmark_chassis.service.DRAIN_S = float(environment.get(GRACE, "10"))
    {"gate": gate, "reporter": reporter, "simulator": simulator, "aggregator": aggregator}[name]().run()
