"""Processor in the loop: the plant of the simulation, and the controller on the chip instead of beside it."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from proofmark_controller import Controller, Program
from proofmark_controller.evaluation import Column, Columns
from proofmark_controller.host import start as compiled_or_interpreted
from proofmark_cosim import Simulator, System
from proofmark_cosim.component import FloatArray
from proofmark_cosim.engine import Engine
from proofmark_cosim.numbers import controller_start
from proofmark_cosim.numpy_engine import NumpyEngine
from proofmark_firmware.emulation import Emulator, Loaded, NotBooted, Observed
from proofmark_firmware.verification.interface import IntArray, as_outputs, encoded, made_in
from proofmark_firmware.verification.ticks import Ticks, expected, on_chip

TICKS_AT_ONCE = 1000
"""Of one message."""
Start = Mapping[str, Column] | None
Make = Callable[[Program, int, Start], Controller]


def begin(firmware: Loaded, emulator: Emulator, chips: int, state: Mapping[str, Column]) -> None:
    """Boot chips, and put state values there as a debugger would.

    Raises
    ------
    NotBooted
    """
    if not all(emulator.boot(firmware, chips)):
        raise NotBooted(emulator.look().log.strip() or "silence")
    values = {value["name"]: value["address"] for value in firmware.statement["state"]["values"]}
    for name, column in state.items():
        for chip in range(chips):
            emulator.write(values[name], column[chip].tobytes(), chip)


class EmulatedController(Controller):
    """Ticks on emulated chips, one for each vector."""

    def __init__(self, program: Program, vectors: int, start: Start, firmware: Loaded, emulator: Emulator) -> None:
        self._firmware, self._emulator = firmware, emulator
        self.seen: list[Observed] = []
        super().__init__(program, vectors, start)

    def _begin(self, state: Columns) -> None:
        """Boot, and put the state there that the vectors begin with."""
        begin(self._firmware, self._emulator, self.vectors, state)

    def run(self, inputs: Mapping[str, Column]) -> Columns:
        """Tick on the chips."""
        columns, ticks = self._checked(inputs)
        given = encoded(self._firmware, columns).swapaxes(0, 1)
        seen = self._emulator.run(given)
        self.seen.append(seen)
        record = made_in(self._firmware, seen.record).swapaxes(0, 1)
        return as_outputs(self._firmware, record, self._empty(ticks))

    @property
    def state(self) -> Columns:
        """Behind the latest tick."""
        return {value.name: self.seen[-1].state[value.name][:, -1].copy() for value in self.program.state}

    @property
    def faults(self) -> IntArray:
        """Where the chip's controller had no result."""
        return self.seen[-1].status[:, -1, 3].copy()


class _Loop(Simulator):
    """A simulator whose controllers are made by somebody else."""

    def __init__(self, system: System, parameters: frozenset[str], seed: int, make: Make) -> None:
        super().__init__(system, parameters, seed, runs="numpy")
        self._make = make

    def engine(self, columns: Mapping[str, FloatArray], vectors: int) -> Engine:
        assert self.plan.sampling is not None
        begin = controller_start(self.system, columns, vectors)
        return NumpyEngine(self.plan, columns, vectors, self._make(self.plan.sampling.program, vectors, begin))


def simulated(
    firmware: Loaded, system: System, columns: Mapping[str, FloatArray], vectors: npt.NDArray[np.int64], seed: int
) -> Ticks:
    """Run a system to its end with the simulation's own controller, and tell what that took and made.

    The loop runs where it is fastest and keeps what its controller takes; a second controller takes the same and tells
    all that it does.

    Parameters
    ----------
    columns : mapping of (n,) float arrays, SI
    vectors : (n,) int array
        What random numbers depend on.

    Raises
    ------
    CosimError, ControllerError, NotACode
    """
    assert system.controller is not None
    group = Simulator(system, frozenset(columns), seed, taken=True).group(dict(columns), vectors)
    group.advance(system.cycles)
    group.result()
    taken = group.taken()
    begin = controller_start(system, dict(columns), vectors.size)
    controller = compiled_or_interpreted(system.controller.program, vectors.size, begin)
    return expected(firmware, controller, encoded(firmware, taken).swapaxes(0, 1))


def closed(seen: Ticks, ahead: Ticks, wait: Callable[[], Ticks]) -> Ticks:
    """What chips do in their own loops.

    The plant went ahead with the simulation's controller and the chips followed. It sees nothing of a controller but
    what that makes: as long as a chip makes the same, this is its own loop. Chips that make anything else are taken
    back to their first tick and go on tick by tick, with the plant waiting for what they make.

    References
    ----------
    Jefferson (1985), Virtual Time, ACM TOPLAS 7: going ahead of what is not known yet, and back where it was otherwise.
    """
    same = seen.made.shape == ahead.made.shape and (seen.made == ahead.made).all()
    return seen if same else wait()


def waited_for(
    firmware: Loaded,
    emulator: Emulator,
    system: System,
    columns: Mapping[str, FloatArray],
    vectors: npt.NDArray[np.int64],
    seed: int,
) -> Ticks:
    """Run a system to its end, every tick of it on the chip before the plant goes on.

    Raises
    ------
    CosimError, ControllerError, EmulationError
    """
    made_: list[EmulatedController] = []

    def make(program: Program, count: int, start: Start) -> Controller:
        made_.append(EmulatedController(program, count, start, firmware, emulator))
        return made_[-1]

    group = _Loop(system, frozenset(columns), seed, make).group(dict(columns), vectors)
    group.advance(system.cycles)
    group.result()
    return on_chip(firmware, made_[0].program, Observed.joined(made_[0].seen))


def replayed(firmware: Loaded, emulator: Emulator, start: Mapping[str, Column], codes: IntArray) -> Observed:
    """Give chips the codes that the simulation's controllers were given.

    As long as a chip makes what the simulation made, this is what its closed loop would have given it: the plant sees
    nothing else of a controller.

    Parameters
    ----------
    start : mapping of (n,) arrays
        Of the controller's state, what differs from vector to vector.
    codes : (n, m, k) int32 array
    """
    begin(firmware, emulator, codes.shape[0], start)
    ticks = codes.shape[1]
    return Observed.joined([emulator.run(codes[:, at : at + TICKS_AT_ONCE]) for at in range(0, ticks, TICKS_AT_ONCE)])
