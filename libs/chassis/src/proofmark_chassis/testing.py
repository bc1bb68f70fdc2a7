"""For tests: a real nats-server, and services run inside the test's own process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

from nats.aio.client import Client

from proofmark_chassis.connection import Received, last_message, leave
from proofmark_chassis.names import dead_letter_subject
from proofmark_chassis.provisioning import Provisioning
from proofmark_chassis.publishing import Publisher
from proofmark_chassis.queue import StudyQueue
from proofmark_chassis.server import EmbeddedServer, running_server
from proofmark_chassis.service import Service
from proofmark_chassis.settings import PREFIX, ServiceSettings
from proofmark_contracts.message import Message, Zone

M = TypeVar("M", bound=Message)
QUICK = Provisioning(lease_s=0.6)


class TestBus:
    """A server with an administrator in every zone, who may publish any message and look at any subject."""

    __test__ = False

    def __init__(self, server: EmbeddedServer, clients: dict[Zone, Client]) -> None:
        self.server = server
        self.clients = clients
        self._publisher = Publisher(clients, {})

    async def publish(self, message: Message) -> None:
        await self._publisher.publish(message)

    async def read(self, cls: type[M], *ids: object) -> M | None:
        found = await last_message(self.clients[cls.zone], cls.stream, cls.subject_of(*ids))
        return cls.decode(found.data) if found else None

    async def wait(self, cls: type[M], *ids: object, timeout_s: float = 10.0) -> M:
        """The message once it is there; TimeoutError names its subject."""
        try:
            async with asyncio.timeout(timeout_s):
                while (found := await self.read(cls, *ids)) is None:
                    await asyncio.sleep(0.01)
                return found
        except TimeoutError:
            raise TimeoutError(f"no {cls.subject_of(*ids)} within {timeout_s:g} s") from None

    async def dead_letter(self, zone: Zone, stream: str, consumer: str, timeout_s: float = 10.0) -> Received:
        """The last message that a consumer's service parked, once there is one."""
        subject = dead_letter_subject(stream, consumer)
        async with asyncio.timeout(timeout_s):
            while (found := await last_message(self.clients[zone], f"DLQ_{zone.upper()}", subject)) is None:
                await asyncio.sleep(0.01)
            return found

    async def disconnected(self) -> None:
        """Wait until every administrator has noticed that the server is away."""
        while any(client.is_connected for client in self.clients.values()):
            await asyncio.sleep(0.01)

    async def open_queue(self, study: str) -> None:
        """Give a study its consumer on the work queue."""
        await StudyQueue(self.clients[Zone.COMPUTE], QUICK.lease_s).open(study)

    async def count(self, zone: Zone, stream: str) -> int:
        """Messages in a stream."""
        return int((await self.clients[zone].jetstream().stream_info(stream)).state.messages)

    def settings(self, cls: type[ServiceSettings] = ServiceSettings, service: str = "", **more: Any) -> ServiceSettings:
        """Settings that give a service its own credentials on this server."""
        told = self.server.environment(service) | {"PROOFMARK_LEASE_S": str(QUICK.lease_s)}
        return cls.from_environment(told | {PREFIX + name.upper(): str(value) for name, value in more.items()})


@contextlib.asynccontextmanager
async def bus_in(home: Path) -> AsyncIterator[TestBus]:
    """A provisioned server in `home` that ends with the block."""
    async with running_server(home, QUICK) as server, bus_on(server) as bus:
        try:
            yield bus
        finally:
            server.kill()


@contextlib.asynccontextmanager
async def bus_on(server: EmbeddedServer) -> AsyncIterator[TestBus]:
    """Administrators on a server that runs already; they leave with the block."""
    clients = {zone: await server.admin(zone) for zone in Zone}
    try:
        yield TestBus(server, clients)
    finally:
        await asyncio.gather(*map(leave, clients.values()))


@contextlib.asynccontextmanager
async def serving(bus: TestBus, service: Service, settings: ServiceSettings | None = None) -> AsyncIterator[None]:
    """Run a service in this process as long as the block."""
    task = asyncio.create_task(service.serve(settings or bus.settings(service=service.name)))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
