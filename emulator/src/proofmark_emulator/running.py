"""From tick to tick: inputs in, outputs out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import Struct

from proofmark_emulator.chip import Chip

BOOT_STEP_S = 1e-5
"""Less than a tick, so that none is missed."""


@dataclass
class Ticks:
    """What was seen at the end of each tick."""

    rows: bytearray = field(default_factory=bytearray)
    """Of each tick, what pins show as `int32`, and behind them the bytes of memory."""
    done: int = 0
    overruns: list[int] = field(default_factory=list)
    """Ticks that were not over when the next began."""
    most_instructions: int = 0
    """Of a tick, from its interrupt to where it was over."""
    longest: int = -1
    """The tick that took them."""


@dataclass(frozen=True)
class Watched:
    """What to give and to look at in each tick."""

    analogue: tuple[str, ...]
    digital: tuple[str, ...]
    outputs: tuple[str, ...]
    memory: tuple[tuple[int, int], ...]
    """Start and size."""

    @property
    def inputs(self) -> int:
        """Numbers that a tick is given."""
        return len(self.analogue) + len(self.digital)

    @property
    def nothing(self) -> bytes:
        """The row of a tick that was not done."""
        return b"\xff" * 4 * len(self.outputs) + bytes(sum(size for _, size in self.memory))


def boot(chip: Chip, limit_s: float) -> bool:
    """Go on until the first tick is awaited; whether that was reached."""
    deadline = chip.time.now + chip.time.seconds(limit_s)
    if chip.options.idle is None:
        return _slept(chip, deadline)
    state = chip.engine.state
    state.awaited = 1
    while not chip.stopped and chip.time.now < deadline and state.awaited == 1:
        chip.core.advance(deadline)
        if chip.core.asleep:
            chip.time.skip_to(deadline)
    reached = state.awaited > 1
    state.awaited = 0
    return reached and chip.systick.interrupts


def _slept(chip: Chip, deadline: int) -> bool:
    """The same where sleep is all that is known of a tick's end."""
    while not chip.stopped and chip.time.now < deadline:
        step = min(deadline, chip.time.now + chip.time.seconds(BOOT_STEP_S))
        chip.core.advance(step)
        if chip.core.asleep and chip.systick.interrupts:
            return True
        if chip.core.asleep:
            chip.time.skip_to(step)
    return False


class Surroundings:
    """What is around a chip that goes from tick to tick."""

    def __init__(self, chip: Chip, watched: Watched) -> None:
        self.chip, self._watched = chip, watched
        self._wires = [chip.port(pin) for pin in watched.digital]
        self._views = [chip.view(start, size) for start, size in watched.memory]
        self._shown = Struct(f"<{len(watched.outputs)}i")

    def run(self, ticks: int, inputs: Sequence[int]) -> Ticks:
        """Go through ticks.

        Parameters
        ----------
        inputs
            For each tick, codes of the analogue pins and then levels of the digital ones; levels of -1 are open wires.
        """
        seen, chip, outputs, idle = Ticks(), self.chip, self._watched.outputs, self.chip.options.idle
        width = self._watched.inputs
        core, time, trace, state = chip.core, chip.time, chip.trace, chip.engine.state
        for tick in range(ticks):
            begin = next_tick(chip)
            if not state.asleep or time.alarm < begin:
                core.advance(begin)
            if chip.stopped:
                break
            time.skip_to(begin)
            self._give(inputs[tick * width : (tick + 1) * width])
            before, end = state.executed, begin + length(chip)
            core.advance(end)
            over = state.asleep if idle is None else state.passed >= before
            taken = (state.executed if idle is None or not over else state.passed) - before
            if taken > seen.most_instructions:
                seen.most_instructions, seen.longest = taken, trace.tick
            if state.asleep and not chip.stopped:
                time.skip_to(end)
            if not over:
                seen.overruns.append(trace.tick)
            seen.rows += self._shown.pack(*[show() for show in chip.shown(outputs)])
            for view in self._views:
                seen.rows += view
            seen.done += 1
            trace.tick += 1
        return seen

    def _give(self, row: Sequence[int]) -> None:
        analogue = self._watched.analogue
        self.chip.board.codes.update(zip(analogue, row, strict=False))
        for (port, number), level in zip(self._wires, row[len(analogue) :], strict=True):
            port.drive(number, level)


def next_tick(chip: Chip) -> int:
    """The cycle at which the next tick is due."""
    systick, each = chip.systick, chip.options.systicks_per_tick
    if systick.next is None or not systick.interrupts:
        return chip.time.now + chip.time.seconds(chip.options.period_s)
    return systick.next + (each - 1 - systick.fired % each) * systick.period


def length(chip: Chip) -> int:
    """Cycles of a tick."""
    if not chip.systick.interrupts:
        return chip.time.seconds(chip.options.period_s)
    return chip.systick.period * chip.options.systicks_per_tick
