"""Kolmogorov-Smirnov distances between failed and safe runs, one parameter at a time."""

import numpy as np

from proofmark_reliability.arrays import FloatArray, IntArray

_CHANCE = np.pi**2 / 12
"""Mean of the squared distance without any effect, times the effective number of runs (of Kolmogorov's law)."""


def distance_effects(failed: FloatArray, safe: FloatArray, resamples: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return each parameter's squared distance beyond what chance gives, at least zero; and those of the resamples.

    Parameters
    ----------
    failed, safe : (f, d), (s, d) float arrays
        The parameters of failed and of safe runs.
    resamples : (b, f) int array
        How often each resample holds each failed run.

    Returns
    -------
    (d,), (b, d) float arrays

    References
    ----------
    Spear & Hornberger (1980), Water Research 14(1): regional sensitivity analysis.
    """
    once = np.ones((1, len(failed)), dtype=np.int64)
    chance = _CHANCE * (1 / len(failed) + 1 / len(safe))
    found = squared_distances(failed, safe, once)[0] - chance
    # a resample departs from the sample by as much again as the failed runs of the sample do from their law
    resampled = squared_distances(failed, safe, resamples) - chance - _CHANCE / len(failed)
    return np.maximum(found, 0), np.maximum(resampled, 0)


def squared_distances(failed: FloatArray, safe: FloatArray, weights: IntArray) -> FloatArray:
    """Return squared two-sample distances, where failed runs occur `weights` times.

    Parameters
    ----------
    failed, safe : (f, d), (s, d) float arrays
    weights : (b, f) int array
        Every row sums to f.

    Returns
    -------
    (b, d) float array
    """
    runs, dimensions = failed.shape
    squared = np.empty((len(weights), dimensions))
    for parameter in range(dimensions):
        order = np.argsort(failed[:, parameter], kind="stable")
        values, ordered = failed[order, parameter], np.sort(safe[:, parameter])
        jumps = weights[:, order] / runs
        after = np.cumsum(jumps, axis=1)
        above = after - np.searchsorted(ordered, values, side="right") / len(ordered)
        below = np.searchsorted(ordered, values, side="left") / len(ordered) - (after - jumps)
        squared[:, parameter] = np.maximum(above.max(axis=1), below.max(axis=1)) ** 2
    return squared
