"""What every engine runs: equations and updates in an order, whatever system they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from proofmark_controller import Program
from proofmark_cosim.component import Foreign, Source
from proofmark_cosim.graph import Kind, Node


@dataclass(frozen=True)
class Equation:
    """A slot that is computed from others in the cycles that its period divides, and holds its value in between."""

    slot: str
    node: Node
    period: int = 1
    """In cycles."""


@dataclass(frozen=True)
class Draw:
    """A stream of random numbers."""

    name: str
    """What the numbers are for."""
    normal: bool
    period: int


@dataclass(frozen=True)
class Timed:
    """A stream that is a function of time."""

    component: str
    source: Source


Stream = Draw | Timed


@dataclass(frozen=True)
class Sampling:
    """When and from what a controller ticks."""

    program: Program
    period: int
    inputs: Mapping[str, Node]
    """In the types of the controller's inputs."""
    made: Mapping[str, str]
    """From output to the slot that takes what a tick makes of it."""


@dataclass(frozen=True)
class Stepping:
    """A foreign component: it steps with the updates, and its outputs are states."""

    name: str
    component: Foreign
    period: int
    inputs: Mapping[str, Node]
    """float64."""
    outputs: Mapping[str, str]
    """From output to the state that holds it."""


@dataclass(frozen=True)
class Record:
    """A value that is kept for every cycle that `every` divides."""

    name: str
    node: Node
    """float64."""
    every: int = 1


@dataclass(frozen=True)
class Plan:
    """The arithmetic of a cycle.

    In each cycle: the equations in their order; what is recorded; the watches, all from the values before them; then,
    but not at the end of the run, the controller's tick; then the updates, all from the values before them.
    """

    cycle_s: float
    cycles: int
    start: Mapping[str, Node]
    """Of every state; nodes without slots, streams or cycles."""
    equations: tuple[Equation, ...]
    watches: tuple[Equation, ...]
    sampling: Sampling | None
    updates: tuple[Equation, ...]
    records: tuple[Record, ...] = ()
    streams: Mapping[str, Stream] = field(default_factory=dict)
    foreign: tuple[Stepping, ...] = ()

    def kinds(self) -> dict[str, Kind]:
        """Of every slot."""
        held = {equation.slot: equation.node.kind for equation in self.equations}
        return held | {name: node.kind for name, node in self.start.items()}
