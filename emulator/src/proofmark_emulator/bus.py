"""From an address to a register: what is not clocked is dead, what is not declared is a fault."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from proofmark_emulator.parts import Place
from proofmark_emulator.registers import Peripheral, Reader, Writer

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

SIZE = 0x400
"""Bytes that belong to a peripheral."""
MASKS = {1: 0xFF, 2: 0xFFFF}


class Bus:
    """Every register that firmware can reach at the moment."""

    def __init__(self, chip: "Chip") -> None:
        self._chip = chip
        self._readers: dict[int, Reader] = {}
        self._writers: dict[int, Writer] = {}
        self.failed: tuple[int, str] | None = None
        """An access to where nothing is, which the core has not been told of."""

    def connect(self, peripherals: Mapping[str, Peripheral], dead: frozenset[str]) -> None:
        """Make these reachable, but for those that are not clocked."""
        self._readers.clear()
        self._writers.clear()
        for name, peripheral in peripherals.items():
            if name not in dead:
                self._readers.update(peripheral.readers)
                self._writers.update(peripheral.writers)

    def read(self, address: int, width: int) -> int:
        """What the core reads."""
        try:
            reader = self._readers.get(address & ~3)
            if reader is None:
                self._missing(address, "read", None)
                return 0
            value = reader()
            return value if width == 4 else value >> 8 * (address & 3) & MASKS[width]
        except Exception as error:
            self._chip.engine.failed(error)
            return 0

    def write(self, address: int, width: int, value: int) -> None:
        """What the core writes."""
        try:
            word = address & ~3
            writer = self._writers.get(word)
            if writer is None:
                self._missing(address, "write", value)
                return
            if width != 4:
                shift = 8 * (address & 3)
                value = self._readers[word]() & ~(MASKS[width] << shift) | (value & MASKS[width]) << shift
            writer(value)
        except Exception as error:
            self._chip.engine.failed(error)

    def _missing(self, address: int, access: str, value: int | None) -> None:
        for name, place in self._chip.part.places.items():
            if _covers(place, self._chip.part.places, address):
                dead = name in self._chip.dead
                kind, what = ("unclocked", "is not clocked") if dead else ("unknown-register", "is not modelled")
                offset = address - place.base
                self._chip.fault(kind, f"{name} + {offset:#x} {what}", address, access, value)
                return
        self.failed = (address, access)
        self._chip.time.stop_now()


def _covers(place: Place, places: Mapping[str, Place], address: int) -> bool:
    """Converters share the space of one peripheral."""
    ends = [other.base for other in places.values() if other.base > place.base]
    return place.base <= address < min([place.base + SIZE, *ends])
