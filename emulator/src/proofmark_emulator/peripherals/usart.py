"""Serial ports as far as a log needs them: sending, at the time it takes."""

from typing import ClassVar

from proofmark_emulator.registers import Peripheral, Register

BITS = 10
"""Of a character: start, eight, stop."""
TOLERANCE = 0.025
"""Of the baud rate, at which a receiver still reads 8N1."""
SENDABLE, COMPLETE = 1 << 7, 1 << 6


class Usart(Peripheral):
    """A data register in front of a shift register."""

    ENABLE: ClassVar[int]

    def reset(self) -> None:
        super().reset()
        self._shifted = 0
        """The cycle at which the shift register will be empty."""

    def _flags(self) -> int:
        time = self.chip.time
        room, done = f"{self.name}.room", f"{self.name}.done"
        value = 0
        if time.moment(room) is None or time.wait_for(room):
            value |= SENDABLE
        if time.moment(done) is None or time.ready(done):
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
        room = time.moment(f"{self.name}.room")
        if room is not None and room > time.now:
            self.chip.fault("uart", f"{self.name}: a character is overwritten before it was sent")
        clock = self.chip.clocks.apb2 if self.name in ("USART1", "USART6") else self.chip.clocks.apb1
        baud = clock / self.values["BRR"]
        if abs(baud / self.chip.board.baud - 1) > TOLERANCE:
            self.chip.fault("uart", f"{self.name}: expected {self.chip.board.baud} baud, got {baud:.0f}")
        lasts = time.seconds(BITS / baud)
        begins = max(time.now, time.moment(f"{self.name}.done") or 0)
        time.expect(f"{self.name}.room", begins - time.now)
        time.expect(f"{self.name}.done", begins - time.now + lasts)
        if self.chip.routed(f"{self.name}_TX"):
            self.chip.log.append(value & 0xFF)


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
