"""Why an emulator could not be asked, or gave no answer."""

from proofmark_firmware.errors import FirmwareError


class EmulationError(FirmwareError):
    """Root of these."""


class NotInstalled(EmulationError):
    """An emulator that is not on this machine."""

    def __init__(self, name: str, brings: str) -> None:
        super().__init__(f"{name}: expected it on this machine, got none; {brings}")
        self.name = name


class EmulatorFailed(EmulationError):
    """It refused a request, or died."""

    def __init__(self, name: str, told: str) -> None:
        super().__init__(f"{name}: {told}")
        self.name, self.told = name, told


class NotBooted(EmulationError):
    """The firmware never awaited a tick."""

    def __init__(self, told: str) -> None:
        super().__init__(f"boot: expected the firmware to await its first tick, got {told}")
