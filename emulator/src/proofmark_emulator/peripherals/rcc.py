"""Reset and clock control: oscillators, PLL, the switch between them, enable bits, causes of resets."""

from typing import ClassVar

from proofmark_emulator.peripherals.clock_tree import Clocks, divided
from proofmark_emulator.registers import Peripheral, Register, Writer

HSE_STARTS_S, PLL_LOCKS_S = 2e-3, 300e-6
"""Data sheets: typical start of a crystal, longest lock of the PLL."""
HSI, HSE, PLL = "HSI", "HSE", "PLL"
CAUSES = {"software": 28, "watchdog": 29, "pin": 26}
"""Bits of CSR that both families have in the same place."""


class Rcc(Peripheral):
    """What both families share; where fields lie is theirs."""

    OSCILLATORS: ClassVar[dict[str, tuple[int, int, str]]]
    """From the bit that turns one on: the bit that says so, what it is called."""
    SWITCH: ClassVar[dict[int, str]]
    ENABLES: ClassVar[tuple[str, ...]]
    BUSES: ClassVar[tuple[int, int]]
    """Bits of CFGR where the dividers of APB1 and APB2 begin."""
    POWER_ON: ClassVar[int]
    """Bits of CSR after power-on."""
    CLEAR: ClassVar[int]
    """The bit of CSR that clears causes."""

    def reset(self) -> None:
        causes = self.values.get("CSR", 0)
        super().reset()
        self.values["CSR"] = causes
        self._system = self.SWITCH[self.values["CFGR"] & 3]
        self.clocks = self._tree()

    def caused_by(self, cause: str) -> None:
        """Say in CSR why the chip was reset."""
        if cause in ("power-on", "brown-out"):
            self.values["CSR"] = self.POWER_ON
        else:
            self.values["CSR"] |= 1 << CAUSES[cause] | 1 << CAUSES["pin"]

    def enabled(self, register: str, bit: int) -> bool:
        """Whether a peripheral is clocked."""
        return bool(self.values[register] >> bit & 1)

    def frequency(self, source: str) -> int:
        """Of an oscillator or the PLL, Hz."""
        if source == HSE:
            return self.chip.board.hse_hz
        return self.pll() if source == PLL else self.internal()

    def internal(self) -> int:
        """Of the internal oscillator, Hz."""
        raise NotImplementedError

    def pll(self) -> int:
        """Of the PLL's output to the system, Hz."""
        raise NotImplementedError

    def _check_pll(self, input_hz: float, low: float, high: float, vco_hz: float, most: float) -> None:
        lowest = 100e6 if self.chip.part.family == "f4" else 64e6
        if not low <= input_hz <= high:
            self.chip.fault("clock", f"PLL input: expected {low:g} Hz to {high:g} Hz, got {input_hz:g} Hz")
        if not lowest <= vco_hz <= most:
            self.chip.fault("clock", f"VCO: expected {lowest:g} Hz to {most:g} Hz, got {vco_hz:g} Hz")

    def ready(self, name: str) -> bool:
        """Whether an oscillator runs; a program that polls waits until it does."""
        return self.chip.time.wait_for(name)

    def read_cr(self) -> int:
        """Flags follow their oscillators."""
        value = self.values["CR"]
        for name, (on, flag, _) in self.OSCILLATORS.items():
            value = value & ~(1 << flag) | (value >> on & 1 & self.ready(name)) << flag
        return value

    def write_cr(self, value: int) -> None:
        """Turn oscillators on and off."""
        before = self.values["CR"]
        self.values["CR"] = value
        for name, (on, _, source) in self.OSCILLATORS.items():
            was, now = before >> on & 1, value >> on & 1
            if now and not was:
                self._start(name)
            if was and not now:
                self.chip.time.forget(name)
                if self._system == source:
                    self.chip.fault("clock", f"{name} is turned off while the system runs on it")
        if self.values["CR"] >> 24 & 1 and not before >> 24 & 1:
            self.pll()

    def _start(self, name: str) -> None:
        if name == HSE and (self.chip.board.hse_hz == 0 or self.chip.injected("hse-dead")):
            return
        if name == PLL and self.chip.injected("pll-dead"):
            return
        takes = {HSE: HSE_STARTS_S, PLL: PLL_LOCKS_S}.get(name, 2e-6)
        self.chip.time.expect(name, self.chip.time.seconds(takes))

    def read_cfgr(self) -> int:
        """SWS says what the system runs on."""
        number = next(number for number, source in self.SWITCH.items() if source == self._system)
        return self.values["CFGR"] & ~0xC | number << 2

    def write_cfgr(self, value: int) -> None:
        """Switch and divide."""
        self.values["CFGR"] = value
        wanted = self.SWITCH.get(value & 3)
        if wanted is None:
            self.chip.fault("clock", f"SW = {value & 3} is reserved", self.chip.accessed, "write", value)
        elif self.chip.time.ready(wanted):
            self._system = wanted
        self._changed()

    def _tree(self) -> Clocks:
        value = self.values["CFGR"]
        one, two = self.BUSES
        return divided(self.frequency(self._system), value >> 4 & 15, value >> one & 7, value >> two & 7)

    def _changed(self) -> None:
        before, self.clocks = self.clocks, self._tree()
        if self.clocks != before:
            self.chip.clocks_changed()

    def write_csr(self, value: int) -> None:
        """Clear the causes of resets."""
        if value >> self.CLEAR & 1:
            self.values["CSR"] &= 0x00FFFFFF
        if value & 1:
            self.values["CSR"] |= 3

    def _writer(self, register: Register) -> Writer:
        write = super()._writer(register)
        if register.name not in self.ENABLES:
            return write

        def enable(value: int) -> None:
            write(value)
            self.chip.clock_peripherals()

        return enable


class RccF4(Rcc):
    """STM32F4."""

    REGISTERS = {
        0x00: Register("CR", 0x83, writable=0x010500F9, ignored=0x0202FF02),
        0x04: Register("PLLCFGR", 0x24003010, writable=0x7F437FFF),
        0x08: Register("CFGR", writable=0xFCF3, ignored=0xC),
        0x0C: Register("CIR", writable=0),
        0x30: Register("AHB1ENR", 0x00100000, writable=0x001001FF),
        0x40: Register("APB1ENR", writable=0x107E01FF),
        0x44: Register("APB2ENR", writable=0x00077733),
        0x74: Register("CSR", 0x0E000000, writable=0x01000001, ignored=0xFE000002),
    }
    OSCILLATORS = {HSI: (0, 1, HSI), HSE: (16, 17, HSE), PLL: (24, 25, PLL)}
    SWITCH = {0: HSI, 1: HSE, 2: PLL}
    ENABLES = ("AHB1ENR", "APB1ENR", "APB2ENR")
    BUSES = (10, 13)
    POWER_ON = 0x0E000000
    CLEAR = 24

    def reset(self) -> None:
        super().reset()
        self.chip.time.expect(HSI, 0)

    def internal(self) -> int:
        """The only one is at 16 MHz."""
        return 16_000_000

    def pll(self) -> int:
        """Fields M, N and P."""
        value = self.values["PLLCFGR"]
        m, n, p = value & 63, value >> 6 & 511, 2 * ((value >> 16 & 3) + 1)
        if m < 2 or not 50 <= n <= 432:
            self.chip.fault("clock", f"PLL: expected M of at least 2 and N from 50 to 432, got {m} and {n}")
            return 1
        source = self.frequency(HSE if value >> 22 & 1 else HSI)
        self._check_pll(source / m, 0.95e6, 2.1e6, source / m * n, 432e6)
        return source * n // (m * p)

    def write_pllcfgr(self, value: int) -> None:
        """Only while the PLL is off."""
        if self.values["CR"] >> 24 & 1:
            self.chip.fault("clock", "PLLCFGR is written while the PLL is on", self.chip.accessed, "write", value)
            return
        self.values["PLLCFGR"] = value


class RccL4(Rcc):
    """STM32L4."""

    REGISTERS = {
        0x00: Register("CR", 0x63, writable=0x010D0BFD, ignored=0x02020402),
        0x04: Register("ICSCR", 0x10000000, writable=0),
        0x08: Register("CFGR", writable=0x3FF3, ignored=0xC),
        0x0C: Register("PLLCFGR", 0x1000, writable=0x07737F73, ignored=0x00030000),
        0x18: Register("CIER", writable=0),
        0x48: Register("AHB1ENR", 0x100, writable=0x100),
        0x4C: Register("AHB2ENR", writable=0x20FF),
        0x58: Register("APB1ENR1", writable=0x101E003F),
        0x60: Register("APB2ENR", writable=0x00076801),
        0x88: Register("CCIPR", writable=0x30000000),
        0x94: Register("CSR", 0x0C000600, writable=0x00800001, ignored=0xFF000602),
    }
    OSCILLATORS = {"MSI": (0, 1, "MSI"), HSI: (8, 10, HSI), HSE: (16, 17, HSE), PLL: (24, 25, PLL)}
    SWITCH = {0: "MSI", 1: HSI, 2: HSE, 3: PLL}
    ENABLES = ("AHB1ENR", "AHB2ENR", "APB1ENR1", "APB2ENR")
    BUSES = (8, 11)
    POWER_ON = 0x0C000600
    CLEAR = 23

    def reset(self) -> None:
        super().reset()
        self.chip.time.expect("MSI", 0)

    def frequency(self, source: str) -> int:
        """MSI at its reset range of 4 MHz."""
        return 4_000_000 if source == "MSI" else super().frequency(source)

    def internal(self) -> int:
        """HSI16."""
        return 16_000_000

    def pll(self) -> int:
        """Fields M, N and R."""
        value = self.values["PLLCFGR"]
        m, n, r = (value >> 4 & 7) + 1, value >> 8 & 127, 2 * ((value >> 25 & 3) + 1)
        sources = {1: "MSI", 2: HSI, 3: HSE}
        if value & 3 not in sources or not 8 <= n <= 86:
            self.chip.fault("clock", f"PLL: expected a source and N from 8 to 86, got {value & 3} and {n}")
            return 1
        if not value >> 24 & 1:
            self.chip.fault("clock", "PLL: PLLREN is off, so the system gets nothing from it")
        source = self.frequency(sources[value & 3])
        self._check_pll(source / m, 4e6, 16e6, source / m * n, 344e6)
        return source * n // (m * r)
