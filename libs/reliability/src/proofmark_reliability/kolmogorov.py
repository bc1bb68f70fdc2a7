"""Kolmogorov-Smirnov distances between failed and safe runs, one parameter at a time."""

from math import exp

import numpy as np

from proofmark_reliability.arrays import FloatArray, IntArray
from proofmark_reliability.weights import effective

_CHANCE = np.pi**2 / 12
"""Mean of the squared distance without any effect, times the effective number of runs (of Kolmogorov's law)."""


def distance_effects(
    failed: FloatArray,
    safe: FloatArray,
    resamples: IntArray,
    failed_weights: FloatArray | None = None,
    safe_weights: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return each parameter's squared distance beyond what chance gives, at least zero; and those of the resamples.

    Parameters
    ----------
    failed, safe : (f, d), (s, d) float arrays
        The parameters of failed and of safe runs.
    resamples : (b, f) int array
        How often each resample holds each failed run.
    failed_weights, safe_weights : (f,), (s,) float arrays, optional
        How much each run counts, > 0; all the same by default.

    Returns
    -------
    (d,), (b, d) float arrays

    References
    ----------
    Spear & Hornberger (1980), Water Research 14(1): regional sensitivity analysis.
    """
    failed_weights = np.ones(len(failed)) if failed_weights is None else failed_weights
    safe_weights = np.ones(len(safe)) if safe_weights is None else safe_weights
    failures = effective(failed_weights)
    chance = _CHANCE * (1 / failures + 1 / effective(safe_weights))
    found = squared_distances(failed, safe, failed_weights[np.newaxis], safe_weights)[0] - chance
    # a resample departs from the sample by as much again as the failed runs of the sample do from their law
    resampled = squared_distances(failed, safe, resamples * failed_weights, safe_weights) - chance - _CHANCE / failures
    return np.maximum(found, 0), np.maximum(resampled, 0)


def distance_by_chance(effect: float, runs: float) -> float:
    """Return the probability of such an effect or a larger one without any difference, one parameter alone.

    Parameters
    ----------
    effect : float
        See `distance_effects`.
    runs : float
        1 / (1 / f + 1 / s), each the effective number.
    """
    return 2 * exp(-2 * (runs * effect + _CHANCE))


def squared_distances(
    failed: FloatArray, safe: FloatArray, weights: IntArray | FloatArray, safe_weights: FloatArray | None = None
) -> FloatArray:
    """Return squared two-sample distances, where failed runs count `weights` times.

    Parameters
    ----------
    failed, safe : (f, d), (s, d) float arrays
    weights : (b, f) array
        Of each failed run; every row sums to more than zero.
    safe_weights : (s,) float array, optional
        Of each safe run; all the same by default.

    Returns
    -------
    (b, d) float array
    """
    dimensions = failed.shape[1]
    totals = weights.sum(axis=1, keepdims=True)
    safe_weights = np.ones(len(safe)) if safe_weights is None else safe_weights
    squared = np.empty((len(weights), dimensions))
    for parameter in range(dimensions):
        order, safe_order = (np.argsort(runs[:, parameter], kind="stable") for runs in (failed, safe))
        values, ordered = failed[order, parameter], safe[safe_order, parameter]
        reached = np.concatenate([[0.0], np.cumsum(safe_weights[safe_order])])
        reached /= reached[-1]
        jumps = weights[:, order] / totals
        after = np.cumsum(jumps, axis=1)
        above = after - reached[np.searchsorted(ordered, values, side="right")]
        below = reached[np.searchsorted(ordered, values, side="left")] - (after - jumps)
        squared[:, parameter] = np.maximum(above.max(axis=1), below.max(axis=1)) ** 2
    return squared
