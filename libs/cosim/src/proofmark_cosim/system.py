"""A system in SI, frozen: plants, scenario, controller, wires, and what is asked of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from proofmark_controller import Program
from proofmark_cosim.component import Component, Number
from proofmark_cosim.errors import OffGrid, OutOfRange
from proofmark_cosim.interface import Converter, Pwm
from proofmark_cosim.logic import Formula

CONTROLLER, SCENARIO = "controller", "scenario"
"""What expressions call them."""
NEAR = 1e-6
"""Of a cycle: a time this near to a whole number of cycles is one."""


@dataclass(frozen=True)
class Placed:
    """A component in a system."""

    component: Component
    period_s: float | None = None
    """From exchange to exchange; every cycle if None."""


@dataclass(frozen=True)
class ControllerUse:
    """A checked controller in a system.

    Its inputs are wired as `controller.<input>`; its outputs are the signals `controller.<output>`, as the plants see
    them. Before the first tick takes effect these are those of its safe state; an output that tells of the state, by
    its name or as the only value of its enumeration, shows the state's start.
    """

    program: Program
    period_s: float
    parameters: Mapping[str, Number] = field(default_factory=dict)
    """Values at the start, by the name of the state value, such as `pid.kp`."""
    converters: Mapping[str, Converter] = field(default_factory=dict)
    """Of float32 inputs; an ideal one for those not named."""
    drives: Mapping[str, Pwm] = field(default_factory=dict)
    """Of float32 outputs; 12 bits for those not named."""


@dataclass(frozen=True)
class Metric:
    """A number that a run gives.

    `max` and `min` are over every cycle, first and last moment included; `mean`, `fraction` (of the time in which the
    expression holds) and `integral` hold each cycle's value for the length of the cycle; `last` is the value at the
    end. `settling-time` is when `of` came within `within` of `to` for good, in s; never is the run's length and one
    cycle. `overshoot` is how far `of` went past `to`, coming from its value at the start; 0 if it did not.
    """

    kind: Literal["max", "min", "mean", "fraction", "integral", "last", "settling-time", "overshoot"]
    of: str
    """An expression over signals and parameters."""
    to: str | None = None
    within: str | None = None
    after_s: float = 0.0
    """What happens before is ignored, but by `last`."""

    def __post_init__(self) -> None:
        for name, needed in (("to", {"settling-time", "overshoot"}), ("within", {"settling-time"})):
            if (getattr(self, name) is not None) != (self.kind in needed):
                expected = f"{name} " + ("given" if self.kind in needed else "not given")
                raise OutOfRange(self.kind, expected, getattr(self, name))


@dataclass(frozen=True)
class System:
    """Everything that a run computes; parameters come as columns."""

    cycle_s: float
    duration_s: float
    plants: Mapping[str, Placed]
    connect: Mapping[str, str] = field(default_factory=dict)
    """From destination, `component.input`, to source, an expression over signals and parameters."""
    scenario: Component | None = None
    signal: str | None = None
    """The destination that the scenario's value drives."""
    controller: ControllerUse | None = None
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    """What is asked of signals over time; each gives its robustness."""

    @property
    def cycles(self) -> int:
        """Of the run."""
        return cycles_of("duration", self.duration_s, self.cycle_s)


def cycles_of(what: str, time_s: float, cycle_s: float) -> int:
    """How many cycles a time is.

    Raises
    ------
    OffGrid
        It is no whole number of them, at least 1.
    """
    if not cycle_s > 0:
        raise OutOfRange("cycle", "more than 0 s", cycle_s)
    cycles = round(time_s / cycle_s) if 0 < time_s < float("inf") else 0
    if cycles < 1 or abs(time_s / cycle_s - cycles) > NEAR:
        raise OffGrid(what, cycle_s, time_s)
    return cycles


def common_cycle_s(periods_s: Sequence[float]) -> float:
    """The longest cycle of which all these periods are multiples.

    Raises
    ------
    OffGrid
        There is none of at least a millionth of the shortest.
    """
    shortest: float = min(periods_s)
    for parts in (*range(1, 1001), 10_000, 100_000, 1_000_000):
        cycle_s: float = shortest / parts
        if all(abs(period_s / cycle_s - round(period_s / cycle_s)) <= NEAR for period_s in periods_s):
            return cycle_s
    raise OffGrid("period", shortest, max(periods_s))
