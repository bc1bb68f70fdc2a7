"""The core from cycle to cycle: what `native/` leaves to be looked at, which is events, sleep and faults."""

from typing import TYPE_CHECKING

from proofmark_emulator.engine import Engine, Stopped
from proofmark_emulator.exceptions import BUS_FAULT, HARD_FAULT, USAGE_FAULT, Exceptions
from proofmark_emulator.state import CONTROL, LR, PC, SP, XPSR

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

THUMB = 1 << 24
FP_ACTIVE = 4
REACHED = 2
"""Of `awaited`: execution stopped at the watched address."""
BREAKPOINT, NO_COPROCESSOR, INVALID_STATE = 7, 17, 18
UNDEFINED, PREFETCH_ABORT, DATA_ABORT = 1, 3, 4
READ_UNMAPPED, WRITE_UNMAPPED, FETCH_UNMAPPED, INVALID, WRITE_PROTECTED = 6, 7, 8, 10, 12
EXPLAINED = {
    READ_UNMAPPED: (BUS_FAULT, 1 << 9, "bus", "a read where nothing is"),
    WRITE_UNMAPPED: (BUS_FAULT, 1 << 9, "bus", "a write where nothing is"),
    FETCH_UNMAPPED: (BUS_FAULT, 1 << 8, "bus", "a fetch where nothing is"),
    WRITE_PROTECTED: (BUS_FAULT, 1 << 9, "bus", "a write into flash"),
    INVALID: (USAGE_FAULT, 1 << 16, "usage", "an undefined instruction"),
}
"""By the status of Unicorn: exception, bits of CFSR, kind, detail."""
TRAPS = {
    UNDEFINED: (USAGE_FAULT, 1 << 16, "usage", "an undefined instruction"),
    NO_COPROCESSOR: (USAGE_FAULT, 1 << 19, "usage", "a coprocessor that is off"),
    INVALID_STATE: (USAGE_FAULT, 1 << 17, "usage", "a branch out of Thumb state"),
    PREFETCH_ABORT: (BUS_FAULT, 1 << 8, "bus", "a fetch where nothing is"),
    DATA_ABORT: (BUS_FAULT, 1 << 9, "bus", "an access where nothing is"),
    BREAKPOINT: (HARD_FAULT, 0, "usage", "a breakpoint without a debugger"),
}
"""The same by the number of Unicorn's exception."""


class Core:
    """Takes a chip from cycle to cycle."""

    def __init__(self, chip: "Chip", engine: Engine) -> None:
        self._chip, self._engine, self._state = chip, engine, engine.state
        self.exceptions = Exceptions(engine, chip.part.interrupts)

    @property
    def asleep(self) -> bool:
        """Whether it waits for an exception."""
        return bool(self._state.asleep)

    def restart(self, stack: int, entry: int) -> None:
        """Begin at the reset vector."""
        registers = self._state.registers
        for index in range(len(registers)):
            registers[index] = 0
        registers[SP], registers[PC], registers[XPSR], registers[LR] = stack & ~3, entry, THUMB, 0xFFFFFFFF
        self._engine.put_back()
        self.exceptions.restart()
        self._state.asleep = 0

    def advance(self, until: int) -> None:
        """Go on to a cycle, or to where the core sleeps until then or longer."""
        chip, time, state = self._chip, self._chip.time, self._state
        while not chip.stopped and time.now < until and state.awaited != REACHED:
            if time.now >= time.alarm or chip.reset_for is not None:
                chip.events()
            if state.asleep and not state.most_urgent:
                if time.alarm >= until:
                    return
                time.skip_to(time.alarm)
                continue
            time.stop_at(min(until, time.alarm))
            stopped = self._engine.go()
            if stopped is not Stopped.COUNTED:
                self._heed(stopped)
            if chip.bus.failed is not None:
                chip.tell_of_failed_access()

    def uses_floating_point(self) -> bool:
        """Whether an instruction of the floating-point unit was executed."""
        return bool(self._state.registers[CONTROL] & FP_ACTIVE)

    def _heed(self, stopped: Stopped) -> None:
        chip, state = self._chip, self._state
        if stopped is Stopped.ASLEEP:
            chip.check_floating_point()
        elif stopped is Stopped.TRAPPED:
            self.fault(*TRAPS[state.trap], state.address)
        elif stopped is Stopped.REFUSED and state.trap == WRITE_PROTECTED and chip.program():
            pass
        elif stopped is Stopped.REFUSED:
            self.fault(*EXPLAINED[state.trap], state.address)
        else:
            self._halt(stopped)

    def fault(self, number: int, status: int, kind: str, detail: str, at: int, address: int | None = None) -> None:
        """Let the firmware's handler know of a fault of its own, and whoever asked for the run."""
        self._chip.fault(kind, detail, address)
        self._chip.scb.told_of_fault(status, address)
        executing = self.exceptions.executing()
        number = self.exceptions.escalated(number, executing)
        if number == HARD_FAULT:
            self._chip.scb.forced_hard_fault()
            if executing <= -1:
                self._chip.fault("lock-up", "a fault in the handler of a hard fault")
                self._chip.stopped = True
                return
        self._state.registers[PC] = at
        stopped = self._engine.enter(number)
        if stopped is not Stopped.COUNTED:
            self._halt(stopped)

    def _halt(self, stopped: Stopped) -> None:
        """End the run at an exception that could not be entered or left."""
        state, chip = self._state, self._chip
        stack = state.registers[SP]
        if stopped is Stopped.PROCESS_STACK:
            chip.fault("unmodelled", "the process stack")
        elif stopped is Stopped.NO_FRAME:
            chip.fault("stack", f"an exception frame at or below {stack:#x} is outside of every memory", stack)
        elif stopped is Stopped.NO_VECTOR:
            chip.fault("stack", f"the vector table at {state.vectors:#x} is outside of every memory", state.vectors)
        else:
            link = hex(state.links[state.depth - 1]) if state.depth else "none"
            chip.fault("usage", f"an exception's end by {state.registers[PC] | 1:#x}, expected {link}")
        chip.stopped = True
