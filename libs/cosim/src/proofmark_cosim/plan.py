"""What every engine runs: equations and updates in an order, whatever system they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from proofmark_controller import Program
from proofmark_cosim.component import Foreign, Source
from proofmark_cosim.graph import Kind, Node, Operator, reached


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

    def told_by_foreign(self, node: Node) -> bool:
        """Whether a value depends, within its cycle, on what a foreign component shows."""
        return any(each.value in self._of_foreign for each in reached([node]) if each.operator is Operator.SLOT)

    @cached_property
    def _of_foreign(self) -> frozenset[str]:
        """The slots that do."""
        found = {state for stepping in self.foreign for state in stepping.outputs.values()}
        for equation in self.equations:
            if any(each.value in found for each in reached([equation.node]) if each.operator is Operator.SLOT):
                found.add(equation.slot)
        return frozenset(found)

    def kinds(self) -> dict[str, Kind]:
        """Of every slot."""
        held = {equation.slot: equation.node.kind for equation in self.equations}
        return held | {name: node.kind for name, node in self.start.items()}
