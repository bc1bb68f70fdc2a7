"""What solves a thermal problem: the protocol of all engines, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.balance import Balance
from proofmark_thermal.model import Model
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.readings import Hottest, Readings


@dataclass(frozen=True)
class Level:
    """One mesh on the way to the accuracy asked for."""

    unknowns: int
    hottest_k: float
    error_estimate_k: float
    """Of the first mesh by its gradients alone: there is nothing to compare it with."""


@dataclass(frozen=True, eq=False)
class Course:
    """A transient's way."""

    times_s: FloatArray
    """(t,)"""
    hottest_k: FloatArray
    """(t,)"""
    probes_k: Mapping[str, FloatArray]
    """(t,) each"""
    fields: Mapping[float, FloatArray]
    """(n,) K at the times that were asked for."""
    junctions_k: Mapping[str, FloatArray] = field(default_factory=dict)
    """(t,) each, if the engine follows them."""

    def highest(self, at_end: Readings) -> Readings:
        """Return readings of the end with probes and junctions where they were the hottest."""
        probes, junctions = (
            {name: float(values.max()) for name, values in each.items()} for each in (self.probes_k, self.junctions_k)
        )
        return replace(at_end, probes=probes, junctions={**at_end.junctions, **junctions})


@dataclass(frozen=True, eq=False)
class Solution:
    """Temperatures and what is read off them."""

    engine: str
    model: Model
    """On the last mesh."""
    temperatures: FloatArray
    """(n,) K: steady, or at the end."""
    peak: FloatArray
    """(n,) K: when the maximum was reached; the same where it is steady."""
    readings: Readings
    """Of the end; the maxima are over all times."""
    balance: Balance
    """At the end."""
    error_estimate_k: float
    """Of the maxima, the probes and the junctions, the worst: what the mesh may be wrong by."""
    levels: tuple[Level, ...]
    course: Course | None = None

    @property
    def highest(self) -> Readings:
        """The readings, each the highest over all times."""
        return self.readings if self.course is None else self.course.highest(self.readings)

    @property
    def hottest(self) -> Hottest:
        return self.readings.hottest

    @property
    def unknowns(self) -> int:
        return self.model.size

    @property
    def accurate(self) -> bool:
        """Whether the estimate is what was asked for."""
        return self.error_estimate_k <= self.model.problem.accuracy


class Engine(Protocol):
    """Solves problems."""

    @property
    def name(self) -> str: ...

    def solve(self, problem: ThermalProblem) -> Solution:
        """Check, mesh and solve a problem.

        Raises
        ------
        ThermalError
            It has no answer; the class says why.
        """
        ...
