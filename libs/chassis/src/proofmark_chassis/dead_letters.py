"""Where messages go that will never do: parked with their reason and their original bytes."""

import json

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from proofmark_chassis import telemetry
from proofmark_chassis.connection import REQUEST_TIMEOUT_S, message_at
from proofmark_chassis.names import dead_letter_subject
from proofmark_chassis.objects import ObjectStore
from proofmark_contracts.message import TABLE_BYTES_INLINE

REASON_BYTES = 2048

log = structlog.get_logger()


class DeadLetters:
    """The dead letters of one zone."""

    def __init__(self, client: Client, store: ObjectStore | None) -> None:
        self._client = client
        self._store = store

    async def park(self, stream: str, consumer: str, subject: str, sequence: int, data: bytes, reason: str) -> None:
        """Keep the bytes and why nobody could use them.

        Large ones stand in the object store; a role that may not write there leaves them in the stream they came by,
        where subject and sequence find them.
        """
        headers = {"pm-subject": _text(subject), "pm-sequence": str(sequence), "pm-reason": _text(reason)}
        if len(data) > TABLE_BYTES_INLINE:
            if self._store is not None:
                headers["pm-object"] = await self._store.put(data)
            data = b""
        log.error("dead_letter", stream=stream, consumer=consumer, subject=subject, reason=reason)
        await self._client.jetstream(timeout=REQUEST_TIMEOUT_S).publish(
            dead_letter_subject(stream, consumer), data, headers=headers
        )
        telemetry.dead_letters.add(1, {"consumer": consumer})

    async def park_casualty(self, advisory: Msg) -> None:
        """Park a message whose deliveries ran out because its workers died: the server says which one."""
        *_, stream, consumer = advisory.subject.split(".")
        try:
            told = json.loads(advisory.data)
            sequence, deliveries = int(told["stream_seq"]), int(told["deliveries"])
        except (ValueError, KeyError, TypeError) as error:
            log.warning("advisory_not_understood", stream=stream, consumer=consumer, error=str(error))
            return
        found = await message_at(self._client, stream, sequence)
        if found is None:
            log.warning("casualty_gone", stream=stream, consumer=consumer, sequence=sequence)
            return
        reason = f"{deliveries} deliveries ended without an answer: whoever worked on it died"
        await self.park(stream, consumer, found.subject, sequence, found.data, reason)


def _text(text: str) -> str:
    """One line of printable ASCII, as headers must be."""
    return " | ".join(text.splitlines()).encode("unicode_escape").decode("ascii")[-REASON_BYTES:]
