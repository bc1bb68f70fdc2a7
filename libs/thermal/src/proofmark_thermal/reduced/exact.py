"""Temperatures by full solutions of an affine form: exact on the mesh, so without bounds."""

from collections.abc import Mapping

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.greedy import means, one
from proofmark_thermal.reduced.junctions import over_faces
from proofmark_thermal.reduced.temperatures import Bounded, Temperatures, greatest


def exact(full: FullSolver, parameters: Mapping[str, FloatArray]) -> Temperatures:
    """Return the full model's temperatures of parameter vectors; each vector's do not depend on the others.

    Raises
    ------
    BadVectors
        A parameter is missing or unknown, or lengths differ.
    OutOfRange
        A conductance is not positive.
    """
    form = full.form
    columns = form.coefficients.checked(parameters)
    factors = form.coefficients.factors(columns)
    problem, regions_of, weighed = form.model.problem, form.model.space.node_regions, means(form)
    count = len(factors.reference_k)
    rows = np.zeros((count, len(regions_of) + len(weighed)))
    for index, row in enumerate(rows):
        rises = full.rise(*one(factors, index))
        row[:] = [
            *(rises[nodes].max() for nodes in regions_of.values()),
            *(rises @ weights for weights in weighed.values()),
        ]
    values = dict(zip([*regions_of, *weighed], (rows + factors.reference_k[:, None]).T, strict=True))
    regions = {name: _exact(values[name]) for name in regions_of}
    probes = {name: _exact(values[f"probe {name}"]) for name in problem.probes}
    junctions = {
        name: _exact(values[f"junction {name}"] + over_faces(form, name)(columns, count))
        for name, source in problem.sources.items()
        if source.junction_resistance is not None
    }
    return Temperatures(greatest([*regions.values(), *junctions.values()]), regions, probes, junctions)


def _exact(values: FloatArray) -> Bounded:
    return Bounded(values, np.zeros(len(values)))
