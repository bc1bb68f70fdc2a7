"""Everything that is looked at before an image is called verified."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from proofmark_controller import Interpreter, Program
from proofmark_controller.evaluation import Columns, dtype_of
from proofmark_cosim import System
from proofmark_cosim.component import FloatArray
from proofmark_cosim.numbers import controller_start
from proofmark_firmware.emulation import Emulator, Loaded, Observed
from proofmark_firmware.emulation.protocol import Change, Wave
from proofmark_firmware.secure_boot.chain import behind_loader
from proofmark_firmware.secure_boot.chaining import Chain
from proofmark_firmware.target import Target
from proofmark_firmware.verification.agreement import differences
from proofmark_firmware.verification.chained import chained
from proofmark_firmware.verification.checks import Checked, checked
from proofmark_firmware.verification.fuzz import fuzzed
from proofmark_firmware.verification.injections import injections
from proofmark_firmware.verification.interface import PWM, IntArray, pins_of
from proofmark_firmware.verification.loop import closed, replayed, simulated, waited_for
from proofmark_firmware.verification.pins import pins
from proofmark_firmware.verification.resources import no_fault, no_overrun, stack, tick_period, worst_tick
from proofmark_firmware.verification.startup import BOOTS, boots
from proofmark_firmware.verification.ticks import Ticks, on_chip
from proofmark_firmware.verification.waveforms import Signal, signals, worth_drawing

FUZZED_CHIPS, FUZZED_TICKS = 4, 500
DRAWN_TICKS = 20
MEASURED_TICKS = 50
Seen = Callable[[Checked], None]


def unseen(check: Checked) -> None:
    """Nobody follows."""
    del check


@dataclass(frozen=True, eq=False)
class Vectors:
    """Runs of a system that the chip repeats.

    Attributes
    ----------
    columns : mapping of (n,) float arrays, SI
        Every parameter; the first row is the nominal one.
    numbers : (n,) int array
        What a run's random numbers depend on.
    seed : int
        Of the system's noise.
    """

    columns: Mapping[str, FloatArray]
    numbers: npt.NDArray[np.int64]
    seed: int


@dataclass(frozen=True, eq=False)
class Verification:
    """What was found.

    Attributes
    ----------
    codes : (n, m, k) int32 array
        What the chips' inputs were in the loop, so that another machine can give them to a chip again.
    made : (n, m, o) int32 array
        What they made of it.
    waveforms : list of Signal
        The driven pins in a few ticks of the nominal run.
    drawn_from : int
        The first of these ticks.
    core_hz : int
    trace_sha256 : str
        Of every change of a pin in the nominal run.
    """

    checks: tuple[Checked, ...]
    codes: IntArray
    made: IntArray
    waveforms: tuple[Signal, ...]
    drawn_from: int
    core_hz: int
    trace_sha256: str

    @property
    def verified(self) -> bool:
        """Whether something was looked at and nothing failed."""
        return any(c.outcome == "passed" for c in self.checks) and not any(c.failed for c in self.checks)


def verified(
    target: Target,
    firmware: Loaded,
    emulator: Emulator,
    system: System,
    vectors: Vectors,
    chain: Chain | None = None,
    seen: Seen = unseen,
) -> Verification:
    """Run an image through every check; one that does not boot is not looked at further.

    Parameters
    ----------
    chain
        What signs the image and checks the signature: every check then runs what was signed, through the boot stage.
    seen
        Called with each check when it is made.

    Raises
    ------
    CosimError, ControllerError, EmulationError
    """
    simulation = simulated(firmware, system, vectors.columns, vectors.numbers, vectors.seed)
    checks: tuple[Checked, ...] = ()
    if chain is not None:
        checks = _followed(chained(firmware, emulator, chain), seen)
        firmware = behind_loader(firmware, chain.loader, chain.slot)
    checks += _followed(looked_at(target, firmware, emulator, system, vectors, simulation), seen)
    if any(check.failed and check.name == BOOTS for check in checks):
        return Verification(checks, simulation.sampled, simulation.made, (), 0, 0, "")
    drawn = _drawn(firmware, emulator, simulation.sampled[0], simulation.made[0])
    return Verification(checks, simulation.sampled, simulation.made, *drawn)


def _followed(checks: Iterable[Checked], seen: Seen) -> tuple[Checked, ...]:
    made = []
    for check in checks:
        seen(check)
        made.append(check)
    return tuple(made)


def looked_at(
    target: Target, firmware: Loaded, emulator: Emulator, system: System, vectors: Vectors, simulation: Ticks
) -> Iterator[Checked]:
    """One check after the other, each made when it is asked for.

    None behind one that says that the chip does not start, stops, or has no time for its ticks: what it does then says
    nothing of the design, and takes as long as the chip is busy.
    """
    booted = boots(firmware, emulator)
    yield booted
    if booted.failed:
        return
    sound = simulation.sampled[0]
    first, before = emulator.run(sound[None, :1]), emulator.look()
    seen, after = Observed.joined([first, emulator.run(sound[None, 1:MEASURED_TICKS])]), emulator.look()
    begun = no_fault(seen, [after], "no fault in the first ticks")
    yield begun
    if begun.failed:
        return
    if (overrun := no_overrun(seen)).failed:
        yield overrun
        yield worst_tick(firmware, target.program, seen, after.core_hz)
        return
    yield tick_period(firmware, before, after)
    yield from in_the_loop(firmware, emulator, target.program, system, vectors, simulation)
    start = {name: np.array([value], _dtype(target.program, name)) for name, value in target.start.items()}
    yield from _disturbed(firmware, emulator, target.program, start, sound)


def _dtype(program: Program, name: str) -> np.dtype[np.generic]:
    return dtype_of(next(value.type for value in program.state if value.name == name))


def in_the_loop(
    firmware: Loaded, emulator: Emulator, program: Program, system: System, vectors: Vectors, simulation: Ticks
) -> Iterator[Checked]:
    """The nominal vector in its loop, all vectors on the codes of theirs; and what was measured."""
    ticks, count = simulation.sampled.shape[1], vectors.numbers.size
    begin = controller_start(system, dict(vectors.columns), count)
    seen = replayed(firmware, emulator, begin, simulation.sampled)
    found, states = on_chip(firmware, program, seen), [emulator.look(vector) for vector in range(count)]
    used = stack(firmware, emulator)
    columns = {name: column[:1] for name, column in vectors.columns.items()}
    nominal = closed(
        _only(found, 1),
        _only(simulation, 1),
        lambda: waited_for(firmware, emulator, system, columns, vectors.numbers[:1], vectors.seed),
    )
    problems = differences(nominal, _only(simulation, 1))
    told = f"{ticks} ticks: codes, compare values and state bits equal"
    yield checked("processor in the loop, nominal", problems, told)
    problems = [f"vector {v} stopped after {n} of {ticks} ticks" for v, n in enumerate(seen.ticks) if n < ticks]
    problems += differences(found, simulation)
    told = f"{count} vectors, {count * ticks} ticks: compare values and state bits equal on the codes of the simulation"
    yield checked("processor in the loop, worst vectors", problems, told, {"ticks": count * ticks})
    yield pins(firmware, seen, states[0])
    yield no_fault(seen, states)
    yield no_overrun(seen)
    yield worst_tick(firmware, program, seen, states[0].core_hz)
    yield used


def _only(ticks: Ticks, count: int) -> Ticks:
    state = {name: column[:count] for name, column in ticks.state.items()}
    return Ticks(ticks.sampled[:count], ticks.made[:count], state, ticks.faults[:count])


def _disturbed(
    firmware: Loaded, emulator: Emulator, program: Program, start: Columns, sound: IntArray
) -> Iterator[Checked]:
    """Random inputs, and one thing broken after the other."""
    columns = {name: np.repeat(column, FUZZED_CHIPS) for name, column in start.items()}
    interpreter = Interpreter(program, FUZZED_CHIPS, columns)
    check, _ = fuzzed(firmware, emulator, interpreter, FUZZED_TICKS, seed=0)
    yield check
    yield from injections(firmware, emulator, program, start, sound)


def _drawn(
    firmware: Loaded, emulator: Emulator, codes: IntArray, made: IntArray
) -> tuple[tuple[Signal, ...], int, int, str]:
    """The pins in a few ticks of the nominal run, the first of these, the clock, and the digest of all changes."""
    first = worth_drawing(pins_of(firmware, made), DRAWN_TICKS)
    stood = replayed(firmware, emulator, {}, codes[None, :first]).pins[0, -1].tolist()
    begin = emulator.look().cycle
    emulator.run(codes[None, first : first + DRAWN_TICKS], keep=True)
    state = emulator.look()
    driven = {told["pin"]: (told["pin_name"], told["function"] if told["kind"] == PWM else told["pin"])
              for told in firmware.outputs if "pin" in told}  # fmt: skip
    waves: dict[str, Wave | None] = {told["function"]: state.waves[told["pin"]]
                                     for told in firmware.outputs if told.get("kind") == PWM}  # fmt: skip
    changes = [Change(first, 0, driven[pin][1], value) for pin, value in zip(firmware.driven, stood, strict=True)]
    changes += [replace(change, cycle=change.cycle - begin) for change in state.changes if change.cycle > begin]
    drawn = signals(changes, dict(driven.values()), waves, state.cycle - begin)
    return tuple(drawn), first, state.core_hz, state.trace_sha256
