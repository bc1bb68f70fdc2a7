"""What a component is: frozen numbers, named ports, and the arithmetic of a period as a graph.

A component is written once, on `Node`s, and knows neither vectors nor cycles of others: the assembly asks what it shows
at a cycle (`observe`) and what its state is a period later (`advance`), and finds out by itself which outputs depend
on which inputs within the cycle.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from proofmark_cosim.graph import Kind, Node, constant

FloatArray = npt.NDArray[np.float64]
Number = float | str
"""A parameter of a component: a number in SI, or an expression over the system's parameters."""
Values = Mapping[str, Node]
Columns = Mapping[str, FloatArray]
"""(n,) columns by name, SI."""


@dataclass(frozen=True)
class Port:
    """An input or output."""

    name: str
    unit: str
    """SI; empty for plain numbers and for yes or no."""
    kind: Kind = Kind.FLOAT64
    default: float | None = None
    """Of an input that nothing drives; None if something has to."""


@dataclass(frozen=True)
class Moment:
    """The cycle in which a component is computed."""

    p: Values
    """Its parameters, and what `prepare` made of them."""
    x: Values
    """Its state."""
    u: Values
    """Its inputs."""
    period_s: float
    time_s: Node
    uniform: Callable[[str], Node]
    """A random number, uniform on (0, 1), by the name of the draw: another in every vector and period."""
    normal: Callable[[str], Node]
    """The same, standard normal."""
    source: Callable[["Source"], Node]
    """A function of time, and of nothing that happens in the run."""


@dataclass(frozen=True)
class Given:
    """The numbers of a component in every vector."""

    name: str
    """Of the component."""
    p: Columns
    """(n,) parameters, SI."""
    period_s: float
    vectors: int
    """n"""
    inputs: Columns = field(default_factory=dict)
    """(n,) inputs at cycle 0, where a foreign component begins: those that depend on none of them."""


@dataclass(frozen=True)
class Source:
    """A function of time that numpy computes ahead of the run."""

    name: str
    values: Callable[[FloatArray, Columns], FloatArray]
    """From (cycles,) times in s and (n,) parameters to an (n, cycles) or (1, cycles) array."""
    parameters: tuple[str, ...] = ()
    """Of the component, that `values` reads."""


@dataclass(frozen=True)
class Quantity:
    """A parameter's value, and what it may be."""

    value: Number
    unit: str
    low: float = -np.inf
    above: float = -np.inf
    """It is at least `low` and above `above`, in every vector."""


def number(unit: str, default: float | None = None, low: float = -np.inf, above: float = -np.inf) -> Any:
    """A parameter among the fields of a component.

    Parameters
    ----------
    unit
        SI; empty for plain numbers.
    default
        In SI; None if it has to be given.
    low, above
        It is at least `low` and above `above`.
    """
    metadata = {"unit": unit, "low": low, "above": above}
    return field(metadata=metadata) if default is None else field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Component(ABC):
    """Base of everything between which signals run, but for the controller."""

    kind: ClassVar[str]
    """What specs call it."""

    def numbers(self) -> dict[str, Quantity]:
        """Its parameters, by name."""
        return {f.name: Quantity(getattr(self, f.name), **f.metadata) for f in fields(self) if "unit" in f.metadata}

    def inputs(self) -> tuple[Port, ...]:
        """What it takes."""
        return ()

    @abstractmethod
    def outputs(self) -> tuple[Port, ...]:
        """What it shows."""

    def prepare(self, _: Given, /) -> dict[str, FloatArray]:
        """Numbers that follow from the parameters, computed once: what takes more than arithmetic belongs here.

        Returns
        -------
        mapping of (n,) float arrays, which the methods below find among the parameters

        Raises
        ------
        CosimError
            The numbers belong to no such component, in some vector.
        """
        return {}

    def start(self, _: Values, /) -> dict[str, Node]:
        """The state at cycle 0, by name, from the parameters."""
        return {}

    @abstractmethod
    def observe(self, now: Moment, /) -> dict[str, Node]:
        """The outputs at a cycle, from state and inputs of that cycle."""

    def advance(self, _: Moment, /) -> dict[str, Node]:
        """The state a period later, while the inputs stay as they are."""
        return {}


class Process(ABC):
    """A foreign component at work in n vectors."""

    @property
    def failures(self) -> Mapping[int, str]:
        """Why vectors give no numbers any more, by row."""
        return {}

    @abstractmethod
    def outputs(self) -> dict[str, FloatArray]:
        """(n,) columns, as they are now."""

    @abstractmethod
    def step(self, time_s: float, inputs: Columns) -> None:
        """Go on by a period, with (n,) inputs that stand still."""

    @abstractmethod
    def close(self) -> None:
        """Give everything back."""


@dataclass(frozen=True, kw_only=True)
class Foreign(Component):
    """A component that computes by itself, outside of the graph, and only ever shows what its last step gave."""

    @property
    def alone(self) -> bool:
        """Whether only one vector can run at a time."""
        return False

    @abstractmethod
    def begin(self, given: Given, /) -> Process:
        """Start in every vector."""

    def observe(self, now: Moment) -> dict[str, Node]:
        return dict(now.x)

    def start(self, _: Values, /) -> dict[str, Node]:
        return {port.name: constant(0.0) for port in self.outputs()}
