"""How accurate the wanted temperatures are on a mesh, and which cells spoil them.

The error in each cell is estimated by the difference between its gradient and a smooth one fitted to all; how much of
it reaches a wanted temperature, by the same error of the field that the temperature depends on (its influence). The sum
of their products over the cells bounds the error of the temperature as far as the estimates hold. They do not where the
gradient is smooth across cells and wrong inside them, as that of quadratic elements in one dimension: so an answer also
has to hold still from one mesh to the next.

References
----------
Zienkiewicz & Zhu (1987), Int. J. Numer. Meth. Eng. 24: recovered gradients. Becker & Rannacher (2001), Acta Numerica
10: weighing by the dual solution. Doerfler (1996), SIAM J. Numer. Anal. 33: how many cells to refine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import BoolArray, FloatArray
from proofmark_thermal.elements import shapes, slopes
from proofmark_thermal.integrals import Integrals
from proofmark_thermal.model import Model
from proofmark_thermal.terms import Conduction, at

SHARE = 0.7
"""Of the error that the refined cells carry."""
LEAST_SHARE = 0.5
"""Of the cells that are refined at least: the next mesh must be able to tell what this one misses everywhere."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """Of the error that the mesh makes."""

    cells: FloatArray
    """(m,) K, share of each cell in the errors of all wanted temperatures."""
    each: FloatArray
    """(g,) K, of each wanted temperature."""

    @property
    def error_k(self) -> float:
        """Of the worst."""
        return float(self.each.max(initial=0.0))


def estimate(
    model: Model, temperatures: FloatArray, goals: Sequence[FloatArray], solve: Callable[[FloatArray], FloatArray]
) -> Estimate:
    """Estimate the error of wanted temperatures.

    Parameters
    ----------
    temperatures : (n,) K
    goals : (n,) float arrays
        Weights of the nodes: what is wanted is goal @ temperatures.
    solve
        Solves the transposed linear system among the free nodes.
    """
    own = np.sqrt(squared_errors(model, temperatures, temperatures))
    total, each = np.zeros(len(own)), []
    for goal in goals:
        influence = np.zeros(model.size)
        influence[model.free_nodes] = solve(goal[model.free_nodes])
        share = own * np.sqrt(squared_errors(model, influence, temperatures))
        each.append(share.sum())
        total += share
    return Estimate(total, np.array(each))


def worst(errors: FloatArray) -> BoolArray:
    """Return the (m,) cells that carry most of the error."""
    order = np.argsort(-errors, kind="stable")
    carried = np.cumsum(errors[order])
    carrying = int(np.searchsorted(carried, SHARE * carried[-1])) + 1
    chosen = np.zeros(len(errors), dtype=bool)
    chosen[order[: max(carrying, int(np.ceil(LEAST_SHARE * len(errors))))]] = True
    return chosen


def squared_errors(model: Model, field: FloatArray, temperatures: FloatArray) -> FloatArray:
    """Return the (m,) squared error of a field in each cell, in the energy norm at conductivities of temperatures.

    Gradients are smoothed within regions: between materials they jump in truth.
    """
    mesh = model.space.mesh
    found = np.zeros(len(mesh.cells))
    for term in model.terms:
        if isinstance(term, Conduction):
            cells = term.integrals
            wrong = cells.gradients(field) - _smoothed(cells, field)
            here = cells.at_points(temperatures)
            k = np.stack(np.broadcast_arrays(*[at(each, here) for each in term.along]), axis=-1)
            region = mesh.cell_region == mesh.regions.index(term.name)
            found[region] = cells.weighed((k * wrong**2).sum(axis=2)).sum(axis=1)
    return found


def _smoothed(cells: Integrals, field: FloatArray) -> FloatArray:
    """(m, q, d) The gradients at the nodes, averaged over the cells that share them."""
    count = cells.nodes.shape[1]
    places = _node_places(cells)
    by_corner = np.einsum("mn,anc->mac", field[cells.nodes], slopes(places, cells.degree), optimize=True)
    gradients = by_corner @ cells.corner_gradients
    weights = np.repeat(cells.volumes, count)
    shared = np.bincount(cells.nodes.ravel(), weights, cells.size)
    smooth = np.empty((cells.size, gradients.shape[2]))
    for axis in range(gradients.shape[2]):
        summed = np.bincount(cells.nodes.ravel(), weights * gradients[:, :, axis].ravel(), cells.size)
        smooth[:, axis] = np.divide(summed, shared, out=np.zeros_like(summed), where=shared > 0)
    return np.asarray(np.einsum("qn,mnd->mqd", shapes(cells.points, cells.degree), smooth[cells.nodes], optimize=True))


def _node_places(cells: Integrals) -> FloatArray:
    """(nodes, s + 1) barycentric coordinates of the nodes."""
    corners = np.eye(cells.dimension + 1)
    if cells.degree == 1:
        return corners
    start, end = np.triu_indices(cells.dimension + 1, 1)
    return np.concatenate([corners, (corners[start] + corners[end]) / 2])
