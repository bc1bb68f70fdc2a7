"""A server whose disk is full: nothing is believed recorded, nothing is lost, and work goes on when there is room.

nats-server 2.15 does not take up a stream again by itself whose disk was full: it is restarted once there is room.
"""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofmark_chassis.testing import bus_in
from proofmark_contracts.campaign import ChunkSimulated
from proofmark_contracts.message import Zone

TABLE_BYTES = 400_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def grow(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)


async def test_a_fact_waits_for_room_on_the_disk_and_is_recorded_once(small_disk: Path) -> None:
    async with bus_in(small_disk / "bus") as bus:
        recorded = 0
        with pytest.raises(TimeoutError):
            while True:
                result = ChunkSimulated(study="full-r1", batch=0, n=recorded, table=os.urandom(TABLE_BYTES))
                async with asyncio.timeout(3):
                    await bus.publish(result)
                recorded += 1
        waiting = asyncio.create_task(bus.publish(result))
        await asyncio.sleep(1)
        assert not waiting.done()
        grow(small_disk)
        bus.server.kill()
        await asyncio.to_thread(bus.server.start)
        async with asyncio.timeout(20):
            await waiting
        assert await bus.count(Zone.COMPUTE, "RESULT") == recorded + 1
        stored = await bus.read(ChunkSimulated, "full-r1", 0, recorded)
        assert stored is not None
        assert stored.fingerprint() == result.fingerprint()
