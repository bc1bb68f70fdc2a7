"""Linear systems, one for each vector: exact steps by the matrix exponential, without a BLAS in sight.

Sums run in a stated order and every operation is elementwise over the vectors, so that the bits depend neither on the
library of linear algebra nor on how vectors are grouped.
"""

import numpy as np

from proofmark_cosim.component import FloatArray

TERMS = 18
"""Of the Taylor series: 0.5^19 / 19! is below 1e-22."""


def discretised(a: FloatArray, b: FloatArray, step_s: float) -> tuple[FloatArray, FloatArray]:
    """The exact step of dx/dt = a x + b u with u held.

    Parameters
    ----------
    a : (n, k, k) float array
    b : (n, k, m) float array

    Returns
    -------
    (n, k, k) and (n, k, m) float arrays

    References
    ----------
    Van Loan (1978), Computing integrals involving the matrix exponential, IEEE Trans. Automat. Contr. 23(3).
    """
    n, k, m = b.shape
    joint = np.zeros((n, k + m, k + m))
    joint[:, :k, :k], joint[:, :k, k:] = a * step_s, b * step_s
    step = exponential(joint)
    return step[:, :k, :k], step[:, :k, k:]


def exponential(a: FloatArray) -> FloatArray:
    """The exponential of each of (n, k, k) matrices, by scaling and squaring of its Taylor series."""
    norm = np.abs(a).sum(axis=-1).max(axis=-1)
    # frexp: norm = m 2^e with m < 1, so that norm / 2^(e + 1) < 0.5
    halvings = np.maximum(np.frexp(norm)[1] + 1, 0)
    scaled = np.ldexp(a, -halvings[:, None, None])
    result = np.eye(a.shape[-1]) + np.zeros_like(a)
    for term in range(TERMS, 0, -1):
        result = np.eye(a.shape[-1]) + product(scaled, result) / term
    for squaring in range(int(halvings.max(initial=0))):
        result = np.where((squaring < halvings)[:, None, None], product(result, result), result)
    return result


def product(a: FloatArray, b: FloatArray) -> FloatArray:
    """The product of each pair of (n, k, k) matrices."""
    result = a[:, :, :1] * b[:, :1, :]
    for inner in range(1, a.shape[-1]):
        result = result + a[:, :, inner : inner + 1] * b[:, inner : inner + 1, :]
    return result
