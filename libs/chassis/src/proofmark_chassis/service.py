"""A service: which messages it answers and which facts it folds; the chassis does the rest."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, TypeVar

import structlog
from nats.errors import AuthorizationError
from pydantic import BaseModel

from proofmark_chassis import telemetry
from proofmark_chassis.burying import bury
from proofmark_chassis.connection import connect, leave
from proofmark_chassis.consuming import Consumer, Handler, Means
from proofmark_chassis.context import Context
from proofmark_chassis.dead_letters import DeadLetters
from proofmark_chassis.errors import SettingsRefused
from proofmark_chassis.folding import Fold, Reducer, Wanted
from proofmark_chassis.health import Health
from proofmark_chassis.leases import Leases
from proofmark_chassis.objects import ObjectStore
from proofmark_chassis.publishing import Publisher
from proofmark_chassis.settings import ServiceSettings
from proofmark_chassis.tasks import end
from proofmark_chassis.work_queue import StudyConsumer, WorkQueueConsumer
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.services import SERVICES
from proofmark_contracts.streams import Policy, stream_of

DRAIN_S = 10.0
EXIT_CONFIGURATION = 42
"""Trying again is in vain: the settings are refused, or the credentials."""
EXIT_HANDED_BACK = 143
"""A worker of one study was told to go before its study ended: what it held is with the queue again."""
Worker = Consumer | Fold[Any]
Source = Callable[[Context], AsyncGenerator[Message, None]]
H = TypeVar("H", bound=Callable[..., Any])

log = structlog.get_logger()


class Service:
    """One deployable service, known to the `SERVICES` table by its name."""

    def __init__(self, name: str, settings: type[ServiceSettings] = ServiceSettings) -> None:
        self.name = name
        self._settings = settings
        self._handlers: list[tuple[type[Message], Handler]] = []
        self._folds: list[tuple[type[Message], type[BaseModel], Wanted, Reducer]] = []
        self._sources: list[Source] = []
        self._resources: list[Callable[[], contextlib.AbstractAsyncContextManager[object]]] = []

    def on(self, cls: type[Message]) -> Callable[[H], H]:
        """Answer each message of a class. The handler returns or yields the messages that follow from it."""

        def register(handler: H) -> H:
            self._handlers.append((cls, handler))
            return handler

        return register

    def fold(self, wake: type[Message], *, state: type[BaseModel], wanted: Wanted) -> Callable[[H], H]:
        """Reduce the facts that `wanted(state, study)` names, in that order; `wake` says that one may have come."""

        def register(reducer: H) -> H:
            self._folds.append((wake, state, wanted, reducer))
            return reducer

        return register

    def source(self, outside: Source) -> Source:
        """Publish what an asynchronous generator yields: messages that begin outside the bus."""
        self._sources.append(outside)
        return outside

    def lifespan(self, resource: H) -> H:
        """Hold what an asynchronous generator yields as long as the service runs: `context.resource(its type)`."""
        self._resources.append(contextlib.asynccontextmanager(resource))
        return resource

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, drain, and end. The console script of every service."""
        try:
            settings = self._settings.from_environment(os.environ)
            telemetry.configure(self.name, settings)
            asyncio.run(self._serve_until_told(settings))
        except (SettingsRefused, AuthorizationError) as refusal:
            sys.stderr.write(f"proofmark-{self.name}: {type(refusal).__name__}: {refusal}\n")
            sys.exit(EXIT_CONFIGURATION)

    async def _serve_until_told(self, settings: ServiceSettings) -> None:
        serving = asyncio.create_task(self.serve(settings))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        telemetry.flush()
        sys.stdout.flush()
        # Computations cannot be cancelled; theirs are the deliveries that were handed back, so nobody waits for them.
        os._exit(EXIT_HANDED_BACK if settings.study and serving.cancelled() else 0)

    async def serve(self, settings: ServiceSettings) -> None:
        """Connect, consume, and drain when cancelled."""
        async with contextlib.AsyncExitStack() as stack:
            context = await stack.enter_async_context(self._connected(settings))
            for resource in self._resources:
                context.resources.append(await stack.enter_async_context(resource()))
            health = await stack.enter_async_context(Health.serving(settings, context.clients))
            means = self._means(context)
            beating = asyncio.create_task(means.leases.beat())
            workers = self._workers(means)
            tasks = [asyncio.create_task(worker.run()) for worker in workers]
            tasks += [asyncio.create_task(bury(means, zone)) for zone in self._zones_of_durables()]
            tasks += [asyncio.create_task(_publish_from(source, means)) for source in self._sources]
            health.ready = True
            log.info("serving", zones=sorted(context.clients))
            try:
                await _first_to_end(tasks)
            finally:
                health.ready = False
                await end(tasks)
                await asyncio.gather(*(worker.drain(DRAIN_S) for worker in workers))
                await end([beating])
                log.info("drained")

    @contextlib.asynccontextmanager
    async def _connected(self, settings: ServiceSettings) -> AsyncIterator[Context]:
        clients = {}
        try:
            for zone in sorted(SERVICES[self.name].zones):
                clients[zone] = await connect(settings.bus_url, zone, self.name, settings.password(zone))
            stores = {zone: ObjectStore(client) for zone, client in clients.items()}
            yield Context(self.name, settings, clients, stores)
        finally:
            for client in clients.values():
                await leave(client)

    def _means(self, context: Context) -> Means:
        role = SERVICES[self.name]
        stores = {zone: context.stores[zone] if zone in role.puts_objects else None for zone in context.clients}
        dead_letters = {zone: DeadLetters(context.clients[zone], store) for zone, store in stores.items()}
        return Means(
            context, Publisher(context.clients, context.stores), Leases(context.settings.lease_s), dead_letters
        )

    def _workers(self, means: Means) -> list[Worker]:
        workers: list[Worker] = []
        for cls, handler in self._handlers:
            study = means.context.settings.study
            if _queued(cls) and study is not None:
                workers.append(StudyConsumer(means, cls, handler, study))
            else:
                workers.append((WorkQueueConsumer if _queued(cls) else Consumer)(means, cls, handler))
        return workers + [Fold(means, *fold) for fold in self._folds]

    def _zones_of_durables(self) -> set[Zone]:
        classes = [cls for cls, _ in self._handlers] + [wake for wake, *_ in self._folds]
        return {cls.zone for cls in classes if not _queued(cls)}


def _queued(cls: type[Message]) -> bool:
    return stream_of(cls).policy is Policy.WORK_QUEUE


async def _publish_from(source: Source, means: Means) -> None:
    async with contextlib.aclosing(source(means.context)) as messages:
        async for message in messages:
            await means.publisher.publish(message)


async def _first_to_end(tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the first task that ends: a worker whose study is over; any other is a bug. It ends the service."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
