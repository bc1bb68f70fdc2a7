"""Workers of the queue: pull from the consumer of every open study at once, within one number of hands."""

import asyncio
import json

import structlog
from nats.errors import Error as NatsError
from proofmark_contracts.message import Message

from proofmark_chassis.consuming import Consumer, Handler
from proofmark_chassis.context import Context
from proofmark_chassis.dead_letters import DeadLetters
from proofmark_chassis.publishing import Publisher

LOOK_S = 0.025
"""How often a worker looks for studies that opened or closed."""
LIST_TIMEOUT_S = 2.0

log = structlog.get_logger()


class WorkQueueConsumers:
    """One consumer task a study; the list on the server says which studies there are."""

    def __init__(
        self, context: Context, publisher: Publisher, dead_letters: DeadLetters, cls: type[Message], handler: Handler
    ) -> None:
        self._context = context
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._cls = cls
        self._handler = handler
        self._pulling: dict[str, tuple[Consumer, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        try:
            while True:
                studies = await self._studies()
                for study in studies - self._pulling.keys():
                    consumer = self._consumer(study)
                    self._pulling[study] = consumer, asyncio.create_task(consumer.run())
                for study in self._pulling.keys() - studies:
                    consumer, task = self._pulling.pop(study)
                    task.cancel()
                await asyncio.sleep(LOOK_S)
        finally:
            for _, task in self._pulling.values():
                task.cancel()

    async def drain(self, grace_s: float) -> None:
        await asyncio.gather(*(consumer.drain(grace_s) for consumer, _ in self._pulling.values()))

    def _consumer(self, study: str) -> Consumer:
        return Consumer(self._context, self._publisher, self._dead_letters, self._cls, study, self._handler)

    async def _studies(self) -> set[str]:
        client = self._context.clients[self._cls.zone]
        names: set[str] = set()
        while True:
            try:
                request = json.dumps({"offset": len(names)}).encode()
                reply = await client.request(
                    f"$JS.API.CONSUMER.NAMES.{self._cls.stream}", request, timeout=LIST_TIMEOUT_S
                )
                page = json.loads(reply.data)
            except NatsError:
                return set(self._pulling)
            if "error" in page:
                return set(self._pulling)
            names |= set(page.get("consumers") or ())
            if len(names) >= int(page.get("total", 0)) or not page.get("consumers"):
                return names
