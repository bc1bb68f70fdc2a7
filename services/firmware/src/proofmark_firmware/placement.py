"""Where an image lies in the memories of its part; `docs/reference/firmware-image.md` draws the map."""

from dataclasses import dataclass
from typing import Literal

from proofmark_boards.parts import Part

At = Literal["slot", "flash"]

SLOT_OFFSET, SLOT_SIZE = 0x1_0000, 0x6_0000
HEADER_SIZE = 0x200
"""MCUboot's, padded so that the vector table behind it is aligned as `VTOR` wants it: to 512 bytes."""
TRAILER_SIZE = 0x1000
"""Left to the signature at the end of a slot."""
INFO_OFFSET = 0x200
STACK_SIZE = 0x1000


@dataclass(frozen=True)
class Placement:
    """Addresses of an image."""

    at: At
    start: int
    """Of the vector table."""
    size: int
    """At most, in bytes."""
    ram_start: int
    ram_size: int

    @property
    def stack_top(self) -> int:
        return self.ram_start + STACK_SIZE


def placed(part: Part, at: At) -> Placement:
    """An image in a slot behind a loader, or alone."""
    if at == "flash":
        return Placement(at, part.flash.start, part.flash.size, part.ram.start, part.ram.size)
    start = part.flash.start + SLOT_OFFSET + HEADER_SIZE
    return Placement(at, start, SLOT_SIZE - HEADER_SIZE - TRAILER_SIZE, part.ram.start, part.ram.size)
