"""The core's own registers: SysTick, interrupts, system control, cycle counter (ARMv7-M, B3)."""

from collections.abc import Callable, Sequence
from functools import cached_property

from proofmark_emulator.exceptions import (
    BUS_FAULT,
    FIRST_INTERRUPT,
    IMPLEMENTED,
    MEMORY_FAULT,
    NMI,
    PEND_SV,
    SYS_TICK,
    USAGE_FAULT,
    priority_registers,
)
from proofmark_emulator.registers import ALL, Peripheral, Register
from proofmark_emulator.state import EXCEPTIONS

SPACE, DEBUG_WATCH = 0xE000E000, 0xE0001000
KEY = 0x05FA0000
FAULT_ENABLES = {16: MEMORY_FAULT, 17: BUS_FAULT, 18: USAGE_FAULT}
"""Bits of SHCSR."""


class SysTick(Peripheral):
    """Counts down from LOAD, at the core clock or an eighth of it."""

    REGISTERS = {
        0x10: Register("CTRL", writable=0x7, ignored=1 << 16),
        0x14: Register("LOAD", writable=0xFFFFFF),
        0x18: Register("VAL"),
        0x1C: Register("CALIB", 0xC0000000, writable=0),
    }

    def reset(self) -> None:
        super().reset()
        self.next: int | None = None
        """When it reaches 0 next."""
        self.period = 0
        """Core cycles from one to the next."""
        self.fired = self._seen = 0
        """Since it was enabled."""

    @property
    def interrupts(self) -> bool:
        """Whether the core is told."""
        return self.next is not None and bool(self.values["CTRL"] & 2)

    def begin(self, cycle: int) -> None:
        """Count from LOAD, from this cycle on."""
        self.period = (self.values["LOAD"] + 1) * (1 if self.values["CTRL"] & 4 else 8)
        self.next = cycle + self.period
        self.chip.time.expect_at("SysTick", self.next, alarming=True)

    def count(self) -> None:
        """Let an end of its period that has come be followed by the next."""
        while self.next is not None and self.next <= self.chip.time.now:
            self.begin(self.next)
            self.fired += 1
            if self.values["CTRL"] & 2 and not self.chip.injected("systick-dead"):
                self.chip.core.exceptions.pend(SYS_TICK)

    def retuned(self) -> None:
        """The core clock changed: what is left of the period are as many of its cycles as before."""
        if self.next is not None:
            self.chip.time.expect_at("SysTick", self.next, alarming=True)

    def write_ctrl(self, value: int) -> None:
        """Start or stop."""
        self.values["CTRL"] = value
        if not value & 1:
            self.next = None
            self.chip.time.forget("SysTick")
        elif self.values["LOAD"] == 0:
            self.chip.fault("systick", "SysTick is enabled with LOAD = 0", self.chip.accessed, "write", value)
        elif self.next is None:
            self.fired = self._seen = 0
            self.begin(self.chip.time.now)
        self.chip.time.stop_now()

    def read_ctrl(self) -> int:
        """COUNTFLAG is cleared by reading."""
        self.count()
        counted, self._seen = self.fired != self._seen, self.fired
        return self.values["CTRL"] | (counted << 16)

    def write_val(self, _value: int) -> None:
        """Any value starts the period anew."""
        if self.next is not None:
            self.begin(self.chip.time.now)
            self.chip.time.stop_now()

    def read_val(self) -> int:
        """What is left of the period."""
        self.count()
        return 0 if self.next is None else (self.next - self.chip.time.now) * (self.values["LOAD"] + 1) // self.period


class Interrupts(Peripheral):
    """NVIC: enables, pending bits, priorities."""

    def registers(self) -> dict[int, Register]:
        """A word for 32 interrupts, one of priorities for four."""
        lines = self.chip.core.exceptions.interrupts
        words = range((lines + 31) // 32)
        bits = {0x100: "ISER", 0x180: "ICER", 0x200: "ISPR", 0x280: "ICPR", 0x300: "IABR"}
        found = {at + 4 * word: Register(f"{name}{word}") for at, name in bits.items() for word in words}
        return found | {at: register for at, (register, _) in priority_registers(lines).items()}

    def _reader(self, register: Register) -> Callable[[], int]:
        exceptions = self.chip.core.exceptions
        match _bits(register.name):
            case ("ISER" | "ICER", word):
                return lambda: _word(exceptions.enabled, word)
            case ("ISPR" | "ICPR", word):
                return lambda: _word(exceptions.pending, word)
            case ("IABR", word):
                return lambda: _word([number in exceptions.active for number in range(EXCEPTIONS)], word)
        first = self._firsts[register.name]
        return lambda: sum(exceptions.priorities[first + byte] << 8 * byte for byte in range(4))

    def _writer(self, register: Register) -> Callable[[int], None]:
        exceptions = self.chip.core.exceptions
        match _bits(register.name):
            case ("ISER", word):
                return lambda value: self._change(exceptions.enable, word, value, True)
            case ("ICER", word):
                return lambda value: self._change(exceptions.enable, word, value, False)
            case ("ISPR", word):
                return lambda value: self._change(exceptions.pend, word, value, True)
            case ("ICPR", word):
                return lambda value: self._change(exceptions.pend, word, value, False)
            case ("IABR", _):
                return lambda _value: None
        first = self._firsts[register.name]

        def write(value: int) -> None:
            exceptions.set_priorities(first, [value >> 8 * byte & IMPLEMENTED for byte in range(4)])
            self.chip.time.stop_now()

        return write

    @cached_property
    def _firsts(self) -> dict[str, int]:
        """The exception of the lowest byte of each register of priorities."""
        lines = self.chip.core.exceptions.interrupts
        return {register.name: first for register, first in priority_registers(lines).values()}

    def _change(self, change: Callable[[int, bool], None], word: int, value: int, on: bool) -> None:
        for bit in range(32):
            if value >> bit & 1:
                change(FIRST_INTERRUPT + 32 * word + bit, on)
        self.chip.time.stop_now()


def _bits(name: str) -> tuple[str, int]:
    return name[:4], int(name[4:] or 0)


def _word(numbers: Sequence[int], word: int) -> int:
    first = FIRST_INTERRUPT + 32 * word
    return sum(bool(number) << bit for bit, number in enumerate(numbers[first : first + 32]))


class SystemControl(Peripheral):
    """SCB and the FPU's control registers."""

    REGISTERS = {
        0xD00: Register("CPUID", 0x410FC241, writable=0),
        0xD04: Register("ICSR"),
        0xD08: Register("VTOR", writable=0x3FFFFF80),
        0xD0C: Register("AIRCR", 0xFA050000),
        0xD10: Register("SCR", writable=0),
        0xD14: Register("CCR", 0x200, writable=0x318),
        0xD24: Register("SHCSR", writable=0x70000),
        0xD28: Register("CFSR"),
        0xD2C: Register("HFSR"),
        0xD34: Register("MMFAR"),
        0xD38: Register("BFAR"),
        0xD88: Register("CPACR", writable=0x00F00000),
        0xF34: Register("FPCCR", 0xC0000000, writable=0),
    }

    def read_icsr(self) -> int:
        """Which exception is active, whether some are pending."""
        exceptions = self.chip.core.exceptions
        active = exceptions.active[-1] if exceptions.active else 0
        waiting: int = exceptions.pending[PEND_SV] << 28 | exceptions.pending[SYS_TICK] << 26
        return active | exceptions.most_urgent << 12 | waiting

    def write_icsr(self, value: int) -> None:
        """Make exceptions pending, or no more."""
        exceptions = self.chip.core.exceptions
        for bit, number, on in (
            (31, NMI, True),
            (28, PEND_SV, True),
            (27, PEND_SV, False),
            (26, SYS_TICK, True),
            (25, SYS_TICK, False),
        ):
            if value >> bit & 1:
                exceptions.pend(number, on)
        self.chip.time.stop_now()

    def write_vtor(self, value: int) -> None:
        """Where the vector table is."""
        self.values["VTOR"] = self.chip.engine.state.vectors = value

    def write_aircr(self, value: int) -> None:
        """Group priorities, or reset the chip."""
        if value & 0xFFFF0000 != KEY:
            self.chip.fault("key", "AIRCR is written without its key", self.chip.accessed, "write", value)
            return
        self.chip.core.exceptions.set_grouping(value >> 8 & 7)
        self.values["AIRCR"] = 0xFA050000 | value & 0x700
        if value & 4:
            self.chip.ask_for_reset("software")

    def write_shcsr(self, value: int) -> None:
        """Enable handlers of faults."""
        self.values["SHCSR"] = value
        for bit, number in FAULT_ENABLES.items():
            self.chip.core.exceptions.enable(number, bool(value >> bit & 1))

    def write_cfsr(self, value: int) -> None:
        """A bit is cleared by writing 1."""
        self.values["CFSR"] &= ~value

    def write_hfsr(self, value: int) -> None:
        """A bit is cleared by writing 1."""
        self.values["HFSR"] &= ~value

    def write_cpacr(self, value: int) -> None:
        """Turn the floating-point unit on; it must not have been used before."""
        self.chip.engine.fetch()
        self.chip.check_floating_point()
        self.values["CPACR"] = value

    def told_of_fault(self, status: int, address: int | None) -> None:
        """Keep what a handler asks for."""
        self.values["CFSR"] |= status
        if address is not None:
            self.values["BFAR"] = address
            self.values["CFSR"] |= 1 << 15

    def forced_hard_fault(self) -> None:
        """A fault that had no handler of its own."""
        self.values["HFSR"] |= 1 << 30


class CycleCounter(Peripheral):
    """DWT's count of cycles."""

    REGISTERS = {0x0: Register("CTRL", 0x40000000, writable=1), 0x4: Register("CYCCNT")}

    def reset(self) -> None:
        super().reset()
        self._from = 0

    def _now(self) -> int:
        if not self.values["CTRL"] & 1:
            return self.values["CYCCNT"]
        return self.values["CYCCNT"] + self.chip.time.now - self._from & ALL

    def read_cyccnt(self) -> int:
        """Cycles, modulo 2^32."""
        return self._now()

    def write_cyccnt(self, value: int) -> None:
        """Count on from here."""
        self.values["CYCCNT"], self._from = value, self.chip.time.now

    def write_ctrl(self, value: int) -> None:
        """Start or stop; TRCENA must be set."""
        if value & 1 and not self.chip.trace_enabled():
            self.chip.fault("unclocked", "DWT is enabled while TRCENA is not", self.chip.accessed, "write", value)
            return
        self.write_cyccnt(self._now())
        self.values["CTRL"] = value


class DebugControl(Peripheral):
    """TRCENA."""

    REGISTERS = {0xDFC: Register("DEMCR", writable=1 << 24)}
