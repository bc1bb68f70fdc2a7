"""Pull consumers: messages as they come, never more than there are free hands, across restarts and lost consumers."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import suppress

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from proofmark_chassis import telemetry
from proofmark_chassis.slots import Slots

PULL_S = 0.5
"""A pull outstanding over a server restart is lost and must time out: short pulls bound the wait."""
GRACE_S = 0.25
AWAY_S = 0.2
NOTHING_CAME = ("404", "408")

log = structlog.get_logger()


async def deliveries(client: Client, stream: str, consumer: str, slots: Slots, name: str) -> AsyncGenerator[Msg, None]:
    """Yield messages of a consumer for ever, asking for as many as there are free slots; metrics know it by `name`."""
    request = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
    inbox = client.new_inbox()
    arrived: asyncio.Queue[Msg] = asyncio.Queue()
    # A callback costs a third of what `next_msg` does.
    subscription = await client.subscribe(inbox, cb=arrived.put, pending_bytes_limit=-1, pending_msgs_limit=-1)
    told_away = False
    try:
        while True:
            wanted = await slots.free()
            pull = {"batch": wanted, "expires": int(PULL_S * 1e9)}
            status = None
            try:
                await client.publish(request, json.dumps(pull).encode(), reply=inbox)
                while wanted and status is None:
                    message = await _next(arrived)
                    status = _status(message)
                    if status is None:
                        wanted -= 1
                        told_away = False
                        telemetry.waiting(name, consumer, message.metadata.num_pending)
                        yield message
                if status in NOTHING_CAME:
                    telemetry.waiting(name, consumer, 0)
            except TimeoutError:
                continue
            except NatsError as error:
                status = str(error)
            if status is not None and status not in NOTHING_CAME:
                if not told_away:
                    log.warning("consumer_away", stream=stream, consumer=consumer, status=status)
                told_away = True
                await asyncio.sleep(AWAY_S)
    finally:
        telemetry.waiting(name, consumer, 0)
        with suppress(NatsError):
            await subscription.unsubscribe()
            while not arrived.empty():
                await _hand_back(arrived.get_nowait())


async def _next(arrived: asyncio.Queue[Msg]) -> Msg:
    if not arrived.empty():
        return arrived.get_nowait()
    async with asyncio.timeout(PULL_S + GRACE_S):
        return await arrived.get()


def _status(message: Msg) -> str | None:
    """What the server says instead of a message."""
    return message.headers.get("Status") if message.headers and not message.reply else None


async def _hand_back(message: Msg) -> None:
    if _status(message) is None:
        await message.nak()
