"""Processor in the loop: the plant of the simulation, and the controller on the chip instead of beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
from proofmark_firmware.verification.interface import IntArray, as_outputs, encoded, made, made_in, sampled_in

TICKS_AT_ONCE = 1000
"""Of one message."""
Start = Mapping[str, Column] | None
Make = Callable[[Program, int, Start], Controller]


@dataclass(frozen=True, eq=False)
class Ticks:
    """What n controllers took and made in m ticks.

    Attributes
    ----------
    sampled : (n, m, k) int32 array
        Codes and levels.
    made : (n, m, o) int32 array
        Compare values, levels and whole numbers.
    state : mapping of (n, m) arrays
        Behind each tick.
    faults : (n, m) int32 array
    """

    sampled: IntArray
    made: IntArray
    state: Mapping[str, npt.NDArray[np.generic]]
    faults: IntArray


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

    def ticks(self) -> Ticks:
        """What the chips took and made."""
        seen = Observed.joined(self.seen)
        return Ticks(
            sampled=sampled_in(self._firmware, seen.record),
            made=made_in(self._firmware, seen.record),
            state={value.name: seen.state[value.name] for value in self.program.state},
            faults=seen.status[:, :, 3],
        )


class Witness(Controller):
    """The simulation's own controller, and a record of what it took and made."""

    def __init__(self, program: Program, vectors: int, start: Start, firmware: Loaded) -> None:
        self._firmware = firmware
        self._start = start
        self._given: list[IntArray] = []
        self._made: list[IntArray] = []
        self._states: list[Columns] = []
        self._faults: list[IntArray] = []
        super().__init__(program, vectors, start)

    def _begin(self, state: Columns) -> None:
        del state
        self._own = compiled_or_interpreted(self.program, self.vectors, self._start)

    def run(self, inputs: Mapping[str, Column]) -> Columns:
        """Tick, one by one."""
        columns, ticks = self._checked(inputs)
        outputs = self._empty(ticks)
        for tick in range(ticks):
            given = {name: column[tick] for name, column in columns.items()}
            step = self._own.step(given)
            for name, column in step.items():
                outputs[name][tick] = column
            self._given.append(encoded(self._firmware, given))
            self._made.append(made(self._firmware, step))
            self._states.append(self._own.state)
            self._faults.append(self._own.faults)
        return outputs

    @property
    def state(self) -> Columns:
        """Now."""
        return self._own.state

    @property
    def faults(self) -> IntArray:
        """Now."""
        return self._own.faults

    def ticks(self) -> Ticks:
        """What it took and made."""
        names = [value.name for value in self.program.state]
        return Ticks(
            sampled=np.stack(self._given, axis=1),
            made=np.stack(self._made, axis=1),
            state={name: np.stack([state[name] for state in self._states], axis=1) for name in names},
            faults=np.stack(self._faults, axis=1),
        )


class _Loop(Simulator):
    """A simulator whose controllers are made by somebody else."""

    def __init__(self, system: System, parameters: frozenset[str], seed: int, make: Make) -> None:
        super().__init__(system, parameters, seed, runs="numpy")
        self._make = make

    def engine(self, columns: Mapping[str, FloatArray], vectors: int) -> Engine:
        assert self.plan.sampling is not None
        begin = controller_start(self.system, columns, vectors)
        return NumpyEngine(self.plan, columns, vectors, self._make(self.plan.sampling.program, vectors, begin))


def closed(
    system: System, columns: Mapping[str, FloatArray], vectors: npt.NDArray[np.int64], seed: int, make: Make
) -> None:
    """Run a system to its end with controllers that `make` makes.

    Parameters
    ----------
    columns : mapping of (n,) float arrays, SI
    vectors : (n,) int array
        What random numbers depend on.

    Raises
    ------
    CosimError, ControllerError, EmulationError
    """
    group = _Loop(system, frozenset(columns), seed, make).group(dict(columns), vectors)
    group.advance(system.cycles)
    group.result()


def simulated(
    firmware: Loaded, system: System, columns: Mapping[str, FloatArray], vectors: npt.NDArray[np.int64], seed: int
) -> Ticks:
    """The controller of the simulation in its loop."""
    made_: list[Witness] = []

    def make(program: Program, count: int, start: Start) -> Controller:
        made_.append(Witness(program, count, start, firmware))
        return made_[-1]

    closed(system, columns, vectors, seed, make)
    return made_[0].ticks()


def emulated(
    firmware: Loaded,
    emulator: Emulator,
    system: System,
    columns: Mapping[str, FloatArray],
    vectors: npt.NDArray[np.int64],
    seed: int,
) -> EmulatedController:
    """The controller of the chip in the same loop."""
    made_: list[EmulatedController] = []

    def make(program: Program, count: int, start: Start) -> Controller:
        made_.append(EmulatedController(program, count, start, firmware, emulator))
        return made_[-1]

    closed(system, columns, vectors, seed, make)
    return made_[0]


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
