"""Workers of the queue: pull from every open study at once, within one number of hands, or from one to its end."""

import asyncio
import json

from nats.errors import Error as NatsError

from proofmark_chassis.connection import REQUEST_TIMEOUT_S
from proofmark_chassis.consuming import Consumer, Handler, Means
from proofmark_chassis.tasks import end
from proofmark_contracts.campaign import ChunkStop
from proofmark_contracts.message import Message

LOOK_S = 0.025
"""How often a worker looks for studies that opened or closed."""
STOP_LOOK_S = 1.0
"""How often a worker of one study asks whether it wants more runs; thousands of them may ask."""


class WorkQueueConsumer(Consumer):
    """One pull a study; the list on the server says which studies there are."""

    async def run(self) -> None:
        pulls: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                studies = await self._studies(known=set(pulls))
                for study in studies - pulls.keys():
                    pulls[study] = asyncio.create_task(self._pull(study))
                for study in pulls.keys() - studies:
                    pulls.pop(study).cancel()
                await asyncio.sleep(LOOK_S)
        finally:
            await end(pulls.values())

    async def _studies(self, known: set[str]) -> set[str]:
        """The open studies; while the server is away, those that were known."""
        client = self._means.context.clients[self._cls.zone]
        names: set[str] = set()
        while True:
            try:
                request = json.dumps({"offset": len(names)}).encode()
                subject = f"$JS.API.CONSUMER.NAMES.{self._cls.stream}"
                page = json.loads((await client.request(subject, request, timeout=REQUEST_TIMEOUT_S)).data)
            except NatsError:
                return known
            if "error" in page:
                return known
            names |= set(page["consumers"] or ())
            if len(names) >= page["total"] or not page["consumers"]:
                return names


class StudyConsumer(Consumer):
    """Pulls from one study until it wants no more runs; a queue that is dry may fill again."""

    def __init__(self, means: Means, cls: type[Message], handler: Handler, study: str) -> None:
        super().__init__(means, cls, handler)
        self._study = study

    async def run(self) -> None:
        pull = asyncio.create_task(self._pull(self._study))
        try:
            while await self._means.context.read(ChunkStop, self._study) is None:
                await asyncio.wait({pull}, timeout=STOP_LOOK_S)
                if pull.done():
                    pull.result()
        finally:
            await end([pull])
