"""Free hands: how many more deliveries may be in work."""

import asyncio


class Slots:
    """A counter of free slots that can be waited for."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._some = asyncio.Event()

    async def free(self) -> int:
        """Wait until there is at least one free slot, and say how many."""
        while True:
            await asyncio.sleep(0)  # hands that come free together are asked for together
            if self._free > 0:
                return self._free
            self._some.clear()
            await self._some.wait()

    def take(self) -> bool:
        """Take one slot; False where somebody else was faster."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def give_back(self) -> None:
        self._free += 1
        self._some.set()
