"""Log densities of many normal laws at many points, by one matrix product.

A log density is quadratic in its point, so it is linear in the point's monomials: one, the coordinates, their products.
Weighed sums of monomials are the moments that such a law is fitted by. In few dimensions this is several times faster
than to whiten the points for each law; in many, products are too many.
"""

import numpy as np

from proofmark_reliability.arrays import FloatArray


def monomials(points: FloatArray) -> FloatArray:
    """Return ones, coordinates and all their products, (1 + d + d * d, n), of (n, d) points."""
    runs, dimensions = points.shape
    products = points.T[:, np.newaxis] * points.T
    return np.concatenate((np.ones((1, runs)), points.T, products.reshape(dimensions**2, runs)))


def log_coefficients(levels: FloatArray, means: FloatArray, precisions: FloatArray) -> FloatArray:
    """Return what the monomials are multiplied by, (k, 1 + d + d * d).

    Parameters
    ----------
    levels : (k,) float array
        Log densities at the means.
    means : (k, d) float array
    precisions : (k, d, d) float array
        Inverse covariances.
    """
    laws, dimensions = means.shape
    slopes = np.einsum("kij,kj->ki", precisions, means)
    constants = levels - 0.5 * np.einsum("ki,ki->k", slopes, means)
    return np.hstack((constants[:, np.newaxis], slopes, -0.5 * precisions.reshape(laws, dimensions**2)))
