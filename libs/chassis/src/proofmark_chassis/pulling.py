"""Pull consumers: messages as they come, never more than there are free hands, across restarts and lost consumers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError

from proofmark_chassis.slots import Slots

PULL_S = 0.5
"""A pull outstanding over a server restart is lost and must time out: short pulls bound the wait."""
GRACE_S = 0.25
MISSING_S = 0.2

log = structlog.get_logger()


async def deliveries(client: Client, stream: str, consumer: str, slots: Slots) -> AsyncIterator[Msg]:
    """Yield messages of a consumer for ever, asking for as many as there are free slots."""
    request = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox, pending_bytes_limit=-1, pending_msgs_limit=-1)
    told_missing = False
    try:
        while True:
            wanted = await slots.free()
            try:
                pull = {"batch": wanted, "expires": int(PULL_S * 1e9)}
                await client.publish(request, json.dumps(pull).encode(), reply=inbox)
                for _ in range(wanted):
                    message = await subscription.next_msg(timeout=PULL_S + GRACE_S)
                    status = message.headers.get("Status") if message.headers and not message.reply else None
                    if status is None:
                        told_missing = False
                        yield message
                        continue
                    if status not in ("404", "408"):
                        if not told_missing:
                            log.warning("consumer_away", stream=stream, consumer=consumer, status=status)
                        told_missing = True
                        await asyncio.sleep(MISSING_S)
                    break
            except NatsTimeoutError:
                continue
            except NatsError as error:
                log.warning("pull_failed", stream=stream, consumer=consumer, error=str(error))
                await asyncio.sleep(MISSING_S)
    finally:
        with suppress(NatsError):
            await subscription.unsubscribe()
