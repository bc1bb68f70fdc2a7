"""Mean shifts between failed and safe runs, one parameter at a time."""

from math import sqrt

import numpy as np
from scipy.special import ndtr

from proofmark_reliability.arrays import FloatArray, IntArray
from proofmark_reliability.weights import effective


def shift_effects(
    failed: FloatArray, safe: FloatArray, resamples: IntArray, failed_weights: FloatArray, safe_weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return each parameter's squared mean shift beyond what chance gives, at least zero; and those of the resamples.

    Where the margin is linear in standard-normal parameters they are proportional to the squared importance factors.

    Parameters
    ----------
    failed, safe : (f, d), (s, d) float arrays
        The parameters of failed and of safe runs, standardised.
    resamples : (b, f) int array
        How often each resample holds each failed run.
    failed_weights, safe_weights : (f,), (s,) float arrays
        How much each run counts, > 0.

    Returns
    -------
    (d,), (b, d) float arrays
    """
    failures = effective(failed_weights)
    chance = 1 / failures + 1 / effective(safe_weights)
    typical = np.average(safe, axis=0, weights=safe_weights)
    found = (np.average(failed, axis=0, weights=failed_weights) - typical) ** 2 - chance
    counted = resamples * failed_weights
    means = (counted @ failed) / counted.sum(axis=1, keepdims=True)
    # a resample departs from the sample by as much again as the failed runs of the sample do from their law
    resampled = (means - typical) ** 2 - chance - 1 / failures
    return np.maximum(found, 0), np.maximum(resampled, 0)


def shift_by_chance(effect: float, runs: float) -> float:
    """Return the probability of such an effect or a larger one without any difference, one parameter alone.

    Parameters
    ----------
    effect : float
        See `shift_effects`.
    runs : float
        1 / (1 / f + 1 / s), each the effective number.
    """
    return 2 * float(ndtr(-sqrt(runs * effect + 1)))
