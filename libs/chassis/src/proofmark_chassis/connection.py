"""One connection to one zone. It survives server restarts; when it closes for good, the process ends."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import (
    AuthorizationError,
    ConnectionClosedError,
    NoRespondersError,
    NoServersError,
    OutboundBufferLimitError,
)
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError

from proofmark_chassis.errors import MessageTooLarge
from proofmark_chassis.tasks import end
from proofmark_contracts.message import Zone

EXIT_CONNECTION_LOST = 6
RETRY_S = 0.1
REQUEST_TIMEOUT_S = 2.0
CONNECT_TIMEOUT_S = 5
LEAVE_S = 2.0

ALREADY_OR_FULL, WRONG_LAST_SEQUENCE = 10077, 10071
"""JetStream's error codes for a second write; a stream that is full answers the first as well."""

HEADER_ROOM = 1024
"""Bytes for what the wire adds to payload and headers."""

AWAY = (NatsTimeoutError, NoRespondersError, OutboundBufferLimitError)
"""What a request raises while the server is away: nobody's mistake, and worth asking again."""

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
    url: str,
    zone: Zone,
    name: str,
    password: str | None,
    *,
    on_lost: Callable[[], None] | None = None,
    patience_s: float | None = None,
) -> Client:
    """Connect as `<name>@<zone>`, trying for `patience_s` seconds; without, for as long as it takes.

    Once connected it reconnects for ever. Where that is in vain, because the server refuses the credentials or the
    protocol was violated, `on_lost` is called; without it the process ends with `EXIT_CONNECTION_LOST`.

    Raises
    ------
    nats.errors.NoServersError
        Nothing answered in time.
    nats.errors.AuthorizationError
        The server does not know this user, or not by this password.
    """
    lost = on_lost or _end_process
    client = _Client()
    connected = False

    async def error(problem: Exception) -> None:
        if "Permissions Violation" in str(problem):
            log.error("permission_denied", zone=zone, error=str(problem))
        elif "Authorization Violation" in str(problem):
            log.error("credentials_refused", zone=zone, user=f"{name}@{zone}")
            if not connected:
                raise AuthorizationError from problem
            lost()

    async def closed() -> None:
        if not client.leaving:
            lost()

    # In a task of its own, so that no cancellation is lost in it: see `end`.
    connecting = asyncio.create_task(
        client.connect(
            servers=[url],
            name=f"{name}@{zone}",
            user=f"{name}@{zone}",
            password=password,
            inbox_prefix=inbox_prefix(name),
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.05,  # type: ignore[arg-type]  # a fraction of a second works too
            connect_timeout=CONNECT_TIMEOUT_S,
            pending_size=64 << 20,
            error_cb=error,
            closed_cb=closed,
        )
    )
    try:
        answered, _ = await asyncio.wait({connecting}, timeout=patience_s)
        if not answered:
            raise NoServersError
        connecting.result()
    except BaseException:
        await end([connecting])
        await leave(client)
        raise
    connected = True
    return client


async def leave(client: Client) -> None:
    """Close a connection on purpose; what a server that is away has not taken by then is lost."""
    if isinstance(client, _Client):
        client.leaving = True
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(LEAVE_S):
            await client.close()


def inbox_prefix(name: str) -> bytes:
    """Inboxes are private to a credential: the accounts allow no other prefix."""
    return f"_INBOX_{name}".encode()


def _end_process() -> None:
    log.error("connection_lost")
    os._exit(EXIT_CONNECTION_LOST)


def check_size(client: Client, subject: str, data: bytes, headers: Mapping[str, str]) -> None:
    """Hold a message against what the server takes: one too large would cost the connection for good.

    Raises
    ------
    MessageTooLarge
        It is too large with its headers.
    """
    size = len(data) + sum(len(name) + len(value) + 4 for name, value in headers.items()) + HEADER_ROOM
    if size > client.max_payload:
        raise MessageTooLarge(subject, size, client.max_payload)


def lowercase_headers(msg: Msg) -> dict[str, str]:
    """Headers by lower-case name; the last duplicate counts."""
    return {name.lower(): value for name, value in (msg.headers or {}).items()}


async def last_message(client: Client, stream: str, subject: str) -> Received | None:
    """The last message of a subject, or None; waits while the server is away."""
    return await _direct_get(client, f"{stream}.{subject}", b"")


async def history(client: Client, stream: str, subject: str) -> list[Received]:
    """Every message of a subject, oldest first; waits while the server is away."""
    found: list[Received] = []
    after = 1
    while (message := await _direct_get(client, stream, _next_of(subject, after))) is not None:
        found.append(message)
        after = message.sequence + 1
    return found


async def message_at(client: Client, stream: str, sequence: int) -> Received | None:
    """The message at a place in a stream, or None if it is gone; waits while the server is away."""
    return await _direct_get(client, stream, json.dumps({"seq": sequence}).encode())


def _next_of(subject: str, after: int) -> bytes:
    return json.dumps({"seq": after, "next_by_subj": subject}).encode()


async def _direct_get(client: Client, what: str, request: bytes) -> Received | None:
    while True:
        try:
            reply = await client.request(f"$JS.API.DIRECT.GET.{what}", request, timeout=REQUEST_TIMEOUT_S)
        except ConnectionClosedError:
            raise
        except NatsError:
            await asyncio.sleep(RETRY_S)
            continue
        # In the server's own spelling: it writes these behind whatever a sender put there, and the last one counts.
        told = reply.headers or {}
        if "Nats-Sequence" in told:
            sequence, at = int(told["Nats-Sequence"]), told["Nats-Time-Stamp"]
            return Received(told["Nats-Subject"], reply.data, lowercase_headers(reply), sequence, at)
        if told.get("Status") == "404":
            return None
        await asyncio.sleep(RETRY_S)
