"""Registers: what is not declared is not there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

ALL = 0xFFFFFFFF
Reader = Callable[[], int]
Writer = Callable[[int], None]


@dataclass(frozen=True)
class Register:
    """A word at an offset."""

    name: str
    reset: int = 0
    writable: int = ALL
    """Bits that are modelled."""
    ignored: int = 0
    """Bits that may be written and stay as they are, such as flags of the hardware's."""


class Peripheral:
    """Registers of one part of the chip.

    `read_<name>` and `write_<name>` are called where the class has them; other registers are as they were last written.
    """

    REGISTERS: ClassVar[dict[int, Register]] = {}

    def __init__(self, chip: "Chip", name: str, base: int) -> None:
        self.chip, self.name, self.base = chip, name, base
        self.values: dict[str, int] = {}
        self.readers: dict[int, Reader] = {}
        self.writers: dict[int, Writer] = {}
        for offset, register in self.registers().items():
            self.readers[base + offset] = self._reader(register)
            self.writers[base + offset] = self._writer(register)

    def registers(self) -> dict[int, Register]:
        """Offsets and what is there."""
        return self.REGISTERS

    def reset(self) -> None:
        """As after a reset of the chip."""
        self.values = {register.name: register.reset for register in self.registers().values()}

    def _reader(self, register: Register) -> Reader:
        name = register.name
        special: Reader | None = getattr(self, f"read_{name.lower()}", None)
        return special or (lambda: self.values[name])

    def _writer(self, register: Register) -> Writer:
        name, kept = register.name, ALL & ~(register.writable | register.ignored)
        special: Writer | None = getattr(self, f"write_{name.lower()}", None)
        if special is not None and register.writable == ALL:
            return special

        def write(value: int) -> None:
            now = self.values[name]
            if (value ^ now) & kept:
                self.chip.fault(
                    "unmodelled-bits",
                    f"{self.name}.{name}: bits {(value ^ now) & kept:#x} of {value:#x} are not modelled",
                    self.chip.accessed,
                    "write",
                    value,
                )
            value = now & ~register.writable | value & register.writable
            if special is None:
                self.values[name] = value
            else:
                special(value)

        return write
