"""How programs with elements of their own number what our simplices are made of.

VTK, Abaqus (and so CalculiX) and Elmer agree: corners in an order of positive volume, then the middles of the edges
below.
"""

import numpy as np

from proofmark_thermal.arrays import BoolArray, IntArray
from proofmark_thermal.elements import edges
from proofmark_thermal.mesh import rows_in, sides
from proofmark_thermal.space import Space

EDGES = {1: [(0, 1)], 2: [(0, 1), (1, 2), (0, 2)], 3: [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)]}
"""By dimension, the corners that each middle is between."""


def numbered(nodes: IntArray, dimension: int, turned: BoolArray | None = None) -> IntArray:
    """Return (m, nodes) of ours in their order; the last two corners of those turned change places."""
    if nodes.shape[1] == dimension + 1 and turned is None:
        return nodes
    straight = nodes[:, _order(dimension, nodes.shape[1], swapped=False)]
    if turned is None:
        return straight
    return np.where(turned[:, None], nodes[:, _order(dimension, nodes.shape[1], swapped=True)], straight)


def elements(space: Space) -> IntArray:
    """Return the (m, nodes) cells of a space in their order, all of positive volume."""
    dimension = space.mesh.dimension
    corners = space.nodes[space.cells[:, : dimension + 1]]
    return numbered(space.cells, dimension, np.linalg.det(corners[:, 1:] - corners[:, :1]) < 0)


def owners(space: Space, facets: IntArray) -> IntArray:
    """Return which cell each of (b, d) outer facets, given by its corners, is of."""
    found = sides(space.cells[:, : space.mesh.dimension + 1])
    return found.first[rows_in(np.sort(facets, axis=1), found.corners)]


def _order(dimension: int, count: int, *, swapped: bool) -> list[int]:
    corners = list(range(dimension + 1))
    if swapped:
        corners[-2:] = corners[:-3:-1]
    if count == dimension + 1:
        return corners
    ours = edges(dimension)
    middles = [ours.index((min(pair), max(pair))) for pair in ((corners[i], corners[j]) for i, j in EDGES[dimension])]
    return corners + [dimension + 1 + middle for middle in middles]
