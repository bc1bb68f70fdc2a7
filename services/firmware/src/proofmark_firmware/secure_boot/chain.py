"""A chip with a loader, a signed slot, and what the loader has stored."""

from dataclasses import replace
from enum import IntEnum

from proofmark_firmware.elf import Image
from proofmark_firmware.emulation import Emulator, Loaded
from proofmark_firmware.placement import SLOT_OFFSET

STORAGE_OFFSET, STORAGE_SIZE = 0x8000, 0x8000
"""In flash; `docs/reference/firmware-image.md` draws the map."""
RESULT = "pm_loader_result"


class LoaderResult(IntEnum):
    """What the loader says of an image; `loader/loader.h` counts the same way."""

    STARTED = 0
    ACCEPTED = 1
    NO_IMAGE = 2
    WRONG_SIZE = 3
    WRONG_HASH = 4
    WRONG_SIGNATURE = 5
    ROLLED_BACK = 6
    STORAGE = 7


def behind_loader(firmware: Loaded, loader: Image, slot: bytes, storage: bytes = b"") -> Loaded:
    """The image that is signed in its slot, with the loader in front of it.

    Parameters
    ----------
    storage
        What an earlier boot has left there; empty on a new chip.
    """
    flash = firmware.board.part.flash.start
    parts = {flash: loader.data, flash + SLOT_OFFSET: slot}
    if storage:
        parts[flash + STORAGE_OFFSET] = storage
    return replace(firmware, parts=parts, entry=flash)


def stored(firmware: Loaded, emulator: Emulator) -> bytes:
    """What the loader has stored on the first chip."""
    return emulator.read(firmware.board.part.flash.start + STORAGE_OFFSET, STORAGE_SIZE)


def loader_result(loader: Image, emulator: Emulator) -> LoaderResult:
    """What the loader said on the first chip."""
    return LoaderResult(int.from_bytes(emulator.read(loader.symbols[RESULT].address, 4), "little"))
