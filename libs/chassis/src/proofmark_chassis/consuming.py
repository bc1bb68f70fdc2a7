"""From delivery to acknowledgement: decode, handle, publish, acknowledge; or retry, reject, park."""

import asyncio
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from proofmark_chassis import telemetry
from proofmark_chassis.cloudevents import json_object, submission
from proofmark_chassis.connection import AWAY, lowercase_headers
from proofmark_chassis.context import Context, Delivery
from proofmark_chassis.dead_letters import DeadLetters
from proofmark_chassis.errors import Conflict, MessageTooLarge, Rejected, RetryLater
from proofmark_chassis.leases import Leases
from proofmark_chassis.names import durable
from proofmark_chassis.publishing import Publisher
from proofmark_chassis.pulling import deliveries
from proofmark_chassis.slots import Slots
from proofmark_chassis.tasks import InWork
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.study import SpecSubmitted

ATTEMPTS = 8
"""Failures of a handler before its message is parked."""
BACKOFF_S, BACKOFF_LIMIT_S = 0.2, 30.0
HOPELESS = (Rejected, Conflict, MessageTooLarge)

Messages = Iterable[Message] | None
Handler = Callable[[Any, Context], Awaitable[Messages] | AsyncIterator[Message]]

log = structlog.get_logger()


@dataclass(frozen=True)
class Means:
    """What the consumers of one service work with."""

    context: Context
    publisher: Publisher
    leases: Leases
    dead_letters: dict[Zone, DeadLetters]


class Consumer:
    """Deliveries of a message class, many at a time, each kept alive by heartbeats until it is answered."""

    def __init__(self, means: Means, cls: type[Message], handler: Handler) -> None:
        self.name = durable(means.context.service, cls)
        self._means = means
        self._cls = cls
        self._handler = handler
        self._slots = Slots(means.context.settings.concurrency)
        self._in_work = InWork()
        self._failures: Counter[int] = Counter()
        telemetry.declare(self.name)

    async def run(self) -> None:
        """Pull until cancelled; then nothing new is taken, and `drain` finishes what is in work."""
        await self._pull(self.name)

    async def drain(self, grace_s: float) -> None:
        """Finish what is in work; hand back what does not finish in time."""
        await self._in_work.drain(grace_s)

    async def _pull(self, consumer: str) -> None:
        client = self._means.context.clients[self._cls.zone]
        async with aclosing(deliveries(client, self._cls.stream, consumer, self._slots, self.name)) as messages:
            async for message in messages:
                if self._slots.take():
                    self._means.leases.hold(message)
                    self._in_work.start(self._answer(message))
                else:
                    await message.nak()

    async def _answer(self, message: Msg) -> None:
        began = time.perf_counter()
        headers = lowercase_headers(message)
        delivery = _delivery(message)
        outcome = "handed-back"
        telemetry.taken(self.name, message)
        try:
            with telemetry.processing(self._cls, self.name, headers):
                outcome = await self._handle(message, headers, delivery)
        except NatsError as error:
            # The answer did not get through: the lease runs out, and the message comes again.
            log.warning("unanswered", consumer=self.name, subject=message.subject, error=str(error))
            outcome = "unanswered"
        except asyncio.CancelledError:
            await message.nak()
            raise
        finally:
            self._means.leases.release(message)
            self._slots.give_back()
            telemetry.answered(self.name, outcome, time.perf_counter() - began)

    async def _handle(self, message: Msg, headers: dict[str, str], delivery: Delivery) -> str:
        try:
            received = decode(self._cls, message.subject, message.data, headers)
        except ValueError as error:
            return await self._park(message, f"does not decode as {self._cls.__name__}: {error}")
        try:
            await self._publish(self._handler(received, self._means.context.delivering(delivery)))
        except RetryLater as later:
            await message.nak(delay=later.delay_s)
            return "retry-later"
        except AWAY as error:
            log.warning("server_away", consumer=self.name, subject=message.subject, error=str(error))
            await message.nak(delay=BACKOFF_S)
            return "server-away"
        except HOPELESS as error:
            return await self._park(message, str(error))
        except Exception:
            return await self._failed(message)
        await message.ack()
        self._failures.pop(message.metadata.sequence.stream, None)
        return "done"

    async def _publish(self, result: Awaitable[Messages] | AsyncIterator[Message]) -> None:
        """Publish what a handler returns, or each message that it yields as it comes."""
        if isinstance(result, AsyncIterator):
            async for message in result:
                await self._means.publisher.publish(message)
        else:
            await self._means.publisher.publish_all(list(await result or ()))

    async def _failed(self, message: Msg) -> str:
        """Back off, or park after `ATTEMPTS` failures here; a kill or a put-off is not a failure."""
        sequence = message.metadata.sequence.stream
        self._failures[sequence] += 1
        failures = self._failures[sequence]
        log.exception("handler_failed", consumer=self.name, subject=message.subject, failures=failures)
        if failures >= ATTEMPTS:
            return await self._park(message, traceback.format_exc())
        await message.nak(delay=backoff_s(failures))
        return "failed"

    async def _park(self, message: Msg, reason: str) -> str:
        sequence = message.metadata.sequence.stream
        dead_letters = self._means.dead_letters[self._cls.zone]
        await dead_letters.park(self._cls.stream, self.name, message.subject, sequence, message.data, reason)
        await message.term()
        self._failures.pop(sequence, None)
        return "parked"


def backoff_s(failures: int) -> float:
    """Seconds to wait after this many failures."""
    return float(min(BACKOFF_LIMIT_S, BACKOFF_S * 2 ** (failures - 1)))


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
        return cls.model_validate({**json_object(data), **cls.ids_of(subject)})
    message = cls.decode(data)
    if message.subject != subject:
        raise ValueError(f"subject and body disagree: expected {subject}, got {message.subject}")
    return message


def _delivery(message: Msg) -> Delivery:
    metadata = message.metadata
    published_at_s = metadata.timestamp.timestamp()
    return Delivery(message.data, metadata.num_delivered, published_at_s, time.time() - published_at_s)
