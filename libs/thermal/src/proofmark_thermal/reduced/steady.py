"""Makes reduced steady models."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.model import Model
from proofmark_thermal.reduced.exact import exact
from proofmark_thermal.reduced.form import Varied, form_of
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.greedy import MOST_SHAPES, grown, means, middle, represented
from proofmark_thermal.reduced.hot_spots import Trained, maximum
from proofmark_thermal.reduced.junctions import over_faces
from proofmark_thermal.reduced.model import ReducedModel
from proofmark_thermal.reduced.readouts import Reading
from proofmark_thermal.reduced.sketch import sketch
from proofmark_thermal.reduced.temperatures import Temperatures

ACCURACY_K = 0.05
_SLACK = 0.1
"""Of the accuracy, that nodes may exceed the candidates by."""


@dataclass(frozen=True, eq=False)
class Reduction:
    """A reduced model and the full one that it stands for."""

    model: ReducedModel
    full: FullSolver

    def solve(self, parameters: Mapping[str, FloatArray]) -> Temperatures:
        """Return the full model's temperatures of parameter vectors, which have no bounds beside the mesh's error."""
        return exact(self.full, parameters)


def reduce_steady(
    model: Model, varied: Mapping[str, Varied], accuracy_k: float = ACCURACY_K, most_shapes: int = MOST_SHAPES
) -> Reduction:
    """Reduce a model.

    Parameters
    ----------
    varied
        The parameters by name.
    accuracy_k
        Bound of the hottest nodes' temperatures at every training vector; larger if `most_shapes` do not reach it.

    Raises
    ------
    NotAffine
        A number of the problem depends on temperature.
    UnknownName, BadRange
        A parameter drives no place, or has no range.
    """
    form = form_of(model, varied)
    full = FullSolver(form, middle(form))
    basis, trained_at = grown(full, accuracy_k, most_shapes)
    factors = form.factors(trained_at)
    system, matrix = basis.system(), basis.matrix
    coordinates = system.solve(factors)
    errors = system.error(factors, coordinates)
    trained = Trained(matrix, coordinates, errors, sketch(full))
    regions = {
        name: maximum(full, trained, nodes, _SLACK * accuracy_k) for name, nodes in model.space.node_regions.items()
    }
    readings = {
        name: Reading(weights @ matrix, float(np.sqrt(represented(full, weights) @ weights)))
        for name, weights in means(form).items()
    }
    probes = {name: readings[f"probe {name}"] for name in model.problem.probes}
    junctions = {
        name: (readings[f"junction {name}"], over_faces(form, name))
        for name, source in model.problem.sources.items()
        if source.junction_resistance is not None
    }
    ranges = {name: (each.low, each.high) for name, each in varied.items()}
    reduced = ReducedModel(form.coefficients, ranges, system, trained.box, regions, probes, junctions, model.size)
    return Reduction(reduced, full)
