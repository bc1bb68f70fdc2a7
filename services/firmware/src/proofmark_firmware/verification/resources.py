"""What an image needs: time of a tick, stack; and that nothing faulted."""

from collections import Counter
from struct import unpack

import numpy as np

from proofmark_controller import Program
from proofmark_controller.work import work_of
from proofmark_firmware.emulation import Emulator, Loaded, Observed, State
from proofmark_firmware.emulation.embedded import CYCLES_PER_INSTRUCTION
from proofmark_firmware.verification.checks import Checked, checked

CYCLES = {"float32 /": 14, "float32 *": 1, "float32 +": 1, "float32 -": 1, "int32 /": 12, "int32 //": 12, "int32 %": 14}
"""Cortex-M4 technical reference manual, 3.3 and 7.2; everything else below."""
OTHER_CYCLES = 4
"""A load, a store, a compare or a branch, with its operands brought along."""
RUNNING = 1
SPARE_STACK = 0.1
SAME_PERIOD = 1e-9


def no_fault(seen: Observed, states: list[State], name: str = "no fault") -> Checked:
    """Neither the chip nor the run-time found a fault."""
    problems = [f"{fault['kind']}, {fault['detail']}, at {fault['pc']:#x}" for s in states for fault in s.faults]
    problems += [f"reset by {cause}" for s in states for _, cause in s.resets[1:]]
    stopped = np.argwhere(seen.status[:, -1, 0] != RUNNING)
    problems += [f"chip {chip[0]}: expected state {RUNNING}, got {seen.status[chip[0], -1, 0]}" for chip in stopped]
    ticks = int(seen.ticks.sum())
    return checked(name, problems, f"{ticks} ticks without a fault or a reset", {"ticks": ticks})


def no_overrun(seen: Observed) -> Checked:
    """Every tick was over before the next, by the chip's clock and by the firmware's own count."""
    problems = [
        f"chip {chip}, tick {ticks[0]} was not over in time" for chip, ticks in enumerate(seen.overruns) if ticks
    ]
    counted = seen.status[:, -1, 2]
    problems += [f"chip {chip}: the firmware counted {n} overruns" for chip, n in enumerate(counted) if n]
    return checked("no overrun", problems, f"{int(seen.ticks.sum())} ticks, each over before the next")


def tick_period(firmware: Loaded, before: State, after: State) -> Checked:
    """From tick to tick it is the period, to the cycle; the first tick is not measured.

    Parameters
    ----------
    before, after
        Behind the first tick, and some ticks later.
    """
    if after.tick == before.tick:
        return Checked("tick period", "not-run", "the run has one tick")
    period_s = (after.cycle - before.cycle) / (after.tick - before.tick) / after.core_hz
    problems = []
    if abs(period_s / firmware.period_s - 1) > SAME_PERIOD:
        problems.append(f"expected {firmware.period_s:.9g} s, got {period_s:.9g} s")
    return checked("tick period", problems, f"{1e3 * period_s:.6g} ms", {"period_s": period_s})


def worst_tick(firmware: Loaded, program: Program, seen: Observed, core_hz: int) -> Checked:
    """Instructions of the longest tick, measured; and an estimate from the longest way through the controller."""
    available = int(firmware.period_s * core_hz)
    measured = int(seen.instructions.max())
    cycles = measured * CYCLES_PER_INSTRUCTION
    work = work_of(program.step)
    estimate = sum(CYCLES.get(kind, OTHER_CYCLES) * count for kind, count in Counter(work).items())
    problems = [f"expected at most {available} cycles, got {cycles}"] if cycles > available else []
    if estimate > available:
        problems.append(
            f"the longest way through the controller: expected at most {available} cycles, estimated {estimate}"
        )
    told = (
        f"{measured} instructions measured, {cycles / available:.2%} of the period at {CYCLES_PER_INSTRUCTION} cycles "
        f"each; longest way through the controller {estimate} cycles (an estimate)"
    )
    figures = {"instructions": measured, "cycles": cycles, "available_cycles": available, "estimated_cycles": estimate}
    return checked("worst tick", problems, told, figures)


def stack(firmware: Loaded, emulator: Emulator) -> Checked:
    """How much of the painted stack was written to."""
    told = firmware.statement["stack"]
    size = told["top"] - told["base"]
    words = unpack(f"<{size // 4}I", emulator.read(told["base"], size))
    untouched = next((index for index, word in enumerate(words) if word != told["paint"]), len(words))
    used = size - 4 * untouched
    most = int(size * (1 - SPARE_STACK))
    problems = [f"expected at most {most} of {size} bytes, got {used}"] if used > most else []
    return checked("stack", problems, f"at most {used} of {size} bytes were used", {"used": used, "size": size})
