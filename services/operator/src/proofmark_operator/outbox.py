"""Messages on their way from the resources of the cluster to the bus."""

import asyncio
from collections.abc import AsyncGenerator

from proofmark_contracts.message import Message


class Outbox:
    """Handed over by `publish`, taken by the service's source."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[Message, asyncio.Event] | None] = asyncio.Queue()

    async def publish(self, message: Message) -> None:
        """Hand a message over, and wait until it is recorded."""
        recorded = asyncio.Event()
        await self._queue.put((message, recorded))
        await recorded.wait()

    def close(self) -> None:
        """Nothing will be handed over any more."""
        self._queue.put_nowait(None)

    async def messages(self) -> AsyncGenerator[Message, None]:
        """What was handed over, in order; asking for the next one says that the last is recorded."""
        while (handed := await self._queue.get()) is not None:
            message, recorded = handed
            yield message
            recorded.set()
