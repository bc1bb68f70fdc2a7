"""What is handed over is waited for until it is recorded."""

import asyncio

from proofmark_operator.outbox import Outbox
from tests.chassis.examples import closed


async def test_who_hands_a_message_over_waits_until_it_is_recorded() -> None:
    outbox = Outbox()
    publishing = asyncio.create_task(outbox.publish(closed("a-r1")))
    messages = outbox.messages()
    assert await anext(messages) == closed("a-r1")
    await asyncio.sleep(0)
    assert not publishing.done()
    outbox.close()
    assert [message async for message in messages] == []
    await publishing
