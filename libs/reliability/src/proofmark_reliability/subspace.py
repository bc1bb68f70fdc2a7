"""The few directions, of hundreds, in which failing runs differ from all others.

In every other direction failing runs are distributed as any: standard normal, but for a common scale where failure is
far out in all directions at once. Directions come from three signs: where the weighed runs lie (their mean), how they
are spread (principal axes beyond what chance gives), and how the margin slopes (least squares over all runs).

References
----------
Uribe, Papaioannou, Marzouk & Straub (2021), SIAM/ASA JUQ 9(2): failure-informed dimension reduction.
Marchenko & Pastur (1967): the spread of principal values by chance.
"""

from collections.abc import Sequence

import numpy as np

from proofmark_reliability.arrays import FloatArray

FULL = 12
"""Dimensions up to which all directions are kept."""
MOST_SPREAD_AXES = 8
_CLEARLY = 1.3
"""Times the largest principal value that chance gives."""
_LEAST_MEAN = 2.0
"""Times the squared length that the mean of as many points has by chance."""


def informed_axes(
    normals: FloatArray, weights: FloatArray, groups: Sequence[FloatArray], slopes: FloatArray
) -> FloatArray:
    """Return orthonormal columns that span the directions failure depends on.

    Parameters
    ----------
    normals : (n, d) float array
    weights : (n,) float array, adding up to one
    groups : (n,) float arrays
        Parts of the weights, each with a mean of its own.
    slopes : (d, m) float array
        Gradients of margins.
    """
    dimensions = normals.shape[1]
    if dimensions <= FULL:
        return np.eye(dimensions)
    axes = np.linalg.qr(_unit(slopes))[0]
    squared = (normals**2).sum(axis=1)
    for group in groups:
        mean = group @ normals / group.sum()
        beyond = mean - axes @ (axes.T @ mean)
        by_chance = float(group**2 @ squared) / float(group.sum()) ** 2
        if float(beyond @ beyond) > _LEAST_MEAN * by_chance:
            axes = np.column_stack((axes, beyond / np.linalg.norm(beyond)))
    # no single heavy point is a direction
    even = np.minimum(weights, float((weights**2).sum()))
    even /= even.sum()
    rest = normals - (normals @ axes) @ axes.T
    _, values, directions = np.linalg.svd(rest * np.sqrt(even)[:, np.newaxis], full_matrices=False)
    typical = float(even @ (rest**2).sum(axis=1)) / (dimensions - axes.shape[1])
    edge = typical * (1 + np.sqrt(dimensions * float((even**2).sum()))) ** 2
    spread = directions[values**2 > _CLEARLY * edge][:MOST_SPREAD_AXES]
    return np.linalg.qr(np.hstack((axes, spread.T)))[0]


def slope(normals: FloatArray, margins: FloatArray) -> FloatArray:
    """Return the (d,) gradient of a margin by ridge regression; zero where nothing can be said."""
    # far from failure a margin may do anything
    values = np.minimum(margins, np.quantile(margins, 0.9))
    values = values - values.mean()
    centred = normals - normals.mean(axis=0)
    gram = centred.T @ centred
    gram[np.diag_indices_from(gram)] += normals.shape[1]
    return np.asarray(np.linalg.solve(gram, centred.T @ values))


def _unit(columns: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(columns, axis=0)
    return np.asarray(columns[:, lengths > 0] / lengths[lengths > 0])
