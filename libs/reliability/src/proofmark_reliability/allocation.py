"""How often to draw from each part of a mixture, so that the weighed failing runs spread least.

References
----------
He & Owen (2014), Optimal mixture weights in multiple importance sampling: the variance is convex in the shares.
"""

from math import sqrt

import numpy as np

from proofmark_reliability.arrays import FloatArray

_ROUNDS = 30


def spread(ratios: FloatArray, masses: FloatArray) -> float:
    """Return the standard deviation of one weighed outcome over pf.

    Parameters
    ----------
    ratios : (n,) float array
        Density drawn from over the nominal one, at failing points.
    masses : (n,) float array
        Probability that each point stands for.
    """
    second = float((masses / ratios).sum()) / float(masses.sum()) ** 2
    return sqrt(max(1.0, second - 1))


def allocate(ratios: FloatArray, masses: FloatArray, least: FloatArray) -> FloatArray:
    """Return the (k,) shares of least variance.

    Parameters
    ----------
    ratios : (k, n) float array
        Density of each part over the nominal one, at failing points.
    masses : (n,) float array
        Probability that each point stands for.
    least : (k,) float array
        Shares to hold at least; their sum is below one.
    """
    free = np.full(len(least), 1 / len(least))
    for _ in range(_ROUNDS):
        drawn = (least + (1 - least.sum()) * free) @ ratios
        free = free * np.sqrt(ratios @ (masses / drawn**2))
        free /= free.sum()
    return np.asarray(least + (1 - least.sum()) * free)
