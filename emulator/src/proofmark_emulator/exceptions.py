"""Exceptions and what the firmware may tell of them; which is taken when is in `native/exceptions.c`."""

from collections.abc import Iterable

from proofmark_emulator.engine import Engine
from proofmark_emulator.registers import Register
from proofmark_emulator.state import BASEPRI, EXCEPTIONS, FAULTMASK, PRIMASK

RESET, NMI, HARD_FAULT, MEMORY_FAULT, BUS_FAULT, USAGE_FAULT = 1, 2, 3, 4, 5, 6
SV_CALL, PEND_SV, SYS_TICK = 11, 14, 15
FIRST_INTERRUPT = 16
IMPLEMENTED = 0xF0
"""Bits of a priority that an STM32 has."""
ALWAYS_ENABLED = (NMI, HARD_FAULT, SV_CALL, PEND_SV, SYS_TICK)


class Exceptions:
    """Numbers as in IPSR; a lower priority is more urgent."""

    def __init__(self, engine: Engine, interrupts: int) -> None:
        self.interrupts = interrupts
        self._library, self._here, self._state = engine.library, engine.here, engine.state
        self.pending, self.enabled, self.priorities = self._state.pending, self._state.enabled, self._state.priorities
        """Of each number, whether it waits to be taken, whether it may be, and how urgent it is."""

    def restart(self) -> None:
        """As after a reset."""
        for number in range(EXCEPTIONS):
            self.pending[number] = self.priorities[number] = 0
            self.enabled[number] = number in ALWAYS_ENABLED
        self._state.depth = 0
        self.set_grouping(0)

    @property
    def active(self) -> list[int]:
        """What was entered and not left, the latest at the end."""
        return list(self._state.active[: self._state.depth])

    @property
    def most_urgent(self) -> int:
        """What is pending and enabled, whether masked or not; 0 if nothing is."""
        return self._state.most_urgent

    def pend(self, number: int, on: bool = True) -> None:
        """An exception waits to be taken, or waits no more."""
        self.pending[number] = on
        self._library.rank(self._here)

    def enable(self, number: int, on: bool = True) -> None:
        """It may be taken, or may not."""
        self.enabled[number] = on
        self._library.rank(self._here)

    def set_priorities(self, first: int, values: Iterable[int]) -> None:
        """Of exceptions whose priorities are not fixed."""
        for number, value in enumerate(values, first):
            self.priorities[number] = value
        self._library.rank(self._here)

    def set_grouping(self, bits: int) -> None:
        """PRIGROUP: which part of a priority decides about preemption."""
        self._state.group_bits = bits
        self._library.rank(self._here)

    def executing(self) -> int:
        """The priority at which the core executes."""
        registers = self._state.registers
        masks = registers[PRIMASK], registers[BASEPRI], registers[FAULTMASK]
        return int(self._library.executing(self._here, *masks))

    def escalated(self, fault: int, executing: int) -> int:
        """The exception that a fault becomes: itself, or a hard fault where it is disabled or could not preempt."""
        possible = self.enabled[fault] and self._library.priority(self._here, fault) < executing
        return fault if possible else HARD_FAULT


PRIORITY_BYTES = {0xD18: MEMORY_FAULT, 0xD1C: 8, 0xD20: 12}
"""System handler priorities: offset in the system control space, and the exception of the lowest byte."""


def priority_registers(interrupts: int) -> dict[int, tuple[Register, int]]:
    """Registers of priorities by offset, with the exception of their lowest byte."""
    system = {at: (Register(f"SHPR{index}"), first) for index, (at, first) in enumerate(PRIORITY_BYTES.items(), 1)}
    lines = {0x400 + line: (Register(f"IPR{line // 4}"), FIRST_INTERRUPT + line) for line in range(0, interrupts, 4)}
    return system | lines
