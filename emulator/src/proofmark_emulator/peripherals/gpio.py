"""Ports: what each pin is, what it drives, what it reads."""

from typing import TYPE_CHECKING, ClassVar

from proofmark_emulator.registers import Peripheral, Register

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

INPUT, OUTPUT, ALTERNATE, ANALOG = 0, 1, 2, 3
PULL_UP, PULL_DOWN = 1, 2
NOT_DRIVEN, OTHER = 2, 3
"""Beside low and high: what a trace says of a pin that is an input, or a peripheral's."""


class Gpio(Peripheral):
    """STM32F4; pins are called by letter and number, such as PD12."""

    MODES: ClassVar[dict[str, int]] = {"A": 0xA8000000, "B": 0x280}
    """MODER after a reset, where it is not `MODE`: the debugger's pins."""
    MODE: ClassVar[int] = 0
    REGISTERS = {
        0x00: Register("MODER"),
        0x04: Register("OTYPER", writable=0xFFFF),
        0x08: Register("OSPEEDR"),
        0x0C: Register("PUPDR"),
        0x10: Register("IDR", writable=0),
        0x14: Register("ODR", writable=0xFFFF),
        0x18: Register("BSRR"),
        0x20: Register("AFRL"),
        0x24: Register("AFRH"),
    }

    def __init__(self, chip: "Chip", name: str, base: int) -> None:
        super().__init__(chip, name, base)
        self._given = self._levels = 0
        """Pins that something outside drives, and those that it drives high."""
        self._shown = [NOT_DRIVEN] * 16
        self._names = [f"P{name[-1]}{pin}" for pin in range(16)]

    def reset(self) -> None:
        super().reset()
        letter = self.name[-1]
        self.values["MODER"] = self.MODES.get(letter, self.MODE)
        self.values["PUPDR"] = {"A": 0x64000000, "B": 0x100}.get(letter, 0)
        self._noise = 0
        self._work_out()
        for pin in range(16):
            self._show(pin)

    def _work_out(self) -> None:
        """Pins by what they are."""
        modes = [self.mode(pin) for pin in range(16)]
        pulls = [self.values["PUPDR"] >> 2 * pin & 3 for pin in range(16)]
        self._outputs = sum(1 << pin for pin in range(16) if modes[pin] == OUTPUT)
        self.chip.changed()
        self._inputs = sum(1 << pin for pin in range(16) if modes[pin] in (INPUT, ALTERNATE))
        self._pulled_up = sum(1 << pin for pin in range(16) if pulls[pin] == PULL_UP)
        self._pulled_down = sum(1 << pin for pin in range(16) if pulls[pin] == PULL_DOWN)

    def mode(self, pin: int) -> int:
        """Input, output, alternate function or analogue."""
        return self.values["MODER"] >> 2 * pin & 3

    def alternate(self, pin: int) -> int | None:
        """The number of the alternate function that a pin has, if it has one."""
        if self.mode(pin) != ALTERNATE:
            return None
        return self.values["AFRH" if pin > 7 else "AFRL"] >> 4 * (pin & 7) & 15

    def is_analogue(self, pin: int) -> bool:
        """Whether a converter sees a pin."""
        return self.mode(pin) == ANALOG

    def level(self, pin: int) -> int:
        """What a pin shows: low, high, `NOT_DRIVEN` or `OTHER`."""
        match self.mode(pin):
            case 1:
                return self.values["ODR"] >> pin & 1
            case 2:
                return OTHER
        return NOT_DRIVEN

    def shown(self, pin: int) -> int:
        """The level of an output; -1 of anything else."""
        return self.values["ODR"] >> pin & 1 if self._outputs >> pin & 1 else -1

    def drive(self, pin: int, level: int) -> None:
        """Something outside drives a pin low or high, or, with -1, nothing does."""
        mask = 1 << pin
        self._given = self._given & ~mask if level < 0 else self._given | mask
        self._levels = self._levels | mask if level > 0 else self._levels & ~mask

    def read_idr(self) -> int:
        """Levels of pins that are digital; an open one follows its pull, and without one is anything."""
        self._noise = self._noise * 5 + 0x3619 & 0xFFFF
        open_wire = self._pulled_up | self._noise & ~self._pulled_down
        outside = self._levels & self._given | open_wire & ~self._given
        return self.values["ODR"] & self._outputs | outside & self._inputs

    def write_afrl(self, value: int) -> None:
        """Alternate functions of pins 0 to 7."""
        self.values["AFRL"] = value
        self.chip.changed()

    def write_afrh(self, value: int) -> None:
        """Alternate functions of pins 8 to 15."""
        self.values["AFRH"] = value
        self.chip.changed()

    def write_pupdr(self, value: int) -> None:
        """Pulls, up or down."""
        self.values["PUPDR"] = value
        self._work_out()

    def write_odr(self, value: int) -> None:
        """All outputs at once."""
        changed = (self.values["ODR"] ^ value) & self._outputs
        self.values["ODR"] = value
        while changed:
            pin = changed.bit_length() - 1
            changed ^= 1 << pin
            self._record(pin, value >> pin & 1)

    def write_bsrr(self, value: int) -> None:
        """Set some, reset others; setting wins."""
        self.write_odr(self.values["ODR"] & ~(value >> 16) & 0xFFFF | value & 0xFFFF)

    def write_moder(self, value: int) -> None:
        """Pins become outputs, or cease to be."""
        self.values["MODER"] = value
        self._noise = 0
        self._work_out()
        for pin in range(16):
            self._show(pin)

    def _show(self, pin: int) -> None:
        level = self.level(pin)
        if level != self._shown[pin]:
            self._record(pin, level)

    def _record(self, pin: int, level: int) -> None:
        self._shown[pin] = level
        self.chip.trace.record(self.chip.time.now, self._names[pin], level)


class GpioL4(Gpio):
    """STM32L4: analogue after a reset, and a switch from pin to converter (L47x)."""

    MODES: ClassVar[dict[str, int]] = {"A": 0xABFFFFFF, "B": 0xFFFFFEBF, "H": 0xF}
    MODE: ClassVar[int] = 0xFFFFFFFF
    REGISTERS = {**Gpio.REGISTERS, 0x28: Register("BRR", writable=0xFFFF), 0x2C: Register("ASCR", writable=0xFFFF)}

    def write_brr(self, value: int) -> None:
        """Reset some."""
        self.write_odr(self.values["ODR"] & ~value)

    def write_ascr(self, value: int) -> None:
        """Switches to converters."""
        self.values["ASCR"] = value
        self.chip.changed()

    def is_analogue(self, pin: int) -> bool:
        """Whether a converter sees a pin: its switch is closed."""
        return super().is_analogue(pin) and bool(self.values["ASCR"] >> pin & 1)
