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
from proofmark_reliability.fitting import Components, effective

FULL = 12
"""Dimensions up to which all directions are kept."""
MOST_SPREAD_AXES = 8
_CLEARLY = 1.3
"""Times the largest principal value that chance gives."""
_LEAST_RUNS = 1.3
"""A dimension, about a component, to fit a plane there."""
_UNEXPLAINED = 0.5
"""Of the variance that chance would leave: a plane that leaves more explains nothing."""
_DIFFERENT = 0.2
"""Of the greatest singular value: directions that differ by less are one."""
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
    axes = _span(slopes)
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


def slope(normals: FloatArray, masses: FloatArray, margins: FloatArray) -> FloatArray:
    """Return the (d,) mean gradient of a margin over the parameters' own distribution, by ridge regression.

    Parameters
    ----------
    normals : (n, d) float array
    masses : (n,) float array
        Probability that each run stands for.
    margins : (n,) float array
    """
    # far from failure a margin may do anything
    values = np.minimum(margins, np.quantile(margins, 0.9))
    if not np.ptp(values):
        return np.zeros(normals.shape[1])
    share = masses / masses.sum()
    gram, along = _normal_equations(normals, share, values)
    gram[np.diag_indices_from(gram)] += normals.shape[1] * float((share**2).sum())
    return np.asarray(np.linalg.solve(gram, along))


def local_slopes(normals: FloatArray, margins: FloatArray, within: FloatArray, components: Components) -> FloatArray:
    """Return (d, m) gradients of a margin about the components, each as far as a plane explains the margin there.

    Parameters
    ----------
    normals : (n, d) float array
    margins : (n,) float array
    within : (n, r) float array
        The same points in the axes of the components.
    components : Components
    """
    dimensions = normals.shape[1]
    found: list[FloatArray] = [np.empty((dimensions, 0))]
    for mean, covariance in zip(components.means, components.covariances, strict=True):
        offsets = within - mean
        near = np.exp(-0.25 * np.einsum("nr,nr->n", offsets @ np.linalg.inv(covariance), offsets))
        runs = effective(near)
        if runs < _LEAST_RUNS * dimensions:
            continue
        near /= near.sum()
        gram, along = _normal_equations(normals, near, margins)
        gradient = np.linalg.solve(gram, along)
        spread = float(near @ (margins - near @ margins) ** 2)
        if spread - float(along @ gradient) < _UNEXPLAINED * (1 - dimensions / runs) * spread:
            found.append(np.asarray(gradient[:, np.newaxis]))
    return np.hstack(found)


def _normal_equations(normals: FloatArray, share: FloatArray, margins: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the covariance of the points, (d, d), and theirs with the margins, (d,)."""
    centred = normals - share @ normals
    weighed = centred * share[:, np.newaxis]
    return weighed.T @ centred, weighed.T @ (margins - share @ margins)


def _span(columns: FloatArray) -> FloatArray:
    """Return orthonormal columns that span the directions of others, but for what hardly differs between them."""
    lengths = np.linalg.norm(columns, axis=0)
    directions, sizes, _ = np.linalg.svd(columns[:, lengths > 0] / lengths[lengths > 0], full_matrices=False)
    return np.asarray(directions[:, sizes > _DIFFERENT * sizes.max(initial=0.0)])
