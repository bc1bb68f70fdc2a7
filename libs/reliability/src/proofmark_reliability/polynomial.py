"""A polynomial surrogate of any degree, for margins that no quadratic predicts."""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb, sqrt

import numpy as np

from proofmark_reliability.arrays import FloatArray, IntArray
from proofmark_reliability.surrogate import least_squares


@dataclass(frozen=True)
class Polynomial:
    """Least-squares fit of one margin: a sum of products of Hermite polynomials."""

    degrees: IntArray
    """(terms, d) The degree of each term in each parameter."""
    coefficients: FloatArray
    """(terms,)"""
    left_out: FloatArray
    """(n,) See `surrogate.Surrogate`."""

    def changes(self, values: FloatArray, parameter: int, redraws: FloatArray) -> FloatArray:
        """See `surrogate.Surrogate`."""
        degree = int(self.degrees.max())
        others = self.degrees.copy()
        others[:, parameter] = 0
        terms = _terms(values, others) * self.coefficients
        of_degree = self.degrees[:, parameter] == np.arange(degree + 1)[:, np.newaxis]
        # the margin as a polynomial of this parameter alone, for each run
        along = terms @ of_degree.T
        before = np.einsum("nk,nk->n", along, _hermite(values[:, parameter], degree).T)
        return np.asarray(along @ _hermite(redraws, degree) - before[:, np.newaxis])


def terms(dimensions: int, degree: int) -> int:
    """Return how many terms a polynomial of a total degree has."""
    return comb(dimensions + degree, degree)


def fit_polynomial(values: FloatArray, margins: FloatArray, degree: int) -> Polynomial:
    """Fit a polynomial of a total degree, and predict each run from all the others.

    Parameters
    ----------
    values : (n, d) float array
        Parameters, each standardised; n well above `terms(d, degree)`.
    margins : (n,) float array
        Finite, in any unit.
    degree : int
        At least one.

    References
    ----------
    Xiu & Karniadakis (2002), SIAM J. Sci. Comput. 24(2): polynomial chaos.
    """
    dimensions = values.shape[1]
    degrees = np.zeros((terms(dimensions, degree), dimensions), dtype=np.int64)
    chosen = (among for total in range(degree + 1) for among in combinations_with_replacement(range(dimensions), total))
    for term, parameters in enumerate(chosen):
        np.add.at(degrees[term], list(parameters), 1)
    return Polynomial(degrees, *least_squares(_terms(values, degrees), margins))


def _terms(values: FloatArray, degrees: IntArray) -> FloatArray:
    """Return each term at each run, (n, terms)."""
    found = np.ones((len(values), len(degrees)))
    highest = int(degrees.max())
    for parameter, column in enumerate(values.T):
        powers = _hermite(column, highest)
        for term in np.flatnonzero(degrees[:, parameter]):
            found[:, term] *= powers[degrees[term, parameter]]
    return found


def _hermite(column: FloatArray, degree: int) -> FloatArray:
    """Return the Hermite polynomials up to a degree, normalised for a standard-normal column: (degree + 1, n)."""
    found = np.ones((degree + 1, len(column)))
    if degree:
        found[1] = column
    for order in range(1, degree):
        found[order + 1] = (column * found[order] - sqrt(order) * found[order - 1]) / sqrt(order + 1)
    return found
