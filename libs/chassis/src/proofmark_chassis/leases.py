"""Deliveries in work: the server is told again and again that they are, lest it hands them to somebody else."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

BEATS_A_LEASE = 3

Work = Coroutine[Any, Any, None]


class Leases:
    """The deliveries that one service has in work."""

    def __init__(self, lease_s: float) -> None:
        self._lease_s = lease_s
        self._held: dict[int, Msg] = {}

    def hold(self, message: Msg) -> None:
        self._held[id(message)] = message

    def release(self, message: Msg) -> None:
        self._held.pop(id(message), None)

    async def beat(self) -> None:
        """Renew every lease, for as long as this runs."""
        while True:
            await asyncio.sleep(self._lease_s / BEATS_A_LEASE)
            for message in list(self._held.values()):
                with suppress(NatsError):
                    await message.in_progress()


class InWork:
    """Tasks that answer deliveries: they finish, or hand back what they hold when they are cancelled."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Work) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, grace_s: float) -> None:
        """Wait for what is in work; cancel what does not finish in time."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
