"""What a handler may await: facts by subject, objects, state, work in a thread. It publishes nothing itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar

from nats.aio.client import Client

from proofmark_chassis.connection import Received, history, last_message
from proofmark_chassis.objects import ObjectStore
from proofmark_chassis.queue import StudyQueue
from proofmark_chassis.settings import ServiceSettings
from proofmark_chassis.state import StateStore
from proofmark_contracts.message import Message, TableMessage, Zone

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Delivery:
    """How the message at hand arrived."""

    data: bytes
    """As received; what is signed or hashed is hashed over these."""
    number: int
    """1 for the first delivery."""
    published_at_s: float
    """Seconds since the epoch, by the server's clock."""
    age_s: float
    """Seconds since it was stored."""


@dataclass(frozen=True)
class Context:
    """The adapters of one service, and the delivery at hand."""

    service: str
    settings: ServiceSettings
    clients: dict[Zone, Client]
    stores: dict[Zone, ObjectStore]
    resources: list[object] = field(default_factory=list)
    delivery: Delivery | None = None

    def resource(self, kind: type[T]) -> T:
        """What the service's lifespan holds of this type."""
        return next(held for held in self.resources if isinstance(held, kind))

    @property
    def core(self) -> ObjectStore:
        return self.stores[Zone.CORE]

    @property
    def state(self) -> StateStore:
        return StateStore(self.clients[Zone.CORE])

    @property
    def queue(self) -> StudyQueue:
        """The work queue, for the one service that may rule it."""
        return StudyQueue(self.clients[Zone.COMPUTE], self.settings.lease_s)

    async def read(self, cls: type[M], *ids: object) -> M | None:
        """The last message of this class and these ids, or None."""
        found = await self.received(cls, *ids)
        return cls.decode(found.data) if found else None

    async def received(self, cls: type[Message], *ids: object) -> Received | None:
        """The same, as the bytes that were received."""
        return await last_message(self.clients[cls.zone], cls.stream, cls.subject_of(*ids))

    async def history(self, cls: type[Message], *ids: object) -> list[Received]:
        """Every message that is still kept of this class and these ids, oldest first."""
        return await history(self.clients[cls.zone], cls.stream, cls.subject_of(*ids))

    async def purge(self, cls: type[Message], *ids: object) -> None:
        """Remove every message of this class and these ids."""
        await self.clients[cls.zone].jetstream().purge_stream(cls.stream, subject=cls.subject_of(*ids))

    async def table(self, message: TableMessage) -> bytes:
        """The Arrow bytes of a message, inline or from its zone's object store."""
        if message.table_ref is None:
            return message.table
        return await self.stores[message.zone].get(message.table_ref.sha256)

    async def compute(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a pure function beside the event loop, so that heartbeats go on."""
        return await asyncio.to_thread(function, *args, **kwargs)

    def delivering(self, delivery: Delivery) -> "Context":
        return replace(self, delivery=delivery)
