"""How facts are recorded: by their stream's policy, once, and believed only after reading back."""

import asyncio
from contextlib import suppress

import structlog
from nats.aio.client import Client
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from proofmark_chassis import telemetry
from proofmark_chassis.cloudevents import event_headers
from proofmark_chassis.connection import (
    ALREADY_OR_FULL,
    REQUEST_TIMEOUT_S,
    WRONG_LAST_SEQUENCE,
    check_size,
    last_message,
)
from proofmark_chassis.errors import Conflict, MessageTooLarge
from proofmark_chassis.narrowing import Narrowing
from proofmark_chassis.objects import ObjectStore
from proofmark_contracts.assessment import ReliabilityUpdated
from proofmark_contracts.campaign import ChunkSimulated
from proofmark_contracts.frozen import sha256_hex
from proofmark_contracts.message import TABLE_BYTES_INLINE, Message, TableMessage, TableRef, Zone
from proofmark_contracts.streams import Policy, stream_of

IN_FLIGHT = 64
LIVE = "LIVE"
"""The stream of views: sent without awaiting an answer, so that they never hold up a fact."""
FIRST_WAIT_S, LAST_WAIT_S = 0.05, 1.6

log = structlog.get_logger()


class Publisher:
    """Publishes messages of any zone this service holds a credential for."""

    def __init__(self, clients: dict[Zone, Client], stores: dict[Zone, ObjectStore]) -> None:
        self._clients = clients
        self._stores = stores
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._narrowing = Narrowing()

    async def publish(self, message: Message) -> None:
        """Record one message by its stream's policy.

        Raises
        ------
        Conflict
            First write wins, and the subject states something else already.
        MessageTooLarge
            The message cannot travel.
        """
        message = await self._sized(message)
        data = message.encode()
        headers = event_headers(message) | telemetry.outgoing(message)
        client = self._clients[message.zone]
        if message.stream == LIVE:
            if isinstance(message, ReliabilityUpdated):
                self._narrowing.note(message)
            with suppress(NatsError, MessageTooLarge):
                check_size(client, message.subject, data, headers)
                await client.publish(message.subject, data, headers=headers)
            return
        check_size(client, message.subject, data, headers)
        if stream_of(type(message)).first_write_wins:
            headers["Nats-Expected-Last-Subject-Sequence"] = "0"
        async with self._slots:
            await self._until_stored(client, message, data, headers)
        telemetry.recorded(message)

    async def _sized(self, message: Message) -> Message:
        if not isinstance(message, TableMessage) or len(message.table) <= TABLE_BYTES_INLINE:
            return message
        digest = await self._stores[message.zone].put(message.table)
        reference = TableRef(sha256=digest, size=len(message.table))
        return message.model_copy(update={"table": b"", "table_ref": reference})

    async def _until_stored(self, client: Client, message: Message, data: bytes, headers: dict[str, str]) -> None:
        """Say it again until it is known to be recorded: the server may be away, the stream full."""
        stream = client.jetstream(timeout=REQUEST_TIMEOUT_S)
        wait_s = FIRST_WAIT_S
        while True:
            try:
                await stream.publish(message.subject, data, headers=headers)
                return
            except ConnectionClosedError:
                raise
            except APIError as error:
                if error.err_code in (ALREADY_OR_FULL, WRONG_LAST_SEQUENCE) and await _recorded(client, message):
                    return
                log.warning("publish_refused", subject=message.subject, error=str(error))
            except NatsError as error:
                log.warning("publish_unanswered", subject=message.subject, error=str(error))
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LAST_WAIT_S)

    async def publish_all(self, messages: list[Message]) -> None:
        """Publish in order, but commands of a work queue among each other at once."""
        together: list[Message] = []
        for message in messages:
            if stream_of(type(message)).policy is Policy.WORK_QUEUE:
                together.append(message)
                continue
            await self._gather(together)
            together = []
            await self.publish(message)
        await self._gather(together)

    async def _gather(self, messages: list[Message]) -> None:
        if messages:
            await asyncio.gather(*(self.publish(message) for message in messages))


async def _recorded(client: Client, message: Message) -> bool:
    """Whether the subject states this already; False where nothing is there: a full stream, or an old view."""
    found = await last_message(client, message.stream, message.subject)
    if found is None:
        return False
    ours, theirs = message.fingerprint(), _fingerprint(type(message), found.data)
    if ours == theirs:
        return True
    if isinstance(message, ChunkSimulated):
        log.warning("result_stands_aside", subject=message.subject, recorded=theirs[:12], ours=ours[:12])
        return True
    raise Conflict(message.subject, ours, theirs)


def _fingerprint(cls: type[Message], data: bytes) -> str:
    """What the bytes state; whoever got there first need not have written such a message at all."""
    try:
        return cls.decode(data).fingerprint()
    except ValueError:
        return sha256_hex(data)
