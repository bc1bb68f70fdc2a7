"""From weighed points to a density: which directions matter, how many regions there are, what chance alone explains.

Variances that differ by no more than chance are made equal. That is what makes a fit to a hundred points in ten
dimensions usable: its density errs in the few directions that matter, not in all of them.
"""

from math import sqrt
from typing import TypeAlias

import numpy as np

from proofmark_reliability.allocation import allocate, spread
from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.densities import DEFENSIVE_SHARE, Density, Gaussian, Mixture, isotropic, mixture
from proofmark_reliability.fitting import Components, effective, fit_mixture
from proofmark_reliability.normals import log_nominal
from proofmark_reliability.subspace import FULL, informed_axes, local_slopes, slope

Fit: TypeAlias = list[tuple[float, Gaussian]]
"""Gaussian components, each with its share."""

_NEGLIGIBLE = 1e-2
"""Of the weight: points that have less together are left out of a fit."""
_LEAST_GROUP = 0.01
"""Of the weight: a requirement with less has no part of its own."""
_WELL_KNOWN = 10
"""Runs a dimension from which a whole covariance is told from the identity; with fewer, its parts are."""
_BY_CHANCE = 1.5
"""Standard errors of one variance."""
_REST_RUNS = 5.0
"""As if so many runs more had said that nothing is unusual in the directions left."""
_FURTHER = 1.4
"""Times the deviations of a fit, in a second copy of it: tails that few points have shown."""
_FITTED, _FITTED_EACH, _FURTHER_EACH = 0.25, 0.2, 0.1
"""Least shares of a hardened density: of the fit in proportion to its components, and in equal parts to them, and to
their further copies."""
_LEAST_WIDE = 0.05
_WIDEST = 2.5
_NARROWEST = 0.2
"""Standard deviations of densities about the origin."""
_WIDE_DIMENSIONS = 25
"""Beyond which a wider density reaches no region before the plain runs do."""


def learn(normals: FloatArray, masses: FloatArray, margins: FloatArray, weights: FloatArray) -> Fit:
    """Return Gaussian components fitted to weighed runs.

    Parameters
    ----------
    normals : (n, d) float array
    masses : (n,) float array
        Probability that each run stands for.
    margins : (n, requirements) float array
        Runs at which the same requirement is worst belong together from the first.
    weights : (n,) float array, adding up to one
        What is fitted.
    """
    order = np.argsort(-weights, kind="stable")
    kept = order[: int(np.searchsorted(np.cumsum(weights[order]), 1 - _NEGLIGIBLE)) + 1]
    points, weights, worst = normals[kept], weights[kept] / weights[kept].sum(), margins[kept].argmin(axis=1)
    groups = [weights * (worst == column) for column in range(margins.shape[1])]
    groups = [group for group in groups if group.sum() > _LEAST_GROUP]
    dimensions = normals.shape[1]
    if dimensions <= FULL:
        return _lifted(fit_mixture(points, weights, groups), np.eye(dimensions), 1.0, effective(weights))
    slopes = np.column_stack([slope(normals, masses, column) for column in margins.T])
    axes = informed_axes(points, weights, groups, slopes)
    components = fit_mixture(points @ axes, weights, groups)
    local = local_slopes(normals, margins.min(axis=1), normals @ axes, components)
    if local.shape[1]:
        axes = informed_axes(points, weights, groups, np.hstack((slopes, local)))
        components = fit_mixture(points @ axes, weights, groups)
    return _lifted(components, axes, _rest(points, weights, axes), effective(weights))


def _rest(points: FloatArray, weights: FloatArray, axes: FloatArray) -> float:
    """Return the deviation in the directions that are left."""
    across = float(weights @ ((points**2).sum(axis=1) - ((points @ axes) ** 2).sum(axis=1)))
    runs = effective(weights)
    return sqrt((runs * across / (points.shape[1] - axes.shape[1]) + _REST_RUNS) / (runs + _REST_RUNS))


def _lifted(components: Components, axes: FloatArray, rest: float, runs: float) -> Fit:
    """Return the components in all dimensions."""
    fit = []
    for share, mean, covariance in zip(components.shares, components.means, components.covariances, strict=True):
        directions, variances = _told_apart(mean, covariance, runs * float(share))
        fit.append((float(share), Gaussian(axes @ mean, axes @ directions, np.sqrt(variances), rest)))
    return fit


def _told_apart(mean: FloatArray, covariance: FloatArray, runs: float) -> tuple[FloatArray, FloatArray]:
    """Return directions, and variances along them that are equal where chance explains the difference.

    The direction of the mean is asked for itself: it is where failure begins, and one number is known sooner than a
    whole covariance.
    """
    dimensions = len(mean)
    if dimensions < 2 or runs >= _WELL_KNOWN * dimensions or not mean.any():
        return _principal(covariance, runs)
    basis = _led_by(mean)
    outward, across = basis[:, :1], basis[:, 1:]
    along = float((outward.T @ covariance @ outward)[0, 0])
    if abs(along - 1) < _BY_CHANCE * sqrt(2 / runs):
        along = 1.0
    directions, variances = _principal(across.T @ covariance @ across, runs)
    return np.hstack((outward, across @ directions)), np.concatenate(([along], variances))


def _led_by(direction: FloatArray) -> FloatArray:
    """Return an orthonormal basis, the first of it along a direction: a Householder reflection."""
    mirror = direction / np.linalg.norm(direction)
    mirror[0] += np.copysign(1.0, mirror[0])
    return np.asarray(np.eye(len(mirror)) - np.outer(mirror, mirror / abs(mirror[0])))


def _principal(covariance: FloatArray, runs: float) -> tuple[FloatArray, FloatArray]:
    """Return principal directions and variances; those within the edges that chance gives are equal.

    References
    ----------
    Marchenko & Pastur (1967), Mathematics of the USSR-Sbornik 1(4): the edges (1 -+ sqrt(d / n))**2.
    """
    variances, directions = np.linalg.eigh(covariance)
    chance = sqrt(len(covariance) / runs)
    by_chance = (variances > (1 - min(chance, 1.0)) ** 2) & (variances < (1 + chance) ** 2)
    bulk = float(variances[by_chance].mean()) if by_chance.any() else 1.0
    return directions, np.where(by_chance, bulk, variances)


def wide(dimensions: int) -> Gaussian | None:
    """Return a density about the origin that reaches regions which no slope points to; None where none does.

    Its deviation is the greatest that leaves a half-space's weights a spread of no more than 5 across the half-space.
    """
    if dimensions > _WIDE_DIMENSIONS:
        return None
    excess = 25 ** (1 / max(dimensions - 1, 1)) - 1
    return isotropic(dimensions, min(_WIDEST, sqrt(1 + excess + sqrt(excess**2 + excess))))


def around(normals: FloatArray, weights: FloatArray) -> Gaussian:
    """Return the density about the origin that reaches as far as the weighed points do, on average."""
    dimensions = normals.shape[1]
    squared = float(weights @ (normals**2).sum(axis=1)) / float(weights.sum())
    return isotropic(dimensions, max(_NARROWEST, sqrt(squared / dimensions)))


def harden(fit: Fit, failing: FloatArray, masses: FloatArray) -> tuple[Mixture, float]:
    """Return the fit with heavier tails, drawn from as often as spreads the weights of failing runs least.

    Parameters
    ----------
    fit : Fit
    failing : (n, d) float array
        Points of failing runs.
    masses : (n,) float array
        Probability that each of them stands for.

    Returns
    -------
    Mixture
        To which the final stage adds the nominal density.
    float
        Expected standard deviation of one weighed outcome, divided by pf.
    """
    dimensions = failing.shape[1]
    least: list[tuple[float, Density]] = [
        *((_FITTED * share + _FITTED_EACH / len(fit), part) for share, part in fit),
        *((_FURTHER_EACH / len(fit), part.stretched(_FURTHER)) for _, part in fit),
        (0.0, around(failing, masses)),
    ]
    if widest := wide(dimensions):
        least.append((_LEAST_WIDE, widest))
    parts = [part for _, part in least]
    ratios = np.exp(
        np.stack([part.log_density(failing) for part in (*parts, isotropic(dimensions))]) - log_nominal(failing)
    )
    shares = allocate(ratios, masses, np.array([*(share for share, _ in least), DEFENSIVE_SHARE]))
    return mixture(list(zip(shares[:-1].tolist(), parts, strict=True))), spread(shares @ ratios, masses)
