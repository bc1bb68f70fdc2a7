"""From tick to tick: inputs in, outputs out."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from proofmark_emulator.chip import Chip

BOOT_STEP_S = 1e-5
"""Less than a tick, so that none is missed."""


@dataclass
class Ticks:
    """What was seen at the end of each tick."""

    outputs: "array[int]" = field(default_factory=lambda: array("i"))
    """Of each tick, those of each pin asked for."""
    memory: bytearray = field(default_factory=bytearray)
    """Of each tick, the bytes asked for."""
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

    analogue: Sequence[str]
    digital: Sequence[str]
    outputs: Sequence[str]
    memory: Sequence[tuple[int, int]]
    """Start and size."""


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


def run(chip: Chip, watched: Watched, ticks: int, inputs: Sequence[int]) -> Ticks:
    """Go through ticks.

    Parameters
    ----------
    inputs
        For each tick, codes of the analogue pins and then levels of the digital ones; levels of -1 are open wires.
    """
    seen = Ticks()
    views = [chip.view(start, size) for start, size in watched.memory]
    width = len(watched.analogue) + len(watched.digital)
    outputs = tuple(watched.outputs)
    wires = [chip.port(pin) for pin in watched.digital]
    core, time, trace, state = chip.core, chip.time, chip.trace, chip.engine.state
    for tick in range(ticks):
        begin = next_tick(chip)
        if not state.asleep or time.alarm < begin:
            core.advance(begin)
        if chip.stopped:
            break
        time.skip_to(begin)
        row = inputs[tick * width : (tick + 1) * width]
        chip.board.codes.update(zip(watched.analogue, row, strict=False))
        for (port, number), level in zip(wires, row[len(watched.analogue) :], strict=True):
            port.drive(number, level)
        before = state.executed
        end = begin + length(chip)
        core.advance(end)
        over = state.asleep if chip.options.idle is None else state.passed >= before
        taken = (state.passed if over and chip.options.idle is not None else state.executed) - before
        if taken > seen.most_instructions:
            seen.most_instructions, seen.longest = taken, trace.tick
        if state.asleep and not chip.stopped:
            time.skip_to(end)
        if not over:
            seen.overruns.append(trace.tick)
        seen.outputs.extend([show() for show in chip.shown(outputs)])
        for view in views:
            seen.memory += view
        seen.done += 1
        trace.tick += 1
    return seen


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
