"""Full solutions of each vector, for problems that have no affine form: exact on the mesh, and as slow as they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.model import Model
from proofmark_thermal.readings import Readings, read
from proofmark_thermal.reduced.errors import BadVectors
from proofmark_thermal.reduced.temperatures import Bounded, Temperatures
from proofmark_thermal.steady import steady

NEWTON_STEPS = 5
"""Linear systems that a steady state whose coefficients depend on temperature usually takes."""


@dataclass(frozen=True)
class Cost:
    """Of full solutions."""

    vectors: int
    unknowns: int
    systems: int
    """Linear systems of so many unknowns."""

    def __str__(self) -> str:
        return f"{self.vectors} full solutions: about {self.systems} linear systems of {self.unknowns} unknowns"


def cost(model: Model, vectors: int) -> Cost:
    """Return what full solutions of a model at so many vectors take."""
    return Cost(vectors, model.size, vectors * (1 if model.linear else NEWTON_STEPS))


def solve_each(model_at: Callable[[Mapping[str, float]], Model], parameters: Mapping[str, FloatArray]) -> Temperatures:
    """Return the full model's steady temperatures of parameter vectors, with bounds of zero beside the mesh's error.

    Parameters
    ----------
    model_at
        Builds the model of one vector; its mesh may change with the vector.
    parameters : (n,) each
        At least one vector.

    Raises
    ------
    BadVectors
        There are none, or lengths differ.
    ThermalError
        A vector has no steady temperatures.
    """
    lengths = {len(values) for values in parameters.values()}
    if len(lengths) != 1 or 0 in lengths:
        raise BadVectors("lengths of the parameters", ["one above zero for all"], [str(n) for n in sorted(lengths)])
    found = []
    for index in range(lengths.pop()):
        model = model_at({name: float(values[index]) for name, values in parameters.items()})
        found.append(read(model, steady(model)))
    return _collected(found)


def _collected(found: list[Readings]) -> Temperatures:
    def exact(values: list[float]) -> Bounded:
        return Bounded(np.array(values), np.zeros(len(values)))

    return Temperatures(
        exact([each.hottest.temperature for each in found]),
        {name: exact([each.regions[name].temperature for each in found]) for name in found[0].regions},
        {name: exact([each.probes[name] for each in found]) for name in found[0].probes},
        {name: exact([each.junctions[name] for each in found]) for name in found[0].junctions},
    )
