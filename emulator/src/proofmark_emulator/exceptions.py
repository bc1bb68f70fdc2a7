"""Which exception is taken when: pending, enabled, active, priorities and masks (ARMv7-M, B1.5)."""

from proofmark_emulator.registers import Register

RESET, NMI, HARD_FAULT, MEMORY_FAULT, BUS_FAULT, USAGE_FAULT = 1, 2, 3, 4, 5, 6
SV_CALL, PEND_SV, SYS_TICK = 11, 14, 15
FIRST_INTERRUPT = 16
IMPLEMENTED = 0xF0
"""Bits of a priority that an STM32 has."""
THREAD = 256
"""Below every priority."""
FIXED = {RESET: -3, NMI: -2, HARD_FAULT: -1}


class Exceptions:
    """Numbers as in IPSR; a lower priority is more urgent."""

    def __init__(self, interrupts: int) -> None:
        self.interrupts = interrupts
        self.restart()

    def restart(self) -> None:
        """As after a reset."""
        self.pending: set[int] = set()
        self.active: list[int] = []
        self.enabled = {NMI, HARD_FAULT, SV_CALL, PEND_SV, SYS_TICK}
        self.priorities: dict[int, int] = {}
        self._group_bits = 0
        self.most_urgent: int | None = None
        """What is pending and enabled, whether masked or not."""

    def pend(self, number: int) -> None:
        """An exception waits to be taken."""
        self.pending.add(number)
        self._rank()

    def forget(self, number: int) -> None:
        """It waits no more."""
        self.pending.discard(number)
        self._rank()

    def enable(self, number: int) -> None:
        """It may be taken."""
        self.enabled.add(number)
        self._rank()

    def disable(self, number: int) -> None:
        """It may not be taken."""
        self.enabled.discard(number)
        self._rank()

    def set_priority(self, number: int, priority: int) -> None:
        """Of an exception whose priority is not fixed."""
        self.priorities[number] = priority
        self._rank()

    def set_grouping(self, bits: int) -> None:
        """PRIGROUP: which part of a priority decides about preemption."""
        self._group_bits = bits
        self._rank()

    def _rank(self) -> None:
        ready = self.pending & self.enabled
        self.most_urgent = min(ready, key=self._order) if ready else None

    def _order(self, number: int) -> tuple[int, int, int]:
        return self.priority(number), self.priorities.get(number, 0), number

    def priority(self, number: int) -> int:
        """The part of a priority that decides about preemption, of an exception."""
        return FIXED[number] if number in FIXED else self._group(self.priorities.get(number, 0))

    def _group(self, priority: int) -> int:
        return priority >> (self._group_bits + 1) << (self._group_bits + 1)

    def executing(self, primask: int, basepri: int, faultmask: int) -> int:
        """The priority at which the core executes."""
        now = min(map(self.priority, self.active)) if self.active else THREAD
        if basepri:
            now = min(now, self._group(basepri & IMPLEMENTED))
        if primask:
            now = min(now, 0)
        return min(now, -1) if faultmask else now

    def taken(self, executing: int) -> int | None:
        """What preempts execution at this priority."""
        number = self.most_urgent
        return number if number is not None and self.priority(number) < executing else None

    def escalated(self, fault: int, executing: int) -> int:
        """The exception that a fault becomes: itself, or a hard fault where it is disabled or could not preempt."""
        possible = fault in self.enabled and self.priority(fault) < executing
        return fault if possible else HARD_FAULT


PRIORITY_BYTES = {0xD18: MEMORY_FAULT, 0xD1C: 8, 0xD20: 12}
"""System handler priorities: offset in the system control space, and the exception of the lowest byte."""


def priority_registers(interrupts: int) -> dict[int, tuple[Register, int]]:
    """Registers of priorities by offset, with the exception of their lowest byte."""
    system = {at: (Register(f"SHPR{index}"), first) for index, (at, first) in enumerate(PRIORITY_BYTES.items(), 1)}
    lines = {0x400 + line: (Register(f"IPR{line // 4}"), FIRST_INTERRUPT + line) for line in range(0, interrupts, 4)}
    return system | lines
