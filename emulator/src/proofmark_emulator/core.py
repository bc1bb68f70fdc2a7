"""The core around the instructions: exception entry and return, frames, sleep, faults (ARMv7-M, B1.5)."""

from dataclasses import dataclass
from struct import pack_into, unpack_from
from typing import TYPE_CHECKING

from proofmark_emulator.engine import (
    BASEPRI,
    CONTROL,
    FAULTMASK,
    LR,
    PC,
    PRIMASK,
    SP,
    XPSR,
    Engine,
    Stopped,
)
from proofmark_emulator.exceptions import (
    BUS_FAULT,
    HARD_FAULT,
    NMI,
    SV_CALL,
    USAGE_FAULT,
    Exceptions,
)

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

BASIC, EXTENDED = 32, 104
"""Bytes of a frame without and with floating-point registers."""
FRAME_ALIGNED = 1 << 9
"""xPSR of a frame below which a word was left out."""
THUMB = 1 << 24
FP_ACTIVE, PROCESS_STACK = 4, 2
REACHED = 2
"""Of the counter: execution stopped at the watched address."""
SUPERVISOR_CALL, BREAKPOINT, NO_COPROCESSOR, INVALID_STATE = 2, 7, 17, 18
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


@dataclass(frozen=True)
class Entered:
    """An exception that was entered and not left."""

    number: int
    link: int
    """EXC_RETURN that ends it."""

    @property
    def extended(self) -> bool:
        """Whether its frame holds floating-point registers."""
        return not self.link & 0x10


class Core:
    """Takes a chip from cycle to cycle."""

    def __init__(self, chip: "Chip", engine: Engine, exceptions: Exceptions) -> None:
        self._chip, self._engine, self.exceptions = chip, engine, exceptions
        self._entered: list[Entered] = []
        self.asleep = False
        self.locked_up = False

    def restart(self, stack: int, entry: int) -> None:
        """Begin at the reset vector."""
        registers = self._engine.core.read()
        for index in range(len(registers)):
            registers[index] = 0
        registers[SP], registers[PC], registers[XPSR], registers[LR] = stack & ~3, entry, THUMB, 0xFFFFFFFF
        self._engine.core.write()
        self._entered.clear()
        self.exceptions.restart()
        self.asleep = self.locked_up = False

    def advance(self, until: int) -> None:
        """Go on to a cycle, or to where the core sleeps until then or longer."""
        chip, time = self._chip, self._chip.time
        while not chip.stopped and time.now < until:
            if self._engine.counter.awaited == REACHED:
                return
            chip.events()
            if self.exceptions.most_urgent is not None and self._take():
                continue
            if self.asleep:
                if time.alarm >= until:
                    return
                time.skip_to(time.alarm)
                continue
            self._execute(until)

    def uses_floating_point(self) -> bool:
        """Whether an instruction of the floating-point unit was executed."""
        return bool(self._engine.core.values[CONTROL] & FP_ACTIVE)

    def _take(self) -> bool:
        """Enter what is pending and not masked; sleep ends even if it is masked by PRIMASK."""
        number = self.exceptions.taken(self._executing())
        if number is None:
            unmasked = self.exceptions.executing(0, self._engine.core.values[BASEPRI], 0)
            self.asleep = self.asleep and self.exceptions.taken(unmasked) is None
            return False
        self.exceptions.forget(number)
        self._enter(number)
        return True

    def _executing(self) -> int:
        registers = self._engine.core.values
        return self.exceptions.executing(registers[PRIMASK], registers[BASEPRI], registers[FAULTMASK])

    def _execute(self, until: int) -> None:
        chip, engine = self._chip, self._engine
        chip.time.stop_at(min(until, chip.time.alarm))
        if self.exceptions.most_urgent is not None:
            engine.counter.limit = min(engine.counter.limit, engine.counter.executed + 1)
        stopped = engine.execute()
        if stopped is Stopped.ASLEEP:
            self.asleep = True
            chip.check_floating_point()
        elif stopped is Stopped.RETURNED:
            self._leave()
        elif stopped is Stopped.TRAPPED and engine.trap == SUPERVISOR_CALL:
            self.exceptions.pend(SV_CALL)
        elif stopped is Stopped.TRAPPED:
            self.fault(*TRAPS[engine.trap], engine.counter.address)
        elif stopped is Stopped.REFUSED and engine.trap == WRITE_PROTECTED and chip.program():
            pass
        elif stopped is Stopped.REFUSED:
            self.fault(*EXPLAINED[engine.trap], engine.counter.address)
        if chip.bus.failed is not None:
            chip.tell_of_failed_access()

    def fault(self, number: int, status: int, kind: str, detail: str, at: int, address: int | None = None) -> None:
        """Let the firmware's handler know of a fault of its own, and whoever asked for the run."""
        self._chip.fault(kind, detail, address)
        self._chip.scb.told_of_fault(status, address)
        executing = self._executing()
        number = self.exceptions.escalated(number, executing)
        if number == HARD_FAULT:
            self._chip.scb.forced_hard_fault()
            if executing <= -1:
                self.locked_up = True
                self._chip.fault("lock-up", "a fault in the handler of a hard fault")
                self._chip.stopped = True
                return
        self._engine.core.values[PC] = at
        self._enter(number)

    def _enter(self, number: int) -> None:
        """Push a frame and go to a handler (B1.5.6)."""
        registers = self._engine.core.values
        if registers[CONTROL] & PROCESS_STACK:
            self._chip.fault("unmodelled", "the process stack")
        extended = bool(registers[CONTROL] & FP_ACTIVE)
        status, stack = registers[XPSR] & ~FRAME_ALIGNED, registers[SP]
        if stack & 4:
            status |= FRAME_ALIGNED
        frame = (stack & ~7) - (EXTENDED if extended else BASIC)
        memory = self._chip.memory_of(frame, EXTENDED if extended else BASIC)
        if memory is None:
            self._chip.fault("stack", f"an exception frame at {frame:#x} is outside of every memory", frame)
            self._chip.stopped = True
            return
        view, offset = memory
        pack_into("<8I", view, offset, *registers[:XPSR], status)
        if extended:
            floats = self._engine.floats.read()
            pack_into("<8QI", view, offset + BASIC, *floats[:8], floats[8] & 0xFFFFFFFF)
        nested = bool(self.exceptions.active)
        link = (0xFFFFFFF1 if nested else 0xFFFFFFF9) & ~(0x10 if extended else 0)
        self._entered.append(Entered(number, link))
        self.exceptions.active.append(number)
        registers[SP], registers[LR], registers[PC] = frame, link, self._chip.vector(number)
        registers[XPSR] = status & ~0x0700FFFF & ~FRAME_ALIGNED | number | THUMB
        registers[CONTROL] &= ~FP_ACTIVE
        self._engine.core.write()
        self.asleep = False

    def _leave(self) -> None:
        """Pop the frame that the link names (B1.5.8)."""
        registers = self._engine.core.values
        if not self._entered or registers[PC] | 1 != self._entered[-1].link:
            link = hex(self._entered[-1].link) if self._entered else "none"
            self._chip.fault("usage", f"an exception's end by {registers[PC] | 1:#x}, expected {link}")
            self._chip.stopped = True
            return
        entered = self._entered.pop()
        self.exceptions.active.remove(entered.number)
        used = bool(registers[CONTROL] & FP_ACTIVE)
        size = EXTENDED if entered.extended else BASIC
        memory = self._chip.memory_of(registers[SP], size)
        if memory is None:
            self._chip.fault("stack", f"an exception frame at {registers[SP]:#x} is outside of every memory")
            self._chip.stopped = True
            return
        view, offset = memory
        registers[:XPSR] = unpack_from("<7I", view, offset)
        (status,) = unpack_from("<I", view, offset + 28)
        registers[SP] += size + (4 if status & FRAME_ALIGNED else 0)
        registers[XPSR] = status & ~FRAME_ALIGNED
        if entered.number != NMI:
            registers[FAULTMASK] = 0
        registers[CONTROL] = registers[CONTROL] & ~FP_ACTIVE | (FP_ACTIVE if entered.extended else 0)
        if entered.extended and used:
            self._restore(unpack_from("<8QI", view, offset + BASIC))
        self._engine.core.write()

    def _restore(self, floats: tuple[int, ...]) -> None:
        for index, value in enumerate(floats):
            self._engine.floats.values[index] = value
        self._engine.floats.write()
