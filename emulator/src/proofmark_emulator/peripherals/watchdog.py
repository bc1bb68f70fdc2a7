"""The independent watchdog: resets the chip unless it is fed."""

from typing import TYPE_CHECKING

from proofmark_emulator.registers import Peripheral, Register

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

LSI_HZ = 32_000
FED, STARTED, OPENED = 0xAAAA, 0xCCCC, 0x5555
NAME = "IWDG"


class Iwdg(Peripheral):
    """Key, prescaler, reload; once started it runs until a reset."""

    REGISTERS = {
        0x0: Register("KR", writable=0xFFFF),
        0x4: Register("PR", writable=7),
        0x8: Register("RLR", 0xFFF, writable=0xFFF),
        0xC: Register("SR", writable=0),
    }

    def __init__(self, chip: "Chip", name: str, base: int) -> None:
        super().__init__(chip, name, base)
        self._lasting: dict[tuple[int, int], int] = chip.derived()
        """From PR and RLR to cycles until the reset."""

    def reset(self) -> None:
        super().reset()
        self._open = self._running = False

    def write_kr(self, value: int) -> None:
        """Start, feed, or open the other registers."""
        self._open = value == OPENED
        self._running = self._running or value == STARTED
        if value not in (FED, STARTED, OPENED):
            self.chip.fault("key", "IWDG: a key that means nothing", self.chip.accessed, "write", value)
        if self._running and value in (FED, STARTED):
            chosen = self.values["PR"], self.values["RLR"]
            self.chip.time.expect(NAME, self._lasting.get(chosen) or self._lasts(*chosen), alarming=True)
            if value == STARTED:
                self.chip.time.stop_now()

    def _lasts(self, prescaler: int, reload: int) -> int:
        seconds = (reload + 1) * (4 << min(prescaler, 6)) / LSI_HZ
        self._lasting[prescaler, reload] = cycles = self.chip.time.seconds(seconds)
        return cycles

    def write_pr(self, value: int) -> None:
        """Only behind its key."""
        self._write("PR", value)

    def write_rlr(self, value: int) -> None:
        """Only behind its key."""
        self._write("RLR", value)

    def _write(self, name: str, value: int) -> None:
        if not self._open:
            self.chip.fault("key", f"IWDG.{name} is written without its key", self.chip.accessed, "write", value)
            return
        self.values[name] = value
