"""Gaussian copula: dependence between parameters, stated as correlation in standard-normal space."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import NotACorrelation, NotPositiveDefinite, WrongShape


def cholesky_factor(matrix: Sequence[Sequence[float]]) -> FloatArray:
    """Return the lower Cholesky factor of a correlation matrix.

    Raises
    ------
    NotACorrelation
        Not square, not symmetric, or a diagonal other than one.
    NotPositiveDefinite
        The correlations contradict each other, or one parameter repeats others.
    """
    correlation = np.asarray(matrix, dtype=np.float64)
    if correlation.ndim != 2 or correlation.shape[0] != correlation.shape[1]:
        raise NotACorrelation("a square matrix", f"shape {correlation.shape}")
    if not np.array_equal(np.diag(correlation), np.ones(len(correlation))):
        raise NotACorrelation("a diagonal of ones", f"{np.diag(correlation).tolist()}")
    if not np.array_equal(correlation, correlation.T):
        raise NotACorrelation("a symmetric matrix", "one that is not")
    try:
        return np.asarray(np.linalg.cholesky(correlation), dtype=np.float64)
    except np.linalg.LinAlgError as exc:
        raise NotPositiveDefinite(float(np.linalg.eigvalsh(correlation)[0])) from exc


def correlate(uniforms: FloatArray, matrix: Sequence[Sequence[float]]) -> FloatArray:
    """Give independent uniforms the dependence of a Gaussian copula; each column stays uniform.

    The first column is unchanged; a Latin hypercube keeps its strata in that column only.

    Parameters
    ----------
    uniforms : (n, d) float array
        Independent, strictly between 0 and 1.
    matrix : (d, d)
        Correlation in standard-normal space, in the order of the columns.

    Returns
    -------
    (n, d) float array, strictly between 0 and 1. Above 8.2 standard deviations it saturates at 1 - 2**-53.

    References
    ----------
    Lebrun & Dutfoy (2009), Probabilistic Engineering Mechanics 24(3).
    """
    factor = cholesky_factor(matrix)
    if uniforms.shape[1:] != factor.shape[:1]:
        raise WrongShape("uniforms", (len(uniforms), len(factor)), uniforms.shape)
    scores = np.ascontiguousarray(ndtri(uniforms).T)
    correlated = uniforms.copy()
    for row in range(1, len(factor)):
        # summed in a fixed order, not by BLAS: the same vector must give the same bits in a chunk of any size
        score = factor[row, 0] * scores[0]
        for column in range(1, row + 1):
            if factor[row, column] != 0:
                score += factor[row, column] * scores[column]
        correlated[:, row] = np.clip(ndtr(score), np.finfo(np.float64).tiny, 1 - 2.0**-53)
    return correlated
