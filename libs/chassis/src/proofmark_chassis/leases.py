"""Deliveries in work: the server is told again and again that they are, lest it hands them to somebody else."""

import asyncio
from contextlib import suppress

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

BEATS_A_LEASE = 3


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
