"""Serial ports as far as a log needs them: sending, at the time it takes."""

from typing import TYPE_CHECKING, ClassVar

from proofmark_emulator.registers import Peripheral, Register

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

BITS = 10
"""Of a character: start, eight, stop."""
TOLERANCE = 0.025
"""Of the baud rate, at which a receiver still reads 8N1."""
SENDABLE, COMPLETE = 1 << 7, 1 << 6


class Usart(Peripheral):
    """A data register in front of a shift register."""

    ENABLE: ClassVar[int]

    def __init__(self, chip: "Chip", name: str, base: int) -> None:
        super().__init__(chip, name, base)
        self._lasting: dict[int, int] = chip.derived()
        """From BRR to the cycles of a character."""
        self._room, self._done, self._wire = f"{name}.room", f"{name}.done", f"{name}_TX"
        """When the data register, and when the shift register behind it, is empty."""

    def _flags(self) -> int:
        time, value = self.chip.time, 0
        if time.moment(self._room) is None or time.wait_for(self._room):
            value |= SENDABLE
        if time.moment(self._done) is None or time.ready(self._done):
            value |= COMPLETE
        return value

    def send(self, value: int) -> None:
        """Put a character into the data register."""
        time = self.chip.time
        if self.values["CR1"] & self.ENABLE != self.ENABLE:
            self.chip.fault("uart", f"{self.name}: a character is written while it is off")
            return
        if not self.values["BRR"]:
            self.chip.fault("uart", f"{self.name}: BRR is 0")
            return
        room = time.moment(self._room)
        if room is not None and room > time.now:
            self.chip.fault("uart", f"{self.name}: a character is overwritten before it was sent")
        lasts = self._lasting.get(self.values["BRR"]) or self._lasts(self.values["BRR"])
        begins = max(time.now, time.moment(self._done) or 0)
        time.expect_at(self._room, begins)
        time.expect_at(self._done, begins + lasts)
        if self.chip.routed(self._wire):
            self.chip.log.append(value & 0xFF)

    def _lasts(self, divider: int) -> int:
        clock = self.chip.clocks.apb2 if self.name in ("USART1", "USART6") else self.chip.clocks.apb1
        baud = clock / divider
        cycles = self.chip.time.seconds(BITS / baud)
        if abs(baud / self.chip.board.baud - 1) > TOLERANCE:
            self.chip.fault("uart", f"{self.name}: expected {self.chip.board.baud} baud, got {baud:.0f}")
        else:
            self._lasting[divider] = cycles
        return cycles


class UsartF4(Usart):
    """STM32F4."""

    REGISTERS = {
        0x00: Register("SR", 0xC0, writable=0, ignored=0x3FF),
        0x04: Register("DR", writable=0x1FF),
        0x08: Register("BRR", writable=0xFFFF),
        0x0C: Register("CR1", writable=0x2008),
        0x10: Register("CR2", writable=0),
        0x14: Register("CR3", writable=0),
    }
    ENABLE = 0x2008

    def read_sr(self) -> int:
        """TXE and TC."""
        return self._flags()

    def write_dr(self, value: int) -> None:
        """Send."""
        self.send(value)


class UsartL4(Usart):
    """STM32L4."""

    REGISTERS = {
        0x00: Register("CR1", writable=0x9),
        0x04: Register("CR2", writable=0),
        0x08: Register("CR3", writable=0),
        0x0C: Register("BRR", writable=0xFFFF),
        0x1C: Register("ISR", 0xC0, writable=0),
        0x28: Register("TDR", writable=0x1FF),
    }
    ENABLE = 0x9

    def read_isr(self) -> int:
        """TXE and TC."""
        return self._flags()

    def write_tdr(self, value: int) -> None:
        """Send."""
        self.send(value)
