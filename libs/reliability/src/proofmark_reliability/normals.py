"""Standard-normal space: random points addressed by (seed, batch, vector), and the way to the unit cube and back.

Every draw is an inverse cumulative distribution of a uniform number that has an address of its own. Nothing is
rejected, so a vector's point depends on no other vector.
"""

from math import log, pi

import numpy as np
from scipy.special import ndtr, ndtri

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.designs import monte_carlo

FURTHEST = 8.2
"""Standard deviations beyond which a uniform number in double precision can no longer tell points apart."""


def addressed_uniforms(seed: int, batch: int, vectors: int, columns: int) -> FloatArray:
    """Return the uniform numbers that the vectors of a batch are made from.

    Returns
    -------
    (vectors, columns) float array, every number strictly between 0 and 1.
    """
    return monte_carlo(seed, batch, 0, vectors, columns)


def to_normals(uniforms: FloatArray) -> FloatArray:
    """Return standard-normal points of any shape from uniform ones."""
    return np.asarray(ndtri(uniforms))


def to_uniforms(normals: FloatArray) -> FloatArray:
    """Return points strictly inside the unit cube; coordinates beyond `FURTHEST` are moved to it."""
    return np.asarray(ndtr(np.clip(normals, -FURTHEST, FURTHEST)))


def log_nominal(normals: FloatArray) -> FloatArray:
    """Return the log density of (n, d) standard-normal points."""
    squared = np.einsum("nd,nd->n", normals, normals)
    return np.asarray(-0.5 * (squared + normals.shape[1] * log(2 * pi)))
