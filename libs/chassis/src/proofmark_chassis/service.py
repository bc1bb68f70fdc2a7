"""A service: which messages it answers and which facts it folds; the chassis does the rest."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import structlog
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.services import SERVICES
from proofmark_contracts.streams import Policy, stream_of
from pydantic import BaseModel

from proofmark_chassis import telemetry
from proofmark_chassis.connection import connect, leave
from proofmark_chassis.consuming import Consumer, Handler
from proofmark_chassis.context import Context
from proofmark_chassis.dead_letters import DeadLetters
from proofmark_chassis.folding import Fold, Reducer, Wanted
from proofmark_chassis.health import Health
from proofmark_chassis.names import advisory_stream, casualties, durable
from proofmark_chassis.objects import ObjectStore
from proofmark_chassis.publishing import Publisher
from proofmark_chassis.pulling import deliveries
from proofmark_chassis.settings import ServiceSettings
from proofmark_chassis.slots import Slots
from proofmark_chassis.work_queue import WorkQueueConsumers

DRAIN_S = 10.0
H = TypeVar("H", bound=Callable[..., Any])

log = structlog.get_logger()


class Service:
    """One deployable service, known to the `SERVICES` table by its name."""

    def __init__(self, name: str, settings: type[ServiceSettings] = ServiceSettings) -> None:
        self.name = name
        self._settings = settings
        self._handlers: list[tuple[type[Message], Handler]] = []
        self._folds: list[tuple[type[Message], type[BaseModel], Wanted, Reducer]] = []
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

    def lifespan(self, resource: H) -> H:
        """Hold what an asynchronous generator yields as long as the service runs: `context.resource(its type)`."""
        self._resources.append(contextlib.asynccontextmanager(resource))
        return resource

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain. The console script of every service."""
        settings = self._settings.from_environment(os.environ)
        telemetry.configure(self.name, settings)
        asyncio.run(self.serve(settings))
        telemetry.flush()

    async def serve(self, settings: ServiceSettings) -> None:
        """Connect, consume, and drain when told to stop."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        async with contextlib.AsyncExitStack() as stack:
            context = await stack.enter_async_context(self._connected(settings))
            for resource in self._resources:
                context.resources.append(await stack.enter_async_context(resource()))
            health = await stack.enter_async_context(Health.serving(settings, context.clients))
            workers = self._workers(context)
            tasks = [asyncio.create_task(worker.run()) for worker in workers]
            tasks += [asyncio.create_task(self._bury(context, zone)) for zone in self._zones_of_handlers()]
            health.ready = True
            log.info("serving", zones=sorted(context.clients))
            try:
                await _until(stopping, tasks)
            finally:
                health.ready = False
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await asyncio.gather(*(worker.drain(DRAIN_S) for worker in workers))
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

    def _workers(self, context: Context) -> list[Consumer | WorkQueueConsumers | Fold[Any]]:
        publisher = Publisher(context.clients, context.stores)
        workers: list[Consumer | WorkQueueConsumers | Fold[Any]] = []
        for cls, handler in self._handlers:
            dead_letters = self._dead_letters(context, cls.zone)
            if stream_of(cls).policy is Policy.WORK_QUEUE:
                workers.append(WorkQueueConsumers(context, publisher, dead_letters, cls, handler))
            else:
                workers.append(Consumer(context, publisher, dead_letters, cls, durable(self.name, cls), handler))
        for wake, state, wanted, reducer in self._folds:
            dead_letters = self._dead_letters(context, wake.zone)
            name = durable(self.name, wake)
            workers.append(Fold(context, publisher, dead_letters, wake, name, state, wanted, reducer))
        return workers

    def _dead_letters(self, context: Context, zone: Zone) -> DeadLetters:
        store = context.stores[zone] if zone in SERVICES[self.name].puts_objects else None
        return DeadLetters(context.clients[zone], store)

    def _zones_of_handlers(self) -> set[Zone]:
        classes = [cls for cls, _ in self._handlers] + [wake for wake, *_ in self._folds]
        return {cls.zone for cls in classes if stream_of(cls).policy is not Policy.WORK_QUEUE}

    async def _bury(self, context: Context, zone: Zone) -> None:
        """Park the messages whose deliveries ran out because every worker that took them died."""
        dead_letters = self._dead_letters(context, zone)
        consumer = casualties(self.name, zone)
        async for advisory in deliveries(context.clients[zone], advisory_stream(zone), consumer, Slots(1)):
            await dead_letters.park_casualty(advisory.data)
            await advisory.ack()


async def _until(stopping: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Return when told to stop; a task that ends by itself is a bug and ends the service."""
    stop = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    for task in done - {stop}:
        task.result()
