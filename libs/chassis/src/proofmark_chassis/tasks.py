"""Tasks of a service: started, waited for, ended."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any

CANCEL_AGAIN_S = 0.1
CANCELLATIONS = 20

Work = Coroutine[Any, Any, None]


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
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        await end(self._tasks)


async def end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they have ended.

    Again and again: before Python 3.12 `asyncio.wait_for`, and with it every request to the server, swallows a
    cancellation that comes together with the answer.
    """
    late = set(tasks)
    for _ in range(CANCELLATIONS):
        if not late:
            return
        for task in late:
            task.cancel()
        _, late = await asyncio.wait(late, timeout=CANCEL_AGAIN_S)
