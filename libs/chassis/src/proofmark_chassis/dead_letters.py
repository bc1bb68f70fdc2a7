"""Where messages go that will never do: parked with their reason and their original bytes."""

import json

import structlog
from nats.aio.client import Client
from proofmark_contracts.message import TABLE_BYTES_INLINE

from proofmark_chassis import telemetry
from proofmark_chassis.connection import REQUEST_TIMEOUT_S, received
from proofmark_chassis.names import dead_letter_subject
from proofmark_chassis.objects import ObjectStore

REASON_BYTES = 2048

log = structlog.get_logger()


class DeadLetters:
    """The dead letters of one zone."""

    def __init__(self, client: Client, store: ObjectStore | None) -> None:
        self._client = client
        self._store = store

    async def park(self, stream: str, consumer: str, subject: str, data: bytes, reason: str) -> None:
        """Keep the bytes and why nobody could use them; large ones stand in the object store."""
        headers = {"pm-subject": subject, "pm-reason": _header_text(reason)}
        if len(data) > TABLE_BYTES_INLINE and self._store is not None:
            headers["pm-object"] = await self._store.put(data)
            data = b""
        telemetry.dead_letters.add(1, {"consumer": consumer})
        log.error("dead_letter", stream=stream, consumer=consumer, subject=subject, reason=reason)
        await self._client.jetstream(timeout=REQUEST_TIMEOUT_S).publish(
            dead_letter_subject(stream, consumer), data, headers=headers
        )

    async def park_casualty(self, advisory: bytes) -> None:
        """Park a message whose deliveries ran out because its workers died: the server says which one."""
        told = json.loads(advisory)
        stream, consumer, sequence = told["stream"], told["consumer"], int(told["stream_seq"])
        reply = await self._client.request(
            f"$JS.API.DIRECT.GET.{stream}", json.dumps({"seq": sequence}).encode(), timeout=REQUEST_TIMEOUT_S
        )
        found = received(reply)
        if found is None:
            log.warning("casualty_gone", stream=stream, consumer=consumer, sequence=sequence)
            return
        reason = f"{told['deliveries']} deliveries ended without an answer: whoever worked on it died"
        await self.park(stream, consumer, found.subject, found.data, reason)


def _header_text(text: str) -> str:
    """One line of printable ASCII, as headers must be."""
    line = " | ".join(text.splitlines())
    return line.encode("ascii", "backslashreplace").decode()[-REASON_BYTES:]
