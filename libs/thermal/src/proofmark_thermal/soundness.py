"""Bad input that shows only on a mesh, and answers that the input does not cover."""

from itertools import combinations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.errors import BeyondMaterial, MeshTooLarge, NoSink, PointSource, TooMuchSelected
from proofmark_thermal.mesh import rows_in
from proofmark_thermal.model import Model
from proofmark_thermal.selection import described, skin_of
from proofmark_thermal.terms import Film, Radiation
from proofmark_thermal.values import extremes

BYTES_PER_UNKNOWN = {1: 1_000, 2: 2_500, 3: 4_500}
"""Most that meshing, assembly and solution took, by dimension; `make bench-thermal` measures it."""


def check_memory(unknowns: int, dimension: int, available_bytes: float) -> None:
    """Refuse a mesh that would not fit.

    Raises
    ------
    MeshTooLarge
        With both sizes.
    """
    needed = float(unknowns) * BYTES_PER_UNKNOWN[dimension]
    if needed > available_bytes:
        raise MeshTooLarge(unknowns, needed, available_bytes)


def check_model(model: Model) -> None:
    """Refuse what a mesh shows to be wrong.

    Raises
    ------
    PointSource
        A source's faces have no area.
    TooMuchSelected
        A face has a fixed temperature and something else, or convection twice.
    NoSink
        Heat cannot leave some part that hangs together; only where the steady state is asked for.
    """
    for name, source in model.problem.sources.items():
        if not model.faces[name].volume > 0:
            raise PointSource(f"source {name}", f"{described(source.faces)}, which has no area,")
    _check_claims(model)
    if model.problem.transient is None:
        _check_sinks(model)


def check_answer(model: Model, temperatures: FloatArray) -> None:
    """Refuse an answer beyond what is known of a material.

    Raises
    ------
    BeyondMaterial
        With the region and the temperature.
    """
    for region, material in model.materials.items():
        here = temperatures[model.space.node_regions[region]]
        low, high = material.range_k
        for got in (float(here.max()), float(here.min())):
            if not low <= got <= high:
                raise BeyondMaterial(region, material.name, material.range_k, got)


def _check_claims(model: Model) -> None:
    sinks, symmetry = model.problem.sinks, model.space.mesh.symmetry
    cooling = {name: sink for name, sink in sinks.items() if not (sink.temperature is None and sink.convection is None)}
    for (one, first), (other, second) in combinations(cooling.items(), 2):
        if skin_of(first.faces, symmetry) != skin_of(second.faces, symmetry):
            continue  # the two surfaces of a section are made of the same cells
        here, there = (np.sort(model.faces[name].nodes, axis=1) for name in (one, other))
        if here.shape[1] == there.shape[1] and (rows_in(here, np.unique(there, axis=0)) >= 0).any():
            words, expected = described(second.faces), "faces that no other sink cools"
            raise TooMuchSelected(f"sink {other}", words, expected, [f"faces of sink {one}"])


def _check_sinks(model: Model) -> None:
    bodies = _joined(model)
    cooled = np.zeros(bodies.max() + 1, dtype=bool)
    cooled[bodies[model.fixed_nodes]] = True
    for term in model.terms:
        if isinstance(term, Radiation) or (isinstance(term, Film) and extremes(term.h)[1] > 0):
            cooled[bodies[term.integrals.nodes.ravel()]] = True
    for body in np.flatnonzero(~cooled):
        nodes = np.flatnonzero(bodies == body)
        regions = [name for name, there in model.space.node_regions.items() if np.isin(there, nodes).any()]
        raise NoSink(regions, model.space.nodes[nodes].mean(axis=0).tolist())


def _joined(model: Model) -> IntArray:
    """(n,) which part that hangs together each node belongs to, contacts included."""
    ends = [(np.repeat(cells[:, :1], cells.shape[1], axis=1), cells) for cells in (model.space.cells,)]
    ends += list(model.space.contacts)
    start, end = (np.concatenate([pair[side].ravel() for pair in ends]) for side in (0, 1))
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(model.size, model.size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
