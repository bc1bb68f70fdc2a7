"""The terms of the heat balance: what leaves each node, and how that changes with temperature.

Every term gives the heat that leaves through it, (n,) W by node, and its derivative, (n, n) W/K. A term without
tables is linear: its derivative is a coefficient times an operator that is assembled once, which is the affine form
that reduced models start from.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.integrals import Integrals
from proofmark_thermal.problem import Conductivity
from proofmark_thermal.values import OfTemperature, OfTime, Schedule, Table, Value

STEFAN_BOLTZMANN = 5.670374419e-8
"""W/m2/K4, CODATA 2018, exact."""


class Term(Protocol):
    """One part of the heat balance."""

    @property
    def name(self) -> str: ...

    @property
    def integrals(self) -> Integrals:
        """Where it acts."""
        ...

    @property
    def linear(self) -> bool:
        """Whether what leaves is a matrix times the temperatures plus a vector."""
        ...

    def leaving(self, temperatures: FloatArray, time_s: float, /) -> FloatArray:
        """Return the (n,) heat that leaves through this term, W."""
        ...

    def tangent(self, temperatures: FloatArray, time_s: float, /) -> csr_array | None:
        """Return its derivative by the temperatures, W/K; None if it has none."""
        ...


@dataclass(frozen=True, eq=False)
class Conduction:
    """Heat that flows inside a region."""

    name: str
    integrals: Integrals
    k: Conductivity

    @property
    def linear(self) -> bool:
        return not any(isinstance(k, Table) for k in self.along)

    @property
    def along(self) -> tuple[OfTemperature, ...]:
        """One conductivity, or one for each axis."""
        return self.k[: self.integrals.dimension] if isinstance(self.k, tuple) else (self.k,)

    @cached_property
    def operators(self) -> tuple[csr_array, ...]:
        """For one conductivity, or for each axis, the stiffness at 1 W/m/K."""
        unit = np.ones(len(self.integrals.nodes))
        return tuple(self.integrals.stiffness(unit, axis) for axis in self._axes)

    @property
    def _axes(self) -> tuple[int | None, ...]:
        return tuple(range(self.integrals.dimension)) if isinstance(self.k, tuple) else (None,)

    def leaving(self, temperatures: FloatArray, _time_s: float) -> FloatArray:
        if self.linear:
            return np.asarray(self._secant(temperatures) @ temperatures)
        here, gradients = self.integrals.at_points(temperatures), self.integrals.gradients(temperatures)
        return self.integrals.flow(np.stack([at(k, here) for k in self.along], axis=-1) * gradients)

    def _secant(self, temperatures: FloatArray) -> csr_array:
        """The stiffness at the conductivities that the temperatures make."""
        if self.linear:
            return sum_of([k * operator for k, operator in zip(self.along, self.operators, strict=True)])
        here = self.integrals.at_points(temperatures)
        return sum_of(
            [self.integrals.stiffness(at(k, here), axis) for k, axis in zip(self.along, self._axes, strict=True)]
        )

    def tangent(self, temperatures: FloatArray, _time_s: float) -> csr_array:
        found = self._secant(temperatures)
        if self.linear:
            return found
        here, gradients = self.integrals.at_points(temperatures), self.integrals.gradients(temperatures)
        steep = np.stack([slope(k, here) for k in self.along], axis=-1)
        return csr_array(found + self.integrals.transport(steep * gradients))


@dataclass(frozen=True, eq=False)
class Film:
    """Convection from faces to ambient."""

    name: str
    integrals: Integrals
    h: Value
    ambient: OfTime

    @property
    def linear(self) -> bool:
        return not isinstance(self.h, Table)

    @cached_property
    def operator(self) -> csr_array:
        """The mass of the faces: what leaves at 1 W/m2/K."""
        return self.integrals.mass(np.ones(len(self.integrals.nodes)))

    def leaving(self, temperatures: FloatArray, time_s: float) -> FloatArray:
        ambient = now(self.ambient, time_s)
        if not isinstance(self.h, Table):
            return np.asarray(now(self.h, time_s) * (self.operator @ (temperatures - ambient)))
        rise = self.integrals.at_points(temperatures) - ambient
        return self.integrals.load(self.h(rise) * rise)

    def tangent(self, temperatures: FloatArray, time_s: float) -> csr_array:
        if not isinstance(self.h, Table):
            return csr_array(now(self.h, time_s) * self.operator)
        rise = self.integrals.at_points(temperatures) - now(self.ambient, time_s)
        return self.integrals.mass(self.h(rise) + self.h.slope(rise) * rise)


@dataclass(frozen=True, eq=False)
class Radiation:
    """Grey radiation from faces to surroundings at ambient."""

    name: str
    integrals: Integrals
    emissivity: float
    ambient: OfTime
    linear: bool = False

    def leaving(self, temperatures: FloatArray, time_s: float) -> FloatArray:
        here = self.integrals.at_points(temperatures)
        return self.integrals.load(self.emissivity * STEFAN_BOLTZMANN * (here**4 - now(self.ambient, time_s) ** 4))

    def tangent(self, temperatures: FloatArray, _time_s: float) -> csr_array:
        here = self.integrals.at_points(temperatures)
        return self.integrals.mass(4 * self.emissivity * STEFAN_BOLTZMANN * np.abs(here) ** 3)


@dataclass(frozen=True, eq=False)
class Heating:
    """Heat made in a region, or brought in through faces; negative where it is taken out."""

    name: str
    integrals: Integrals
    power: Value
    """W in all, or W by m3 or m2 where `density`."""
    density: bool = False

    @property
    def linear(self) -> bool:
        return not isinstance(self.power, Table)

    @cached_property
    def operator(self) -> FloatArray:
        """(n,) share of one watt, evenly spread, that each node gets."""
        return self.integrals.load(np.ones(len(self.integrals.nodes))) / self.integrals.volume

    @property
    def _spread(self) -> float:
        return 1.0 if self.density else 1 / self.integrals.volume

    def watts(self, temperatures: FloatArray, time_s: float) -> float:
        """Return the heat brought in, W."""
        return -float(self.leaving(temperatures, time_s).sum())

    def leaving(self, temperatures: FloatArray, time_s: float) -> FloatArray:
        if not isinstance(self.power, Table):
            return -now(self.power, time_s) * self._spread * self.integrals.volume * self.operator
        return -self._spread * self.integrals.load(self.power(self.integrals.at_points(temperatures)))

    def tangent(self, temperatures: FloatArray, _time_s: float) -> csr_array | None:
        if not isinstance(self.power, Table):
            return None
        return self.integrals.mass(-self._spread * self.power.slope(self.integrals.at_points(temperatures)))


@dataclass(frozen=True, eq=False)
class Joint:
    """Heat from one side of a contact to the other."""

    name: str
    integrals: Integrals
    """Of the first side."""
    opposite: IntArray
    """(m, nodes) of the second."""
    conductance: float
    """W/m2/K"""
    linear: bool = True

    @cached_property
    def operator(self) -> csr_array:
        """What flows at 1 W/m2/K."""
        return self.integrals.jump(self.opposite)

    def leaving(self, temperatures: FloatArray, _time_s: float) -> FloatArray:
        return np.asarray(self.conductance * (self.operator @ temperatures))

    def tangent(self, _temperatures: FloatArray, _time_s: float) -> csr_array:
        return csr_array(self.conductance * self.operator)


@dataclass(frozen=True, eq=False)
class Storage:
    """Heat that a region takes up as it warms."""

    name: str
    integrals: Integrals
    rho: float
    cp: OfTemperature

    @property
    def linear(self) -> bool:
        return not isinstance(self.cp, Table)

    @cached_property
    def operator(self) -> csr_array:
        """The mass at 1 J/m3/K."""
        return self.integrals.mass(np.ones(len(self.integrals.nodes)))

    def capacity(self, temperatures: FloatArray) -> csr_array:
        """Return the heat capacities, J/K."""
        if not isinstance(self.cp, Table):
            return csr_array(self.rho * self.cp * self.operator)
        return self.integrals.mass(self.rho * self.cp(self.integrals.at_points(temperatures)))

    def taken_up(self, temperatures: FloatArray, rates: FloatArray) -> FloatArray:
        """Return the (n,) heat that warming at rates takes up, W."""
        if not isinstance(self.cp, Table):
            return np.asarray(self.rho * self.cp * (self.operator @ rates))
        here, rate = self.integrals.at_points(temperatures), self.integrals.at_points(rates)
        return self.integrals.load(self.rho * self.cp(here) * rate)

    def tangent(self, temperatures: FloatArray, rates: FloatArray) -> csr_array | None:
        """Return the derivative of the capacities times rates, W/K."""
        if not isinstance(self.cp, Table):
            return None
        here, rate = self.integrals.at_points(temperatures), self.integrals.at_points(rates)
        return self.integrals.mass(self.rho * self.cp.slope(here) * rate)


def at(value: OfTemperature, temperatures: FloatArray) -> FloatArray:
    """Return a value at temperatures."""
    return value(temperatures) if isinstance(value, Table) else np.full(temperatures.shape, float(value))


def slope(value: OfTemperature, temperatures: FloatArray) -> FloatArray:
    """Return a value's derivative at temperatures."""
    return value.slope(temperatures) if isinstance(value, Table) else np.zeros(temperatures.shape)


def now(value: OfTime, time_s: float) -> float:
    """Return a value at a time."""
    return value(time_s) if isinstance(value, Schedule) else float(value)


def sum_of(matrices: list[csr_array]) -> csr_array:
    """Add matrices up."""
    total = matrices[0]
    for matrix in matrices[1:]:
        total = total + matrix
    return csr_array(total)
