"""One connection to one zone. It survives server restarts; when it closes for good, the process ends."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from proofmark_contracts.message import Zone

EXIT_CONNECTION_LOST = 6
RETRY_S = 0.1
REQUEST_TIMEOUT_S = 2.0

log = structlog.get_logger()


@dataclass
class Received:
    """A stored message: its bytes, its place in the stream and when the server took it."""

    subject: str
    data: bytes
    headers: dict[str, str]
    sequence: int
    timestamp: str
    """RFC 3339, by the server's clock."""

    @property
    def at_s(self) -> float:
        """Seconds since the epoch, to the microsecond."""
        seconds, _, fraction = self.timestamp.removesuffix("Z").partition(".")
        moment = datetime.fromisoformat(f"{seconds}+00:00")
        return moment.timestamp() + float(f"0.{fraction or 0}")


class _Client(Client):
    """A client that knows whether it was told to leave."""

    leaving = False


async def connect(
    url: str, zone: Zone, name: str, password: str | None, *, on_lost: Callable[[], None] | None = None
) -> Client:
    """Connect as `<name>@<zone>`.

    Raises
    ------
    nats.errors.NoServersError
        Nothing answers at the address within the connection's time-out.
    """
    closing = on_lost or _end_process
    client = _Client()

    async def error(problem: Exception) -> None:
        if "ermission" in str(problem):
            log.error("permission_denied", zone=zone, error=str(problem))

    async def closed() -> None:
        if not client.leaving:
            closing()

    await client.connect(
        servers=[url],
        name=f"{name}@{zone}",
        user=f"{name}@{zone}",
        password=password,
        inbox_prefix=inbox_prefix(name),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.05,  # type: ignore[arg-type]  # a fraction of a second works too
        connect_timeout=5,
        pending_size=64 << 20,
        error_cb=error,
        closed_cb=closed,
        allow_reconnect=True,
    )
    return client


async def leave(client: Client) -> None:
    """Close a connection on purpose."""
    if isinstance(client, _Client):
        client.leaving = True
    await client.close()


def inbox_prefix(name: str) -> bytes:
    """Inboxes are private to a credential: the accounts allow no other prefix."""
    return f"_INBOX_{name}".encode()


def _end_process() -> None:
    log.error("connection_lost")
    os._exit(EXIT_CONNECTION_LOST)


def lowercase_headers(msg: Msg) -> dict[str, str]:
    """Headers by lower-case name; the last duplicate counts."""
    return {name.lower(): value for name, value in (msg.headers or {}).items()}


async def last_message(client: Client, stream: str, subject: str) -> Received | None:
    """The last message of a subject, or None; waits while the server is away."""
    while True:
        try:
            reply = await client.request(f"$JS.API.DIRECT.GET.{stream}.{subject}", b"", timeout=REQUEST_TIMEOUT_S)
        except NatsError:
            await asyncio.sleep(RETRY_S)
            continue
        found = received(reply)
        if found is not None:
            return found
        if (reply.headers or {}).get("Status") == "404":
            return None
        await asyncio.sleep(RETRY_S)


async def history(client: Client, stream: str, subject: str) -> list[Received]:
    """Every message of a subject, oldest first; waits while the server is away."""
    found: list[Received] = []
    while True:
        after = found[-1].sequence + 1 if found else 1
        request = json.dumps({"seq": after, "next_by_subj": subject}).encode()
        try:
            reply = await client.request(f"$JS.API.DIRECT.GET.{stream}", request, timeout=REQUEST_TIMEOUT_S)
        except NatsError:
            await asyncio.sleep(RETRY_S)
            continue
        message = received(reply)
        if message is None:
            return found
        found.append(message)


def received(reply: Msg) -> Received | None:
    """What a direct get answered, or None where it answered with a status."""
    headers = lowercase_headers(reply)
    if "nats-sequence" not in headers:
        return None
    return Received(
        headers["nats-subject"], reply.data, headers, int(headers["nats-sequence"]), headers.get("nats-time-stamp", "")
    )
