"""The full model of every vector as bytes: a described problem with parameters in it, on the mesh it was solved on.

It needs neither the geometry's file nor a mesher. Each vector is solved by itself, so that what it gets does not depend
on what is asked beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from proofmark_thermal.building import put_on
from proofmark_thermal.checks import check
from proofmark_thermal.described import problem_of
from proofmark_thermal.errors import NotAffine
from proofmark_thermal.mesh import Mesh, Patch
from proofmark_thermal.model import Model
from proofmark_thermal.moving import moved
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.readings import Readings, read
from proofmark_thermal.reduced.archive import packed, unpacked
from proofmark_thermal.reduced.coefficients import Quantity
from proofmark_thermal.reduced.exact import exact
from proofmark_thermal.reduced.form import Varied, form_of
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.greedy import middle
from proofmark_thermal.reduced.temperatures import Bounded, Temperatures
from proofmark_thermal.shapes import Axisymmetric, Plane, Rod, Solid
from proofmark_thermal.space import Space
from proofmark_thermal.steady import steady
from proofmark_thermal.transient import run

KIND = "proofmark thermal full 1"


@dataclass(frozen=True, eq=False)
class FullModel:
    """Finite elements for any vector of parameters."""

    described: Mapping[str, Any]
    """As `problem_of` takes it."""
    amounts: Mapping[str, Quantity]
    """What each text in it stands for: a number, or a parameter."""
    varied: Mapping[str, Varied]
    meshed_at: Mapping[str, float]
    """The vector that the space was made for."""
    space: Space

    def at(self, values: Mapping[str, float]) -> Model:
        """Return the model of one vector.

        Raises
        ------
        ThermalError
            The values make no problem.
        """
        problem = self._problem_at(values)
        check(problem)
        if not any(place.startswith("geometry.") for each in self.varied.values() for place in each.places):
            return put_on(problem, self.space)
        return put_on(problem, moved(self.space, self._problem_at(self.meshed_at).geometry, problem.geometry))

    def _problem_at(self, values: Mapping[str, float]) -> ThermalProblem:

        def number(amount: float | str) -> float:
            quantity = self.amounts[amount] if isinstance(amount, str) else amount
            return values[quantity] if isinstance(quantity, str) else float(quantity)

        return problem_of(self.described, number, Path())

    def solve(self, values: Mapping[str, float]) -> Temperatures:
        """Return the (1,) temperatures of one vector, with bounds of zero beside the mesh's error.

        Where it is followed through time, each is the highest.

        Raises
        ------
        ThermalError
            The vector has none.
        """
        if self._solver is not None:
            return exact(self._solver, {name: np.array([value]) for name, value in values.items()})
        model = self.at(values)
        transient = model.problem.transient
        if transient is None:
            return _told(read(model, steady(model)))
        course = run(model, transient)
        return _told(course.course.highest(course.readings))

    @cached_property
    def _solver(self) -> FullSolver | None:
        """What all vectors have in common, where there is an affine form."""
        model = self.at(self.meshed_at)
        if model.problem.transient is not None or not self.varied:
            return None
        try:
            form = form_of(model, self.varied)
        except NotAffine:
            return None
        return FullSolver(form, middle(form), exactly=False)

    def to_bytes(self) -> bytes:
        """Return the model as bytes; equal models give equal bytes. How curved faces were made is left out."""
        mesh = self.space.mesh
        patches = tuple(Patch(patch.name, patch.region) for patch in mesh.patches)
        bare = replace(mesh, patches=patches, middles=None, again=None)
        return packed(KIND, replace(self, space=replace(self.space, mesh=bare)))

    @classmethod
    def from_bytes(cls, data: bytes) -> "FullModel":
        """Return the model of bytes.

        Raises
        ------
        BadBytes
            They are none.
        """
        parts = (cls, Varied, Space, Mesh, Patch, Solid, Plane, Axisymmetric, Rod)
        found: FullModel = unpacked(KIND, data, parts)
        return found


def _told(readings: Readings) -> Temperatures:
    def exactly(kelvin: float) -> Bounded:
        return Bounded(np.array([kelvin]), np.zeros(1))

    return Temperatures(
        exactly(readings.hottest.temperature),
        {name: exactly(each.temperature) for name, each in readings.regions.items()},
        {name: exactly(kelvin) for name, kelvin in readings.probes.items()},
        {name: exactly(kelvin) for name, kelvin in readings.junctions.items()},
    )


def amounts_of(
    described: Mapping[str, Any], parameters: Mapping[str, str], number: Callable[[str], float]
) -> dict[str, Quantity]:
    """Return what each text of a description stands for.

    Parameters
    ----------
    parameters
        Names of the model's parameters by the text of the amounts that vary.
    number
        Gives the value of the others.
    """
    found: dict[str, Quantity] = {}

    def note(amount: float | str) -> float:
        if isinstance(amount, str):
            found[amount] = parameters[amount] if amount in parameters else number(amount)
            return 1.0
        return float(amount)

    problem_of(described, note, Path())
    return found
