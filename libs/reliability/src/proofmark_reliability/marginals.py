"""Marginal distributions: quantile functions, by the field names of the normalised spec.

Random numbers become quantities by inverse CDF alone. Near u = 1 everything is computed from 1 - u, which is exact in
floating point for u >= 1/2, so both tails are right to the rounding of the quantity itself.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import OutOfRange, UnknownName

Parameters: TypeAlias = Mapping[str, float | Sequence[float]]


def quantile(kind: str, parameters: Parameters, u: FloatArray) -> FloatArray:
    """Return the quantiles of a distribution.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    parameters : mapping
        By kind: normal, lognormal, gumbel (of maxima) {mean, std} of the variable itself; uniform {low, high};
        triangular {low, mode, high}; truncated-normal {mean, std, low, high}, mean and std before truncation;
        weibull {shape, scale}; exponential {rate}; beta {a, b, low, high}; discrete {values, weights}.
    u : (n,) float array
        Probabilities strictly between 0 and 1.

    Returns
    -------
    (n,) float array, in the unit of the parameters.

    Raises
    ------
    UnknownName
        No such distribution.
    OutOfRange
        The parameters describe no distribution.
    """
    if kind not in _QUANTILES:
        raise UnknownName("distribution", KINDS, kind)
    # one memory layout, so that the same numbers take the same vector instructions whatever they were cut from
    return _QUANTILES[kind](np.ascontiguousarray(u, dtype=np.float64), **parameters)


def _require(holds: bool, what: str, expected: str, got: float) -> None:
    if not holds:
        raise OutOfRange(what, expected, got)


def _normal(u: FloatArray, mean: float, std: float) -> FloatArray:
    _require(std > 0, "std of a normal", "> 0", std)
    return np.asarray(mean + std * ndtri(u))


def _lognormal(u: FloatArray, mean: float, std: float) -> FloatArray:
    _require(mean > 0, "mean of a lognormal", "> 0", mean)
    _require(std > 0, "std of a lognormal", "> 0", std)
    variance = np.log1p((std / mean) ** 2)
    return np.asarray(np.exp(np.log(mean) - variance / 2 + np.sqrt(variance) * ndtri(u)))


def _uniform(u: FloatArray, low: float, high: float) -> FloatArray:
    _require(high > low, "high of a uniform", f"> low = {low}", high)
    width = high - low
    return np.where(u < 0.5, low + width * u, high - width * (1 - u))


def _triangular(u: FloatArray, low: float, mode: float, high: float) -> FloatArray:
    _require(high > low, "high of a triangular", f"> low = {low}", high)
    _require(low <= mode <= high, "mode of a triangular", f"from {low} to {high}", mode)
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    return np.asarray(np.where(u * width < mode - low, rising, falling))


def _truncated_normal(u: FloatArray, mean: float, std: float, low: float, high: float) -> FloatArray:
    _require(std > 0, "std of a truncated normal", "> 0", std)
    _require(high > low, "high of a truncated normal", f"> low = {low}", high)
    start, end = (low - mean) / std, (high - mean) / std
    # each tail as a mixture of positive terms: nothing cancels, wherever the interval lies
    below = ndtr(start) * (1 - u) + ndtr(end) * u
    above = ndtr(-start) * (1 - u) + ndtr(-end) * u
    nearest = min(max(start, 0.0), end) if end >= 0 else end
    _require(ndtr(-abs(nearest)) > 0, "distance of a truncated normal from its mean", "< 37 std", abs(nearest))
    return np.asarray(np.clip(mean + std * np.where(below < above, ndtri(below), -ndtri(above)), low, high))


def _weibull(u: FloatArray, shape: float, scale: float) -> FloatArray:
    _require(shape > 0, "shape of a weibull", "> 0", shape)
    _require(scale > 0, "scale of a weibull", "> 0", scale)
    return np.asarray(scale * (-np.log1p(-u)) ** (1 / shape))


def _gumbel(u: FloatArray, mean: float, std: float) -> FloatArray:
    _require(std > 0, "std of a gumbel", "> 0", std)
    scale = std * np.sqrt(6) / np.pi
    return np.asarray(mean - scale * (np.euler_gamma + np.log(-np.log(u))))


def _exponential(u: FloatArray, rate: float) -> FloatArray:
    _require(rate > 0, "rate of an exponential", "> 0", rate)
    return np.asarray(-np.log1p(-u) / rate)


def _beta(u: FloatArray, a: float, b: float, low: float, high: float) -> FloatArray:
    _require(a > 0, "a of a beta", "> 0", a)
    _require(b > 0, "b of a beta", "> 0", b)
    _require(high > low, "high of a beta", f"> low = {low}", high)
    width, lower = high - low, u < 0.5
    quantiles = np.empty_like(u)
    quantiles[lower] = low + width * betaincinv(a, b, u[lower])
    quantiles[~lower] = high - width * betaincinv(b, a, 1 - u[~lower])
    return quantiles


def _discrete(u: FloatArray, values: Sequence[float], weights: Sequence[float]) -> FloatArray:
    _require(len(values) > 0, "number of values of a discrete", "> 0", len(values))
    _require(len(weights) == len(values), "number of weights of a discrete", f"{len(values)}", len(weights))
    _require(min(weights) > 0, "smallest weight of a discrete", "> 0", min(weights))
    order = np.argsort(values, kind="stable")
    steps = np.cumsum(np.asarray(weights, dtype=np.float64)[order])
    return np.asarray(values, dtype=np.float64)[order][np.searchsorted(steps[:-1] / steps[-1], u)]


_QUANTILES: dict[str, Callable[..., FloatArray]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "triangular": _triangular,
    "truncated-normal": _truncated_normal,
    "weibull": _weibull,
    "gumbel": _gumbel,
    "exponential": _exponential,
    "beta": _beta,
    "discrete": _discrete,
}
KINDS: tuple[str, ...] = tuple(_QUANTILES)
