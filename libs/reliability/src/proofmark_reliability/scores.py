"""Normal scores: columns of any law as if they were standard-normal."""

import numpy as np
from scipy.special import ndtri

from proofmark_reliability.arrays import FloatArray


def normal_scores(reference: FloatArray, weights: FloatArray, values: FloatArray) -> FloatArray:
    """Return the normal scores of values by the empirical law of reference runs, interpolated between these.

    Parameters
    ----------
    reference : (n, d) float array
    weights : (n,) float array
        How much each reference run counts, > 0.
    values : (m, d) float array
        Beyond the reference runs' values the outermost of their scores is returned.

    Returns
    -------
    (m, d) float array
    """
    scores = np.empty_like(values)
    for column in range(values.shape[1]):
        known, which = np.unique(reference[:, column], return_inverse=True)
        parts = np.bincount(which, weights)
        middles = np.cumsum(parts) - parts / 2
        scores[:, column] = np.interp(values[:, column], known, ndtri(middles / parts.sum()))
    return scores
