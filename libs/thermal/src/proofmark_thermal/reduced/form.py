"""The affine form with parameters put in: which factor drives which operator, what is constant and merged.

Places are named as `proofmark_thermal.affine` names coefficients, with `sinks.fins.ambient`, `sinks.cold.temperature`,
`contacts.sink.chip.resistance` and `transient.initial` beside them. A parameter drives one place or several; what
nothing drives stays what the problem says, schedules as they start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any, TypeVar

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.affine import Affine, affine
from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.errors import NotAffine, UnknownName
from proofmark_thermal.model import Model
from proofmark_thermal.reduced.coefficients import Coefficients, Factor, Factors, Quantity, Warming
from proofmark_thermal.reduced.errors import BadRange, BadVectors
from proofmark_thermal.terms import now, sum_of
from proofmark_thermal.values import OfTime, Schedule

Key = TypeVar("Key", Factor, Warming)

_UNDRIVEN = {
    "geometry": "a dimension that varies",
    "cp": "a heat capacity that varies",
    "junction_resistance": "a junction's resistance that varies",
}
"""Why there is no factor, by the first or the last word of a place."""


@dataclass(frozen=True)
class Varied:
    """A parameter: the range that a reduced model is trained on, and the places it drives."""

    low: float
    high: float
    places: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Form:
    """A model as sums of factors by operators and by loads."""

    affine: Affine
    varied: Mapping[str, Varied]
    coefficients: Coefficients
    operators: tuple[csr_array, ...]
    """(n, n), one for each conductance."""
    loads: FloatArray
    """(n, p) W at a factor of one: heats, then films."""
    shares: Mapping[str, tuple[int, float]]
    """Of each place of an operator: which conductance it follows, and what it is at one."""

    @property
    def model(self) -> Model:
        return self.affine.model

    @cached_property
    def free(self) -> IntArray:
        return self.model.free_nodes

    @cached_property
    def inner(self) -> tuple[csr_array, ...]:
        """The operators among the free nodes."""
        if len(self.free) == self.model.size:
            return self.operators
        return tuple(csr_array(each[self.free][:, self.free]) for each in self.operators)

    def matrix(self, conductances: FloatArray) -> csr_array:
        """Return the (n, n) sum by (q,) factors."""
        return sum_of([factor * each for factor, each in zip(conductances, self.operators, strict=True)])

    def factors(self, parameters: Mapping[str, FloatArray]) -> Factors:
        """Return the factors of parameter vectors."""
        return self.coefficients.factors(self.coefficients.checked(parameters))


def form_of(model: Model, varied: Mapping[str, Varied], *, timed: bool = False) -> Form:
    """Put parameters into a model.

    Parameters
    ----------
    timed
        Temperatures are told from the initial one; else from a fixed temperature or an ambient, which saves its load.

    Raises
    ------
    NotAffine
        A number depends on temperature, or a parameter drives what is no factor.
    UnknownName
        A parameter drives a place that is not there.
    BadRange
        A range is empty, or holds a conductance that is not positive.
    BadVectors
        There is no parameter.
    """
    if not varied:
        raise BadVectors("parameters of a reduced model", ["at least one"], [])
    parts = affine(model)
    drivers = _Drivers(parts, varied, timed=timed)
    driven = {place: drivers.conductance(place) for place in parts.operators}
    operators = _merged([(factor, share * parts.operators[place]) for place, (factor, share) in driven.items()])
    heats = _merged([(drivers.heat(place), load) for place, load in parts.loads.items()])
    fixed = tuple(drivers.plain(f"sinks.{name}.temperature") for name in model.fixed)
    films = _merged([drivers.warming(place, parts.operators[place]) for place in parts.ambients])
    surroundings = [*fixed, *(film.ambient for film in films)]
    origin = drivers.plain("transient.initial") if timed else next(iter(surroundings), 0.0)
    films = {film: load for film, load in films.items() if film.ambient != origin}
    coefficients = Coefficients(tuple(varied), tuple(operators), tuple(heats), tuple(films), fixed, origin)
    loads = np.column_stack([np.empty((model.size, 0)), *heats.values(), *films.values()])
    shares = {place: (list(operators).index(factor), share) for place, (factor, share) in driven.items()}
    return Form(parts, varied, coefficients, tuple(map(csr_array, operators.values())), loads, shares)


class _Drivers:
    """What drives each place."""

    def __init__(self, parts: Affine, varied: Mapping[str, Varied], *, timed: bool) -> None:
        numbers: dict[str, OfTime] = {**parts.coefficients, **parts.powers}
        numbers |= {_ambient(place): value for place, value in parts.ambients.items()}
        numbers |= {f"sinks.{name}.temperature": value for name, (_, value) in parts.model.fixed.items()}
        if parts.model.problem.transient is not None:
            numbers["transient.initial"] = parts.model.problem.transient.initial
        self.numbers = {place: now(value, 0.0) for place, value in numbers.items()}
        known = [*self.numbers, *(_resistance(place) for place in numbers if place.startswith("contacts"))]
        self.parameters: dict[str, str] = {}
        if undriven := _undriven(varied, {} if timed else numbers):
            raise NotAffine(undriven)
        for name, each in varied.items():
            for place in each.places:
                if place not in known:
                    raise UnknownName(f"parameter {name}", "place", sorted(known), place)
                self.parameters[place] = name
            positive = any(place.partition(".")[0] == "contacts" or ".k" in place for place in each.places)
            positive |= any(place.endswith("convection") for place in each.places)
            if not (each.low <= each.high and isfinite(each.low) and isfinite(each.high)):
                raise BadRange(name, "a lower and an upper end", each.low, each.high)
            if positive and each.low <= 0:
                raise BadRange(name, "a conductance above zero", each.low, each.high)

    def plain(self, place: str) -> Quantity:
        """Return a parameter's name or a number."""
        return self.parameters.get(place, self.numbers[place])

    def conductance(self, place: str) -> tuple[Factor, float]:
        """Return the factor of an operator and what to multiply it by; all constant ones have one factor."""
        if _resistance(place) in self.parameters:
            return Factor(self.parameters[_resistance(place)], inverse=True), 1.0
        given = self.plain(place)
        return (Factor(given), 1.0) if isinstance(given, str) else (Factor(1.0), given)

    def heat(self, place: str) -> Factor:
        """Return the factor of a load; a sink's is what leaves."""
        leaves = place.startswith("sinks") and place in self.parameters
        return Factor(self.plain(place), -1.0 if leaves else 1.0)

    def warming(self, place: str, operator: csr_array) -> tuple[Warming, FloatArray]:
        """Return what a film brings in at a surrounding one kelvin above the reference."""
        return Warming(self.plain(place), self.plain(_ambient(place))), np.asarray(operator.sum(axis=1)).ravel()


def _undriven(varied: Mapping[str, Varied], numbers: Mapping[str, OfTime]) -> dict[str, str]:
    """What parameters do that is no factor of anything, by place; in time, a schedule is followed by a parameter."""
    found = {}
    for place in (place for each in varied.values() for place in each.places):
        if isinstance(numbers.get(place), Schedule):
            found[place] = "a schedule with parameters in it"
        for word in {place.partition(".")[0], place.rpartition(".")[2]} & _UNDRIVEN.keys():
            found[place] = _UNDRIVEN[word]
    return found


def _ambient(place: str) -> str:
    return place.removesuffix("convection") + "ambient"


def _resistance(place: str) -> str:
    return place.removesuffix("conductance") + "resistance"


def _merged(parts: Sequence[tuple[Key, Any]]) -> dict[Key, Any]:
    """Add up what has one factor."""
    found: dict[Key, Any] = {}
    for key, part in parts:
        found[key] = found[key] + part if key in found else part
    return found
