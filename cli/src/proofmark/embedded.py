"""The whole of Proofmark on this machine: a nats-server and every service, in one process tree."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.fork_server import start_fork_server
from proofmark.home import ensure_keys, key_folder
from proofmark.processes import ServiceProcesses, instances
from proofmark_chassis.provisioning import Provisioning
from proofmark_chassis.server import EmbeddedServer
from proofmark_contracts.services import ON_ONE_MACHINE

LOOK_AFTER_S = 1.0
TENANT = "local"


def worker_count() -> int:
    """`$PROOFMARK_WORKERS`, else one simulator for each core this process may use."""
    asked = os.environ.get("PROOFMARK_WORKERS")
    if not asked:
        return len(os.sched_getaffinity(0))
    if not asked.isdecimal() or int(asked) < 1:
        raise Failure(f"PROOFMARK_WORKERS: expected a whole number of at least 1, got {asked!r}", Exit.USAGE)
    return int(asked)


class Plant:
    """A running server and its services."""

    def __init__(self, home: Path, workers: int, lease_s: float = 5.0, extra: dict[str, str] | None = None) -> None:
        self.server = EmbeddedServer(home)
        self.workers = workers
        self._lease_s = lease_s
        self._scratch = home / "tmp"
        """Folders of model processes; what a killed simulator leaves is removed with the rest."""
        self._scratch.mkdir(exist_ok=True)
        shared = self._shared_environment() | (extra or {})
        environments = {name: self.server.environment(name) | shared for name in ON_ONE_MACHINE}
        self.services = ServiceProcesses(environments, home / "services.log")

    def _shared_environment(self) -> dict[str, str]:
        """What every service is told alike; credentials are each one's own."""
        trust = ensure_keys()
        return {
            "PROOFMARK_LEASE_S": str(self._lease_s),
            "PROOFMARK_KEY_FOLDER": str(key_folder()),
            "PROOFMARK_TRUST_FILE": str(trust),
            "TMPDIR": str(self._scratch),
        }

    async def start(self) -> None:
        """Start the server, make its streams, start every service."""
        start_fork_server()
        starting = asyncio.create_task(asyncio.to_thread(self._start_services))
        await asyncio.to_thread(self.server.start)
        await self.server.provision(Provisioning(lease_s=self._lease_s))
        await starting

    def _start_services(self) -> None:
        for instance in instances(self.workers):
            self.services.start(instance)

    async def look_after(self) -> None:
        """Restart what ends by itself, for as long as this runs."""
        while True:
            await asyncio.sleep(LOOK_AFTER_S)
            self.services.restart_the_dead()

    async def stop(self) -> None:
        await asyncio.to_thread(self.services.stop)
        await asyncio.to_thread(self.server.stop)


@contextlib.asynccontextmanager
async def running(home: Path, workers: int | None = None, extra: dict[str, str] | None = None) -> AsyncIterator[Plant]:
    """A plant that is looked after, and ends with the block."""
    plant = Plant(home, workers or worker_count(), extra=extra)
    care = None
    try:
        await plant.start()
        care = asyncio.create_task(plant.look_after())
        yield plant
    finally:
        if care is not None:
            care.cancel()
        await plant.stop()
