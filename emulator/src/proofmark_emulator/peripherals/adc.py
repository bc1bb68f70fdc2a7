"""Converters as far as single conversions need them: one channel, started by software, with the time they take."""

from math import ceil
from typing import TYPE_CHECKING, ClassVar

from proofmark_emulator.registers import Peripheral, Register

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

NEVER = "adc-dead"
"""Injected: conversions begin and do not end."""


class Adc(Peripheral):
    """What both families share."""

    SAMPLING: ClassVar[tuple[float, ...]]
    """ADC clocks for each value of a field of SMPR."""
    CONVERTING: ClassVar[float]
    """ADC clocks behind them."""

    def __init__(self, chip: "Chip", name: str, base: int) -> None:
        super().__init__(chip, name, base)
        self._end, self._stable, self._ready = f"{name}.end", f"{name}.stable", f"{name}.ready"
        self._conversions: dict[tuple[int, int], tuple[str, int]] = chip.derived()
        """From channel and sampling to the pin and the cycles that it takes."""

    def reset(self) -> None:
        super().reset()
        self._result, self._data, self._done = 0, 0, False

    def clock_hz(self) -> int:
        """Of the converter."""
        raise NotImplementedError

    def start(self, channel: int, sampling: int) -> None:
        """Sample a channel now; the result is there later."""
        chip = self.chip
        if chip.time.ready(self._end):
            self._finish()
        self._done = False
        conversion = self._conversions.get((channel, sampling)) or self._conversion(channel, sampling)
        if conversion is None:
            return
        pin, cycles = conversion
        self._result = chip.board.codes.get(pin, 0)
        if chip.injected(NEVER):
            chip.time.forget(self._end)
        else:
            chip.time.expect(self._end, cycles)

    def _conversion(self, channel: int, sampling: int) -> tuple[str, int] | None:
        hz = self.clock_hz()
        if hz <= 0 or hz > self.chip.part.adc_max:
            self.chip.fault("adc", f"{self.name}: expected a clock of at most {self.chip.part.adc_max} Hz, got {hz}")
            return None
        pin = self.chip.board.converters.get(f"{self.name}_IN{channel}")
        if pin is None or not self.chip.is_analogue(pin):
            self.chip.fault("adc", f"{self.name}: channel {channel} converts {pin or 'no pin'}, which is not analogue")
            return None
        cycles = ceil((self.SAMPLING[sampling] + self.CONVERTING) * self.chip.clocks.core / hz)
        self._conversions[channel, sampling] = pin, cycles
        return pin, cycles

    def finished(self) -> bool:
        """Whether a result is there; a program that asks waits for it."""
        if self.chip.time.wait_for(self._end):
            self._finish()
        return self._done

    def _finish(self) -> None:
        self.chip.time.forget(self._end)
        self._data, self._done = self._result, True

    def read_dr(self) -> int:
        """The last result; reading takes its flag away."""
        if self.chip.time.ready(self._end):
            self._finish()
        self._done = False
        return self._data


class AdcF4(Adc):
    """STM32F4."""

    SAMPLING = (3, 15, 28, 56, 84, 112, 144, 480)
    CONVERTING = 12
    STABLE_S = 3e-6
    REGISTERS = {
        0x00: Register("SR", writable=0x3F),
        0x04: Register("CR1", writable=0),
        0x08: Register("CR2", writable=0x40000401),
        0x0C: Register("SMPR1", writable=0x07FFFFFF),
        0x10: Register("SMPR2", writable=0x3FFFFFFF),
        0x2C: Register("SQR1", writable=0),
        0x30: Register("SQR2", writable=0),
        0x34: Register("SQR3", writable=0x1F),
        0x4C: Register("DR", writable=0),
    }

    def clock_hz(self) -> int:
        """APB2, divided by ADCPRE."""
        common = self.chip.peripherals["ADC"].values["CCR"]
        return self.chip.clocks.apb2 // (2 * ((common >> 16 & 3) + 1))

    def read_sr(self) -> int:
        """EOC."""
        return 2 if self.finished() else 0

    def write_sr(self, value: int) -> None:
        """EOC is cleared by writing 0."""
        self._done = self._done and bool(value & 2)

    def write_cr2(self, value: int) -> None:
        """Turn on; start."""
        on = self.values["CR2"] & 1
        self.values["CR2"] = value & ~(1 << 30)
        if value & 1 and not on:
            self.chip.time.expect(self._stable, self.chip.time.seconds(self.STABLE_S))
        if value >> 30 & 1:
            if not self.chip.time.ready(self._stable) or not value & 1:
                self.chip.fault("adc", f"{self.name} is started before it is stable")
                return
            channel = self.values["SQR3"] & 0x1F
            register, place = ("SMPR2", channel) if channel < 10 else ("SMPR1", channel - 10)
            self.start(channel, self.values[register] >> 3 * place & 7)


class AdcL4(Adc):
    """STM32L4."""

    SAMPLING = (2.5, 6.5, 12.5, 24.5, 47.5, 92.5, 247.5, 640.5)
    CONVERTING = 12.5
    CALIBRATING = 116
    REGULATED_S, READY_S = 20e-6, 1e-6
    ENABLE, START, REGULATOR, ASLEEP, CALIBRATE = 1, 1 << 2, 1 << 28, 1 << 29, 1 << 31
    REGISTERS = {
        0x00: Register("ISR", writable=0x1F),
        0x04: Register("IER", writable=0),
        0x08: Register("CR", 0x20000000, writable=0xB0000005),
        0x0C: Register("CFGR", 0x80000000, writable=0x80001000),
        0x14: Register("SMPR1", writable=0x3FFFFFFF),
        0x18: Register("SMPR2", writable=0x07FFFFFF),
        0x30: Register("SQR1", writable=0x7C0),
        0x40: Register("DR", writable=0),
    }

    def clock_hz(self) -> int:
        """CKMODE divides the core clock; the other source is not modelled."""
        mode = self.chip.peripherals["ADC"].values["CCR"] >> 16 & 3
        return self.chip.clocks.core >> (mode - 1) if mode else 0

    def read_isr(self) -> int:
        """ADRDY and EOC."""
        ready = bool(self.values["CR"] & self.ENABLE) and self.chip.time.wait_for(self._ready)
        return (1 if ready else 0) | (4 if self.finished() else 0)

    def write_isr(self, value: int) -> None:
        """A flag is cleared by writing 1."""
        if value & 4:
            self._done = False

    def read_cr(self) -> int:
        """ADCAL is there until calibration is over, ADSTART until the conversion is."""
        value = self.values["CR"]
        if value & self.CALIBRATE and self.chip.time.wait_for(f"{self.name}.calibrated"):
            value = self.values["CR"] = value & ~self.CALIBRATE
        return value

    def write_cr(self, value: int) -> None:
        """Wake, regulate, calibrate, enable, start, in this order."""
        before, time = self.values["CR"], self.chip.time
        regulated = f"{self.name}.regulated"
        if value & self.REGULATOR and not before & self.REGULATOR:
            if value & self.ASLEEP:
                self.chip.fault("adc", f"{self.name}: the regulator is turned on in deep power-down")
            time.expect(regulated, time.seconds(self.REGULATED_S))
        if value & (self.CALIBRATE | self.ENABLE) and not time.ready(regulated):
            self.chip.fault("adc", f"{self.name} is used before its regulator is stable")
            return
        if value & self.CALIBRATE and not before & self.CALIBRATE:
            hz = max(1, self.clock_hz())
            time.expect(f"{self.name}.calibrated", ceil(self.CALIBRATING * self.chip.clocks.core / hz))
        if value & self.ENABLE and not before & self.ENABLE:
            time.expect(self._ready, time.seconds(self.READY_S))
        self.values["CR"] = value & ~self.START
        if value & self.START:
            if not time.ready(self._ready):
                self.chip.fault("adc", f"{self.name} is started before it is ready")
                return
            channel = self.values["SQR1"] >> 6 & 0x1F
            register, place = ("SMPR1", channel) if channel < 10 else ("SMPR2", channel - 10)
            self.start(channel, self.values[register] >> 3 * place & 7)


class AdcCommon(Peripheral):
    """The converters' clock."""

    def write_ccr(self, value: int) -> None:
        """Conversions take another time."""
        self.values["CCR"] = value
        self.chip.changed()


class AdcCommonF4(AdcCommon):
    """STM32F4."""

    REGISTERS = {0x0: Register("CSR", writable=0), 0x4: Register("CCR", writable=0x30000)}


class AdcCommonL4(AdcCommon):
    """STM32L4."""

    REGISTERS = {0x0: Register("CSR", writable=0), 0x8: Register("CCR", writable=0x30000)}
