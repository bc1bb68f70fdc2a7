"""Firmware on an emulated chip: one protocol, and who can answer it."""

from proofmark_firmware.emulation.embedded import EmbeddedEmulator
from proofmark_firmware.emulation.errors import EmulationError, NotBooted, NotInstalled
from proofmark_firmware.emulation.loaded import Loaded
from proofmark_firmware.emulation.program import installed
from proofmark_firmware.emulation.protocol import Breakage, Cause, Emulator, Observed, State

__all__ = [
    "Breakage",
    "Cause",
    "EmbeddedEmulator",
    "EmulationError",
    "Emulator",
    "Loaded",
    "NotBooted",
    "NotInstalled",
    "Observed",
    "State",
    "installed",
]
