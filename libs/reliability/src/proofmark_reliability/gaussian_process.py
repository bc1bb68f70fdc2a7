"""A Gaussian process through the values of one function: universal Kriging with a linear trend.

Each input has a length of its own. Lengths and nugget maximise the restricted likelihood, for a smooth kernel (squared
exponential) and for one with kinks (Matern 5/2); the likelier of the two is kept. A weak prior on the lengths keeps a
few values from being explained as noise. Everything is a function of the arguments alone: the search has fixed starts.

References
----------
Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, ch. 2 and 5. Dubrule (1983), Mathematical Geology
15(6): leaving one out. Harville (1977), JASA 72(358): the restricted likelihood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, sqrt
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.spatial.distance import cdist

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import TooFewSamples, WrongShape

Kernel: TypeAlias = Literal["squared-exponential", "matern-5/2"]
KERNELS: tuple[Kernel, ...] = get_args(Kernel)

SPARE_VALUES = 2
"""Values beyond the trend's coefficients that a fit needs."""
_LENGTHS = (0.05, 200.0)
_NUGGETS = (1e-10, 1e-1)
"""Relative to the process's variance; the least keeps its matrix positive definite in double precision."""
_FIRST_NUGGET = 1e-6
_PRIOR_SPREAD = 1.0
"""Standard deviation of the logarithm of a length."""
_LEAST_RESIDUAL = 1e-12
"""Of the values' squares: what a trend explains to the last digit leaves nothing to estimate a variance from."""
_ITERATIONS = 60
_NOT_POSITIVE_DEFINITE = 1e10


@dataclass(frozen=True, eq=False)
class Shape:
    """How a process bends, whatever its height."""

    kernel: Kernel
    lengths: FloatArray
    """(d,)"""
    nugget: float
    """Variance that no neighbour explains, relative to that of the process."""


@dataclass(frozen=True, eq=False)
class GaussianProcess:
    """What is known of a function from some of its values: a mean and a standard deviation everywhere."""

    points: FloatArray
    """(n, d)"""
    values: FloatArray
    """(n,)"""
    shape: Shape

    def predict(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of what a run at each of (m, d) points would give, both (m,)."""
        near, trend = self._near(points), _trend(points)
        mean = near @ self._solved.weights + trend @ self._solved.coefficients
        known, unsure = self._solved.whitened(near, trend)
        share = 1 - np.einsum("mn,mn->m", known, known) + np.einsum("mp,mp->m", unsure, unsure)
        return mean, np.sqrt(self.variance * (np.maximum(share, 0) + self.shape.nugget))

    def covariance(self, points: FloatArray, others: FloatArray) -> FloatArray:
        """Return the (m, k) covariance of runs at (m, d) points with runs at (k, d) others, their nuggets left out."""
        known, unsure = self._solved.whitened(self._near(points), _trend(points))
        known_there, unsure_there = self._solved.whitened(self._near(others), _trend(others))
        apart = _correlation(_squared_distances(points, others, self.shape.lengths), self.shape.kernel)
        return np.asarray(self.variance * (apart - known @ known_there.T + unsure @ unsure_there.T))

    @property
    def variance(self) -> float:
        return self._solved.residual / self.spare

    @property
    def spare(self) -> int:
        """Values beyond the trend's coefficients."""
        return self._solved.spare

    @cached_property
    def evidence(self) -> float:
        """Logarithm of the restricted likelihood and of the prior of the lengths, up to a constant."""
        return -_objective(self._solved, self.shape)[0] / 2

    @cached_property
    def left_out(self) -> FloatArray:
        """(n,) What is predicted for each point from all the others."""
        return np.asarray(self.values - self._solved.weights / np.diag(self._solved.precision))

    @cached_property
    def left_out_deviation(self) -> FloatArray:
        """(n,) Standard deviation of what is predicted for each point from all the others."""
        return np.sqrt(self.variance / np.diag(self._solved.precision))

    def _near(self, points: FloatArray) -> FloatArray:
        return _correlation(_squared_distances(points, self.points, self.shape.lengths), self.shape.kernel)

    @cached_property
    def _solved(self) -> "_Solved":
        return _solve(self.points, self.values, self.shape)


def fit(points: FloatArray, values: FloatArray, starts: Sequence[Shape] = ()) -> GaussianProcess:
    """Fit a process to a function's values.

    Parameters
    ----------
    points : (n, d) float array
        Inputs with a spread of about one, as standard-normal points have; n >= d + 3.
    values : (n,) float array
        Finite, in any unit.
    starts : shapes
        Where else to begin the search for the likeliest shape, such as that of an earlier fit.

    Raises
    ------
    WrongShape
        Not one value for each point.
    TooFewSamples
        Fewer values than the trend needs.
    """
    runs, dimensions = points.shape
    if values.shape != (runs,):
        raise WrongShape("values", (runs,), values.shape)
    if runs < least_values(dimensions):
        raise TooFewSamples("a Gaussian process with a linear trend", least_values(dimensions), runs)
    standard = (values - values.mean()) / (float(values.std()) or 1.0)
    typical = np.full(dimensions, _typical_length(dimensions))
    begun = (*(Shape(kernel, typical, _FIRST_NUGGET) for kernel in KERNELS), *starts)
    searched = [_likeliest(points, standard, start) for start in begun]
    return GaussianProcess(points, values, min(searched, key=lambda found: found[0])[1])


def least_values(dimensions: int) -> int:
    """Return the fewest values that a fit needs."""
    return dimensions + 1 + SPARE_VALUES


@dataclass(frozen=True, eq=False)
class _Solved:
    """The equations of universal Kriging, solved for one shape.

    With R the correlations, F the trend and R = L L', F' R^-1 F = C C': precision is R^-1 - R^-1 F (F' R^-1 F)^-1 F'
    R^-1, which no trend gets through.
    """

    squared_distances: FloatArray
    whitener: FloatArray
    """L^-1"""
    whitened_trend: FloatArray
    """L^-1 F"""
    trend_whitener: FloatArray
    """C^-1"""
    precision: FloatArray
    weights: FloatArray
    """precision @ values"""
    coefficients: FloatArray
    residual: float
    """values @ precision @ values"""
    log_determinants: float
    """Of R and of F' R^-1 F."""
    scaled: FloatArray
    """Points divided by the lengths."""

    @property
    def spare(self) -> int:
        return len(self.weights) - len(self.coefficients)

    def whitened(self, near: FloatArray, trend: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (m, n) and (m, p) roots of what lowers the variance and of what not knowing the trend adds to it."""
        known = near @ self.whitener.T
        return known, (trend - known @ self.whitened_trend) @ self.trend_whitener.T


def _solve(points: FloatArray, values: FloatArray, shape: Shape) -> _Solved:
    squared_distances = _squared_distances(points, points, shape.lengths)
    correlation = _correlation(squared_distances, shape.kernel)
    correlation[np.diag_indices_from(correlation)] += shape.nugget
    root = cholesky(correlation, lower=True)
    whitener = solve_triangular(root, np.eye(len(root)), lower=True)
    trend = whitener @ _trend(points)
    trend_root = cholesky(trend.T @ trend, lower=True)
    trend_whitener = solve_triangular(trend_root, np.eye(len(trend_root)), lower=True)
    explained = whitener.T @ (trend @ trend_whitener.T)
    precision = whitener.T @ whitener - explained @ explained.T
    level = values.mean()
    above = values - level
    weights = precision @ above
    coefficients = trend_whitener.T @ (explained.T @ above)
    coefficients[0] += level
    return _Solved(
        squared_distances,
        whitener,
        trend,
        trend_whitener,
        precision,
        weights,
        coefficients,
        residual=max(float(above @ weights), _LEAST_RESIDUAL * float(above @ above)) or 1.0,
        log_determinants=2 * float(np.log(np.diag(root)).sum() + np.log(np.diag(trend_root)).sum()),
        scaled=points / shape.lengths,
    )


def _likeliest(points: FloatArray, values: FloatArray, start: Shape) -> tuple[float, Shape]:
    """Return the least objective found from a start, and its shape."""

    def shape(logs: FloatArray) -> Shape:
        return Shape(start.kernel, np.exp(logs[:-1]), float(np.exp(logs[-1])))

    def objective(logs: FloatArray) -> tuple[float, FloatArray]:
        try:
            return _objective(_solve(points, values, shape(logs)), shape(logs))
        except np.linalg.LinAlgError:
            return _NOT_POSITIVE_DEFINITE, np.zeros_like(logs)

    from scipy.optimize import minimize

    found = minimize(
        objective,
        np.log([*start.lengths, start.nugget]),
        jac=True,
        method="L-BFGS-B",
        bounds=[*[np.log(_LENGTHS)] * points.shape[1], np.log(_NUGGETS)],
        options={"maxiter": _ITERATIONS},
    )
    return float(found.fun), shape(found.x)


def _objective(solved: _Solved, shape: Shape) -> tuple[float, FloatArray]:
    """Return minus twice the evidence, and its gradient by the logarithms of lengths and nugget."""
    departures = (np.log(shape.lengths) - log(_typical_length(len(shape.lengths)))) / _PRIOR_SPREAD
    value = (
        solved.spare * log(solved.residual / solved.spare) + solved.log_determinants + float(departures @ departures)
    )
    by_correlation = solved.precision - solved.spare / solved.residual * np.outer(solved.weights, solved.weights)
    pairs = by_correlation * _steepness(solved.squared_distances, shape.kernel)
    apart = solved.scaled**2 * pairs.sum(axis=1)[:, np.newaxis] - solved.scaled * (pairs @ solved.scaled)
    by_lengths = 2 * apart.sum(axis=0) + 2 * departures / _PRIOR_SPREAD
    return value, np.append(by_lengths, shape.nugget * np.trace(by_correlation))


def _typical_length(dimensions: int) -> float:
    """Standard-normal points lie about sqrt(2 d) apart."""
    return sqrt(3 * dimensions)


def _trend(points: FloatArray) -> FloatArray:
    return np.column_stack((np.ones(len(points)), points))


def _squared_distances(points: FloatArray, others: FloatArray, lengths: FloatArray) -> FloatArray:
    return np.asarray(cdist(points / lengths, others / lengths, "sqeuclidean"))


def _correlation(squared_distances: FloatArray, kernel: Kernel) -> FloatArray:
    if kernel == "squared-exponential":
        return np.exp(-0.5 * squared_distances)
    reach = np.sqrt(5 * squared_distances)
    return np.asarray((1 + reach + reach**2 / 3) * np.exp(-reach))


def _steepness(squared_distances: FloatArray, kernel: Kernel) -> FloatArray:
    """Return minus twice the derivative of the correlation by the squared distance."""
    if kernel == "squared-exponential":
        return np.exp(-0.5 * squared_distances)
    reach = np.sqrt(5 * squared_distances)
    return np.asarray(5 / 3 * (1 + reach) * np.exp(-reach))
