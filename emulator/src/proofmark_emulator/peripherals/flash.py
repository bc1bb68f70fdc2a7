"""The flash interface: wait states, and programming behind its keys. Erasing is not modelled."""

from typing import ClassVar

from proofmark_emulator.registers import Peripheral, Register

KEYS = (0x45670123, 0xCDEF89AB)
LOCK, PROGRAM = 1 << 31, 1
ERASED = 0xFF


class Flash(Peripheral):
    """What both families share."""

    LATENCY: ClassVar[int]
    """The field of wait states."""
    WIDTH: ClassVar[int]
    """Bytes that have to be programmed one behind the other."""

    def reset(self) -> None:
        super().reset()
        self._given: list[int] = []
        self._expected: int | None = None
        """Where the rest of what is being programmed has to go."""

    @property
    def wait_states(self) -> int:
        """LATENCY."""
        return self.values["ACR"] & self.LATENCY

    @property
    def programs(self) -> bool:
        """Whether a write to the memory programs it."""
        return self.values["CR"] & (LOCK | PROGRAM) == PROGRAM

    def write_acr(self, value: int) -> None:
        """Too few wait states are a fault at once."""
        self.values["ACR"] = value
        self.chip.check_clocks()

    def write_keyr(self, value: int) -> None:
        """Both keys, in their order, unlock CR."""
        self._given.append(value)
        if self._given == list(KEYS):
            self.values["CR"] &= ~LOCK
        elif self._given != list(KEYS[: len(self._given)]):
            self.chip.fault("key", "FLASH: a key that means nothing", self.chip.accessed, "write", value)

    def write_cr(self, value: int) -> None:
        """Locked, it stays as it is."""
        if self.values["CR"] & LOCK:
            self.chip.fault("key", "FLASH.CR is written while it is locked", self.chip.accessed, "write", value)
            return
        if value & LOCK:
            self._given = []
        self.values["CR"] = value

    def write_sr(self, value: int) -> None:
        """Flags are cleared by writing 1; none is modelled."""

    def fits(self, width: int) -> bool:
        """Whether so many bytes can be programmed at once."""
        raise NotImplementedError

    def programmed(self, address: int, before: bytes, wanted: bytes) -> bytes:
        """What the memory holds behind a write: bits only fall."""
        if not self.fits(len(wanted)) or address % len(wanted):
            self.chip.fault("flash", f"{len(wanted)} bytes at once cannot be programmed as CR is", address, "write")
            return before
        if len(wanted) < self.WIDTH and (address % self.WIDTH == 0) == (self._expected is not None):
            self.chip.fault("flash", f"programming is in pieces of {self.WIDTH} bytes", address, "write")
            return before
        self._expected = address + len(wanted) if (address + len(wanted)) % self.WIDTH else None
        found = bytes(old & new for old, new in zip(before, wanted, strict=True))
        if found != wanted:
            self.chip.fault("flash", "a bit that is programmed cannot be set again", address, "write")
        return found


class FlashF4(Flash):
    """STM32F4: PSIZE says how many bytes are programmed at once."""

    LATENCY, WIDTH = 0xF, 4
    REGISTERS = {
        0x00: Register("ACR", writable=0x170F, ignored=0xF0),
        0x04: Register("KEYR"),
        0x0C: Register("SR", writable=0xF3, ignored=1 << 16),
        0x10: Register("CR", LOCK, writable=LOCK | 0x301),
    }

    def fits(self, width: int) -> bool:
        """1, 2 or 4 bytes."""
        return width == 1 << (self.values["CR"] >> 8 & 3)


class FlashL4(Flash):
    """STM32L4: double words."""

    LATENCY, WIDTH = 0x7, 8
    REGISTERS = {
        0x00: Register("ACR", 0x600, writable=0x170F, ignored=0xF0),
        0x08: Register("KEYR"),
        0x10: Register("SR", writable=0xC3FB, ignored=1 << 16),
        0x14: Register("CR", 0xC0000000, writable=LOCK | 0x1, ignored=1 << 30),
    }

    def fits(self, width: int) -> bool:
        """Two words, one behind the other."""
        return width == 4
