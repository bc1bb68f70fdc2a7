"""Lagrange elements of degree 1 and 2 on simplices of any dimension, in barycentric coordinates.

Nodes are the corners, then, for degree 2, the middles of the edges in the order of `edges`.

References
----------
Ern & Guermond (2004), Theory and Practice of Finite Elements, 1.2.3. Stroud (1971), Approximate Calculation of Multiple
Integrals, 2.4: conical products.
"""

from functools import cache
from itertools import combinations

import numpy as np
from scipy.special import roots_jacobi

from proofmark_thermal.arrays import FloatArray


def edges(dimension: int) -> list[tuple[int, int]]:
    """Return the pairs of corners in the order of the nodes between them."""
    return list(combinations(range(dimension + 1), 2))


def node_count(dimension: int, degree: int) -> int:
    """Return how many nodes an element has."""
    return dimension + 1 + (len(edges(dimension)) if degree == 2 else 0)


def shapes(points: FloatArray, degree: int) -> FloatArray:
    """Return the (q, nodes) shape functions at (q, dimension + 1) barycentric points."""
    if degree == 1:
        return points
    between = [4 * points[:, i] * points[:, j] for i, j in edges(points.shape[1] - 1)]
    return np.column_stack([points * (2 * points - 1), *between])


def slopes(points: FloatArray, degree: int) -> FloatArray:
    """Return the (q, nodes, dimension + 1) derivatives by each barycentric coordinate."""
    count, corners = points.shape
    unit = np.broadcast_to(np.eye(corners), (count, corners, corners))
    if degree == 1:
        return unit
    at_corners = unit * (4 * points - 1)[:, :, None]
    between = [4 * (points[:, j, None] * unit[:, i] + points[:, i, None] * unit[:, j]) for i, j in edges(corners - 1)]
    return np.concatenate([at_corners, np.stack(between, axis=1)], axis=1) if between else at_corners


@cache
def quadrature(dimension: int, degree: int) -> tuple[FloatArray, FloatArray]:
    """Return (q, dimension + 1) barycentric points and (q,) weights of sum one, exact for polynomials of the degree."""
    points, weights = np.ones((1, 1)), np.ones(1)
    for axis in range(dimension):
        nodes_1d, weights_1d = roots_jacobi(degree // 2 + 1, axis, 0)
        share = (1 + nodes_1d) / 2
        kept = np.repeat(1 - share, len(points))
        tiled = np.tile(points, (len(share), 1)) * kept[:, None]
        points = np.column_stack([tiled, np.repeat(share, len(weights))])
        weights = (weights_1d[:, None] / weights_1d.sum() * weights).ravel()
    return points, weights
