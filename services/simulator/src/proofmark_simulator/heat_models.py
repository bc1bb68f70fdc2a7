"""The models of heat that a worker holds: reduced ones of the last few studies, and one full one, which is large."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from proofmark_simulator.errors import InvalidChunk
from proofmark_thermal.errors import ThermalError
from proofmark_thermal.reduced.opened import opened

if TYPE_CHECKING:
    from proofmark_thermal.reduced.full_model import FullModel

M = TypeVar("M")
REDUCED, FULL = 4, 1
"""How many of each are kept."""


class Kept(Generic[M]):
    """What was read last, by digest."""

    def __init__(self, load: Callable[[bytes], M], most: int) -> None:
        self._load, self._most = load, most
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[str, M] = OrderedDict()

    async def get(self, digest: str, read: Callable[[str], Awaitable[bytes]]) -> M:
        """Return a model, read if it is not kept.

        Raises
        ------
        InvalidChunk
            What is read is none.
        """
        async with self._turn:
            if digest not in self._kept:
                while len(self._kept) >= self._most:
                    self._kept.popitem(last=False)
                try:
                    self._kept[digest] = await asyncio.to_thread(self._load, await read(digest))
                except ThermalError as error:
                    raise InvalidChunk(f"heat: {error}") from error
            self._kept.move_to_end(digest)
            return self._kept[digest]


class HeatModels:
    """All that a worker holds."""

    def __init__(self) -> None:
        self.reduced = Kept(opened, REDUCED)
        self.full = Kept(_full_model, FULL)
        self.turn = asyncio.Lock()
        """One chunk at a time asks a full model."""


def _full_model(content: bytes) -> "FullModel":
    from proofmark_thermal.reduced.full_model import FullModel  # with scipy: only where a vector is open

    return FullModel.from_bytes(content)
