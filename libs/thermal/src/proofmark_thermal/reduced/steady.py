"""Makes reduced steady models, and settles by full solutions what their bounds leave open."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.model import Model
from proofmark_thermal.reduced.form import Varied, form_of
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.greedy import MOST_SHAPES, grown, means, middle, one, represented
from proofmark_thermal.reduced.hot_spots import Trained, maximum
from proofmark_thermal.reduced.junctions import over_faces
from proofmark_thermal.reduced.model import ReducedModel
from proofmark_thermal.reduced.readouts import Reading
from proofmark_thermal.reduced.sketch import sketch
from proofmark_thermal.reduced.temperatures import Bounded, Temperatures, greatest, replaced

ACCURACY_K = 0.05
_SLACK = 0.1
"""Of the accuracy, that nodes may exceed the candidates by."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Temperatures of which none is undecided about a limit."""

    temperatures: Temperatures
    full_solutions: int


@dataclass(frozen=True, eq=False)
class Reduction:
    """A reduced model and the full one that it stands for."""

    model: ReducedModel
    full: FullSolver

    def solve(self, parameters: Mapping[str, FloatArray]) -> Temperatures:
        """Return the full model's temperatures of parameter vectors, which have no bounds beside the mesh's error."""
        form = self.full.form
        columns = form.coefficients.checked(parameters)
        factors = form.coefficients.factors(columns)
        count, weighed, regions_of = len(factors.reference_k), means(form), form.model.space.node_regions
        rows = np.zeros((count, len(regions_of) + len(weighed)))
        for index, row in enumerate(rows):
            rises = self.full.rise(*one(factors, index))
            row[:] = [
                *(rises[nodes].max() for nodes in regions_of.values()),
                *(rises @ weights for weights in weighed.values()),
            ]
        values = dict(zip([*regions_of, *weighed], (rows + factors.reference_k[:, None]).T, strict=True))
        exact = {name: Bounded(each, np.zeros(count)) for name, each in values.items()}
        regions = {name: exact[name] for name in regions_of}
        probes = {name: exact[f"probe {name}"] for name in self.model.probes}
        junctions = {
            name: Bounded(exact[f"junction {name}"].values + over(columns, count), np.zeros(count))
            for name, (_, over) in self.model.junctions.items()
        }
        return Temperatures(greatest([*regions.values(), *junctions.values()]), regions, probes, junctions)

    def settle(self, parameters: Mapping[str, FloatArray], limit_k: float, region: str | None = None) -> Settled:
        """Return temperatures by the reduced model, and by full solutions where its bound leaves a limit open.

        Parameters
        ----------
        limit_k
            Of the hottest place of a region, or of all.
        """
        found = self.model.evaluate(parameters)
        limited = found.hottest if region is None else found.regions[region]
        open_ = np.flatnonzero(limited.undecided(limit_k))
        if not open_.size:
            return Settled(found, 0)
        exact = self.solve({name: np.asarray(values)[open_] for name, values in parameters.items()})
        return Settled(replaced(found, open_, exact), len(open_))


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
