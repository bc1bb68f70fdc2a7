"""Tasks end when they are told to, whatever swallows the telling."""

import asyncio

from proofmark_chassis.tasks import InWork, end


async def swallow(times: int) -> None:
    """Go on after so many cancellations."""
    while times:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            times -= 1
    await asyncio.sleep(60)


async def test_a_task_that_swallowed_a_cancellation_is_cancelled_again() -> None:
    tasks = [asyncio.create_task(swallow(times)) for times in (0, 1, 3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(tasks)
    assert all(task.cancelled() for task in tasks)


async def test_what_finishes_in_time_finishes_and_the_rest_is_cancelled() -> None:
    ended: list[str] = []

    async def work(name: str, takes_s: float) -> None:
        try:
            await asyncio.sleep(takes_s)
            ended.append(f"{name} finished")
        except asyncio.CancelledError:
            ended.append(f"{name} cancelled")
            raise

    in_work = InWork()
    for name, takes_s in (("short", 0.05), ("long", 60)):
        in_work.start(work(name, takes_s))
    await in_work.drain(0.3)
    assert ended == ["short finished", "long cancelled"]
    await in_work.drain(0.3)
