"""From delivery to acknowledgement: decode, handle, publish, acknowledge; or retry, reject, park."""

import asyncio
import json
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.study import SpecSubmitted

from proofmark_chassis import telemetry
from proofmark_chassis.cloudevents import submission
from proofmark_chassis.connection import lowercase_headers
from proofmark_chassis.context import Context, Delivery
from proofmark_chassis.dead_letters import DeadLetters
from proofmark_chassis.errors import Conflict, MessageTooLarge, Rejected, RetryLater
from proofmark_chassis.publishing import Publisher
from proofmark_chassis.pulling import deliveries
from proofmark_chassis.slots import Slots

ATTEMPTS = 8
"""Failures of a handler before its message is parked."""
BACKOFF_S, BACKOFF_LIMIT_S = 0.2, 30.0

Messages = Iterable[Message] | None
Handler = Callable[[Any, Context], Awaitable[Messages] | AsyncIterator[Message]]

log = structlog.get_logger()


class Consumer:
    """Deliveries of one consumer, many at a time, each kept alive by heartbeats until it is answered."""

    def __init__(
        self,
        context: Context,
        publisher: Publisher,
        dead_letters: DeadLetters,
        cls: type[Message],
        name: str,
        handler: Handler,
    ) -> None:
        self.name = name
        self._context = context
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._cls = cls
        self._handler = handler
        self._slots = Slots(context.settings.concurrency)
        self._in_work: dict[asyncio.Task[None], Msg] = {}

    async def run(self) -> None:
        """Pull until cancelled; then nothing new is taken, and `drain` finishes what is in work."""
        client = self._context.clients[self._cls.zone]
        beating = asyncio.create_task(self._heartbeats())
        try:
            async for message in deliveries(client, self._cls.stream, self.name, self._slots):
                self._slots.take()
                task = asyncio.create_task(self._answer(message))
                self._in_work[task] = message
                task.add_done_callback(self._done)
        finally:
            if not self._in_work:
                beating.cancel()

    async def drain(self, grace_s: float) -> None:
        """Finish what is in work; hand back what does not finish in time."""
        if not self._in_work:
            return
        _, late = await asyncio.wait(self._in_work, timeout=grace_s)
        for task in late:
            message = self._in_work[task]
            task.cancel()
            with suppress(NatsError):
                await message.nak()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_work.pop(task, None)
        self._slots.give_back()

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(self._context.settings.lease_s / 3)
            for message in list(self._in_work.values()):
                with suppress(NatsError):
                    await message.in_progress()

    async def _answer(self, message: Msg) -> None:
        began = time.perf_counter()
        headers = lowercase_headers(message)
        delivery = _delivery(message)
        if delivery.number > 1:
            telemetry.redeliveries.add(1, {"consumer": self.name})
        with telemetry.processing(self._cls, self.name, headers):
            outcome = await self._handle(message, headers, delivery)
        telemetry.deliveries.add(1, {"consumer": self.name, "outcome": outcome})
        telemetry.handling_s.record(time.perf_counter() - began, {"consumer": self.name})
        telemetry.pending.set(message.metadata.num_pending, {"consumer": self.name})

    async def _handle(self, message: Msg, headers: dict[str, str], delivery: Delivery) -> str:
        try:
            received = decode(self._cls, message.subject, message.data, headers)
        except ValueError as error:
            return await self._park(message, f"does not decode as {self._cls.__name__}: {error}")
        try:
            await self._publish(self._handler(received, self._context.delivering(delivery)))
            await message.ack()
            return "done"
        except RetryLater as later:
            await message.nak(delay=later.delay_s)
            return "retry-later"
        except (Rejected, Conflict, MessageTooLarge) as error:
            return await self._park(message, str(error))
        except Exception:
            log.exception("handler_failed", consumer=self.name, subject=message.subject, delivery=delivery.number)
            if delivery.number >= ATTEMPTS:
                return await self._park(message, traceback.format_exc())
            await message.nak(delay=min(BACKOFF_LIMIT_S, BACKOFF_S * 2 ** (delivery.number - 1)))
            return "failed"

    async def _publish(self, result: Awaitable[Messages] | AsyncIterator[Message]) -> None:
        """Publish what a handler returns, or each message that it yields as it comes."""
        if isinstance(result, AsyncIterator):
            async for message in result:
                await self._publisher.publish(message)
        else:
            await self._publisher.publish_all(list(await result or ()))

    async def _park(self, message: Msg, reason: str) -> str:
        await self._dead_letters.park(self._cls.stream, self.name, message.subject, message.data, reason)
        await message.term()
        return "parked"


def decode(cls: type[Message], subject: str, data: bytes, headers: dict[str, str]) -> Message:
    """Read a message and hold it against the subject it came by; at the edge the subject fills in the ids.

    Raises
    ------
    ValueError
        The bytes are no such message, or it speaks for another subject than its own.
    """
    if cls is SpecSubmitted:
        return submission(subject, data, headers)
    if cls.zone is Zone.EDGE:
        return cls.model_validate({**json.loads(data), **cls.ids_of(subject)})
    message = cls.decode(data)
    if message.subject != subject:
        raise ValueError(f"subject and body disagree: expected {subject}, got {message.subject}")
    return message


def _delivery(message: Msg) -> Delivery:
    metadata = message.metadata
    published = metadata.timestamp
    age_s = (datetime.now(UTC) - published).total_seconds()
    return Delivery(message.data, metadata.num_delivered, published.timestamp(), age_s)
