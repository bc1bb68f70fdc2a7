"""Everything that an image depends on, resolved: design, controller, board, place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from proofmark_boards import Board, TickTiming, Watchdog, board_of, tick_timing, watchdog
from proofmark_contracts.cosimulation import Controller
from proofmark_contracts.design import Design
from proofmark_contracts.firmware import AnalogPin, Firmware, InputPin, OutputPin, Pin, PwmPin
from proofmark_controller import Program
from proofmark_controller.values import Constant, Value
from proofmark_cosim import ControllerUse, System
from proofmark_cosim.assembly import before_the_first_tick
from proofmark_cosim.numbers import controller_start
from proofmark_firmware.errors import NoFirmware
from proofmark_firmware.placement import At, Placement, placed
from proofmark_reliability.sample import medians
from proofmark_systems import program_of

ReadPin = AnalogPin | InputPin
WrittenPin = PwmPin | OutputPin


@dataclass(frozen=True)
class Read:
    """An input of the controller, and its pin."""

    name: str
    pin_name: str
    pin: ReadPin


@dataclass(frozen=True)
class Written:
    """An output of the controller, what stands on it when it is safe and before any tick, and its pin if it has one."""

    name: str
    type: Value
    safe: Constant
    first: Constant
    pin_name: str | None
    pin: WrittenPin | None


@dataclass(frozen=True)
class Target:
    """What an image is made of."""

    design_sha256: str
    controller: Controller
    firmware: Firmware
    program: Program
    start: Mapping[str, float]
    """Values of the controller's state that the design sets, each where its parameters have their medians."""
    board: Board
    placement: Placement

    @cached_property
    def tick(self) -> TickTiming:
        return tick_timing(self.board.clocks.core_hz, self.controller.period_s)

    @cached_property
    def watchdog(self) -> Watchdog:
        return watchdog(self.board.family.lsi_hz, self.controller.period_s, self.controller.safe_within_s)

    def inputs(self) -> Iterator[Read]:
        """In the order of the controller's fields."""
        bound = {pin.input: (name, pin) for name, pin in self.firmware.pins.items() if isinstance(pin, ReadPin)}
        for field, _ in self.program.inputs.fields:
            yield Read(field, *bound[field])

    def outputs(self) -> Iterator[Written]:
        """In the order of the controller's fields."""
        bound = {pin.output: (name, pin) for name, pin in self.firmware.pins.items() if isinstance(pin, WrittenPin)}
        for (field, kind), safe in zip(self.program.outputs.fields, self.program.safe_state, strict=True):
            first = before_the_first_tick(self.program, field, kind) or safe
            yield Written(field, kind, safe, first, *bound.get(field, (None, None)))

    def alternate(self, pin: Pin) -> int | None:
        """The number of a pin's alternate function; None where it has none."""
        if not isinstance(pin, PwmPin):
            return None
        functions = self.board.part.functions(pin.pin)
        return next(function.alternate for function in functions if str(function) == pin.function)

    def reached_hz(self, pin: PwmPin, output: str) -> float:
        """The frequency of a PWM output."""
        number = int(pin.function.removeprefix("TIM").partition("_")[0])
        timer_hz = self.board.clocks.timer_hz(number in self.board.family.apb2_timers)
        return timer_hz / (pin.prescaler * (self.top(output) + 1))

    def top(self, output: str) -> int:
        """The auto-reload value behind a PWM output."""
        return self.controller.drives[output].top


def target_of(design: Design, files: Mapping[str, bytes], at: At = "slot") -> Target:
    """Resolve a design.

    Raises
    ------
    NoFirmware
    """
    if not isinstance(design.firmware, Firmware) or design.controller is None:
        raise NoFirmware(design.name)
    program = program_of(design.controller, files)
    board = board_of(design.firmware.board)
    return Target(
        design_sha256=design.design_digest(),
        controller=design.controller,
        firmware=design.firmware,
        program=program,
        start=start_of(design, design.controller, program),
        board=board,
        placement=placed(board.part, at),
    )


def start_of(design: Design, controller: Controller, program: Program) -> dict[str, float]:
    """What the controller's state begins with where a parameter of the design gives it: its median."""
    point = design.constants | medians(design.marginals)
    columns = {name: np.array([value]) for name, value in point.items()}
    use = ControllerUse(program, controller.period_s, controller.parameters)
    alone = System(cycle_s=controller.period_s, duration_s=controller.period_s, plants={}, controller=use)
    return {name: column.tolist()[0] for name, column in controller_start(alone, columns, 1).items()}
