"""How facts are recorded: by their stream's policy, once, and believed only after reading back."""

import asyncio

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError
from proofmark_contracts.campaign import ChunkSimulated
from proofmark_contracts.message import TABLE_BYTES_INLINE, Message, TableMessage, TableRef, Zone
from proofmark_contracts.streams import Policy, stream_of

from proofmark_chassis import telemetry
from proofmark_chassis.cloudevents import event_headers
from proofmark_chassis.connection import REQUEST_TIMEOUT_S, RETRY_S, last_message
from proofmark_chassis.errors import Conflict, MessageTooLarge
from proofmark_chassis.objects import ObjectStore

ALREADY_OR_FULL, WRONG_LAST_SEQUENCE = 10077, 10071
HEADER_ROOM = 1024
IN_FLIGHT = 64

log = structlog.get_logger()


class Publisher:
    """Publishes messages of any zone this service holds a credential for."""

    def __init__(self, clients: dict[Zone, Client], stores: dict[Zone, ObjectStore]) -> None:
        self._clients = clients
        self._stores = stores
        self._slots = asyncio.Semaphore(IN_FLIGHT)

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
        stream = stream_of(type(message))
        data = message.encode()
        headers = event_headers(message) | telemetry.outgoing(message)
        client = self._clients[message.zone]
        size = len(data) + sum(len(name) + len(value) + 4 for name, value in headers.items()) + HEADER_ROOM
        if size > client.max_payload:
            raise MessageTooLarge(message.subject, size, client.max_payload)
        if message.stream == "LIVE":
            await client.publish(message.subject, data, headers=headers)
            return
        if stream.first_write_wins:
            headers["Nats-Expected-Last-Subject-Sequence"] = "0"
        async with self._slots:
            await self._until_stored(client, message, data, headers)

    async def _sized(self, message: Message) -> Message:
        if not isinstance(message, TableMessage) or len(message.table) <= TABLE_BYTES_INLINE:
            return message
        digest = await self._stores[message.zone].put(message.table)
        reference = TableRef(sha256=digest, size=len(message.table))
        return message.model_copy(update={"table": b"", "table_ref": reference})

    async def _until_stored(self, client: Client, message: Message, data: bytes, headers: dict[str, str]) -> None:
        stream = client.jetstream(timeout=REQUEST_TIMEOUT_S)
        while True:
            try:
                await stream.publish(message.subject, data, headers=headers)
                return
            except APIError as error:
                if error.err_code not in (ALREADY_OR_FULL, WRONG_LAST_SEQUENCE):
                    log.warning("publish_refused", subject=message.subject, error=str(error))
                elif await _recorded(client, message):
                    return
            except NatsError:
                pass
            await asyncio.sleep(RETRY_S)

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
        await asyncio.gather(*(self.publish(message) for message in messages))


async def _recorded(client: Client, message: Message) -> bool:
    """Whether the subject states this already; False where nothing is there: a full stream, or an old view."""
    found = await last_message(client, message.stream, message.subject)
    if found is None:
        return False
    stated = type(message).decode(found.data).fingerprint()
    if stated == message.fingerprint():
        return True
    if isinstance(message, ChunkSimulated):
        log.warning(
            "result_stands_aside", subject=message.subject, recorded=stated[:12], ours=message.fingerprint()[:12]
        )
        return True
    raise Conflict(message.subject, message.fingerprint(), stated)
