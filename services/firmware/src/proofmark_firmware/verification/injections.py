"""What is broken on purpose: the chip has to reach its safe state in time, or do what the simulation does."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from proofmark_controller import Interpreter, Program
from proofmark_controller.evaluation import Columns
from proofmark_firmware.emulation import Emulator, Loaded, Observed, State
from proofmark_firmware.emulation.loaded import ANALOG
from proofmark_firmware.emulation.protocol import Change
from proofmark_firmware.verification.agreement import differences
from proofmark_firmware.verification.checks import Checked, checked
from proofmark_firmware.verification.interface import PWM, IntArray, safe_pins
from proofmark_firmware.verification.startup import banner, ends_with
from proofmark_firmware.verification.ticks import expected, on_chip

BEFORE = 20
"""Ticks of sound inputs before something breaks."""
AFTER = 20
"""Ticks of a run that are looked at behind the time in which the safe state has to be reached."""
RESTARTS = 2.0
"""Times what the chip needed to start, a loader's work with it, until it has to be there again."""
LOOKS = 100
"""At a chip while it is waited for, about."""
OPEN = -1
"""The level of a wire that leads nowhere; its pin has a pull-down."""
NOT_DRIVEN = (-1, 2, 3)
"""What a trace says of a pin or a channel that shows nothing."""


def injections(
    firmware: Loaded, emulator: Emulator, program: Program, start: Columns, codes: IntArray
) -> Iterator[Checked]:
    """Break one thing after the other.

    Parameters
    ----------
    start : mapping of (1,) arrays
        Of the controller's state.
    codes : (m, k) int32 array
        Sound inputs, at least `BEFORE` ticks.
    """
    sound = codes[:BEFORE]
    for index, told in enumerate(firmware.inputs):
        broken = _broken_inputs(told, int(sound[-1, index]))
        yield _inputs(firmware, emulator, program, start, sound, index, broken)
    if firmware.analogue:
        yield _never_ready(firmware, emulator, sound)
    yield _brown_out(firmware, emulator, sound)
    yield _hanging(firmware, emulator, sound)


def _allowed_ticks(firmware: Loaded) -> int:
    """Ticks until the safe state has to be there."""
    within_s = firmware.statement["safe_within_s"] or 10 * firmware.period_s
    return max(1, int(within_s / firmware.period_s + 1e-9))


def _broken_inputs(told: Mapping[str, Any], last: int) -> dict[str, int]:
    """A sensor that sticks, an open wire that drifts to either end; no code is beyond the ends."""
    if told["kind"] == ANALOG:
        return {"stuck": last, "open, low": 0, "open, high": 2 ** told["bits"] - 1}
    return {"stuck low": 0, "stuck high": 1, "open": OPEN}


def _inputs(
    firmware: Loaded,
    emulator: Emulator,
    program: Program,
    start: Columns,
    sound: IntArray,
    index: int,
    broken: Mapping[str, int],
) -> Checked:
    """An input that breaks in several ways, each on a chip of its own; an open wire of a level is low."""
    told = firmware.inputs[index]
    ticks = _allowed_ticks(firmware) + AFTER
    inputs = np.repeat(np.concatenate([sound, np.repeat(sound[-1:], ticks, axis=0)])[None], len(broken), axis=0)
    for row, code in enumerate(broken.values()):
        inputs[row, BEFORE:, index] = code
    emulator.boot(firmware, len(broken))
    seen = emulator.run(inputs)
    columns = {name: np.repeat(column, len(broken)) for name, column in start.items()}
    wanted = expected(firmware, Interpreter(program, len(broken), columns), np.maximum(inputs, 0))
    problems = differences(on_chip(firmware, program, seen), wanted)
    reached = [_safe_from(firmware, seen, row) for row in range(len(broken))]
    words = [f"{how}: {_told(firmware, at)}" for how, at in zip(broken, reached, strict=True)]
    return checked(f"input {told['pin_name']} fails", problems, "as simulated; " + "; ".join(words))


def _told(firmware: Loaded, tick: int | None) -> str:
    if tick is None:
        return "the controller takes it for a value and goes on"
    return f"safe state {1e3 * (tick + 1 - BEFORE) * firmware.period_s:g} ms later"


def _safe_from(firmware: Loaded, seen: Observed, chip: int) -> int | None:
    """The first tick behind the breakage from which on pins are safe for good."""
    unsafe = np.flatnonzero((seen.pins[chip] != safe_pins(firmware)).any(axis=1))
    last = int(unsafe[-1]) if unsafe.size else -1
    return None if last >= seen.pins.shape[1] - 1 else max(last + 1, BEFORE)


def _never_ready(firmware: Loaded, emulator: Emulator, sound: IntArray) -> Checked:
    """A converter that never ends is a fault that latches."""
    allowed = _allowed_ticks(firmware)
    emulator.boot(firmware)
    emulator.run(sound[None])
    emulator.breaks("adc-dead")
    after = emulator.run(np.repeat(sound[-1:], allowed + AFTER, axis=0)[None])
    problems = _not_safe(firmware, after, allowed)
    first = next(told["pin_name"] for told in firmware.inputs if told["kind"] == ANALOG)
    line = f"fault adc {first}"
    if line not in emulator.look().log.splitlines():
        problems.append(f"log: expected {line!r}, got {emulator.look().log.splitlines()[-1:]}")
    return checked("converter never ready", problems, f"safe state within {allowed} ticks, latched; {line!r}")


def _not_safe(firmware: Loaded, after: Observed, allowed: int) -> list[str]:
    """Ticks in which pins are not safe although they have to be."""
    unsafe = np.argwhere((after.pins[0, allowed:] != safe_pins(firmware)).any(axis=1))
    if not unsafe.size:
        return []
    tick = allowed + int(unsafe[0, 0])
    wanted, got = safe_pins(firmware).tolist(), after.pins[0, tick].tolist()
    return [f"{tick} ticks after the breakage: expected pins {wanted}, got {got}"]


def _brown_out(firmware: Loaded, emulator: Emulator, sound: IntArray) -> Checked:
    """Power fails for a moment: no pin shows anything but its safe state until ticks begin again."""
    emulator.boot(firmware)
    emulator.run(sound[None], keep=True)
    emulator.look()
    again = emulator.reset("brown-out")
    state = emulator.look()
    problems = [] if again else ["the first tick was not reached again"]
    problems += _unsafe(firmware, state.changes)
    if state.log.count(f"{banner(firmware)}\n") != 2:
        problems.append(f"log: expected {banner(firmware)!r} again, got {state.log.splitlines()[-1:]}")
    took_s = state.time_s - state.resets[-1][0]
    return checked("brown-out", problems, "pins safe until the first tick of a new start", {"restart_s": took_s})


def _unsafe(firmware: Loaded, changes: list[Change]) -> list[str]:
    """What pins and channels showed that is not safe."""
    safe = dict(zip(firmware.driven, safe_pins(firmware).tolist(), strict=True))
    names = {(told["function"] if told["kind"] == PWM else told["pin"]): told["pin"]
             for told in firmware.outputs if "pin" in told}  # fmt: skip
    wrong = [c for c in changes if c.name in names and c.value not in (safe[names[c.name]], *NOT_DRIVEN)]
    return [f"{c.name} showed {c.value} at cycle {c.cycle}, safe is {safe[names[c.name]]}" for c in wrong]


def _hanging(firmware: Loaded, emulator: Emulator, sound: IntArray) -> Checked:
    """No tick comes any more: the watchdog resets the chip, which comes up in its safe state and stays there."""
    emulator.boot(firmware)
    started_s = emulator.look().time_s
    emulator.run(sound[None])
    hung_s = emulator.look().time_s
    emulator.breaks("systick-dead")
    held = sound[-1:][None]
    reset = _run_until(
        firmware, emulator, held, firmware.statement["watchdog"]["latest_s"], lambda s: len(s.resets) > 1
    )
    emulator.breaks("systick-dead", on=False)
    expected_lines = [banner(firmware, "safe"), "fault watchdog"]
    _run_until(firmware, emulator, held, RESTARTS * started_s, lambda s: ends_with(s.log, expected_lines))
    after = emulator.run(np.repeat(held, AFTER, axis=1))
    state = emulator.look()
    causes = [cause for _, cause in state.resets[1:]]
    problems = [] if causes == ["watchdog"] else [f"expected one reset, by the watchdog, got {causes or 'none'}"]
    problems += _not_safe(firmware, after, 0)
    if not ends_with(state.log, expected_lines):
        problems.append(f"log: expected {expected_lines}, got {state.log.splitlines()[-2:]}")
    took_s = reset.resets[-1][0] - hung_s
    told = f"reset {1e3 * took_s:.3g} ms later, safe from then on"
    return checked("hang", problems, told, {"reset_s": took_s})


def _run_until(
    firmware: Loaded, emulator: Emulator, held: IntArray, within_s: float, reached: Callable[[State], bool]
) -> State:
    """Tick until something is so, or for this time and two looks more."""
    ticks = np.repeat(held, max(1, int(within_s / firmware.period_s / LOOKS)), axis=1)
    state = emulator.look()
    end_s, extra = state.time_s + within_s, 2
    while not reached(state) and extra:
        extra -= state.time_s > end_s
        emulator.run(ticks)
        state = emulator.look()
    return state
