"""Fits Gaussian mixtures to weighed points: parts that lie apart are found first, then all are fitted together.

Covariances are drawn towards the identity, which is the covariance of failing runs in every direction that failure does
not depend on, as if a few runs more had said so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray, IntArray
from proofmark_reliability.densities import log_sum
from proofmark_reliability.quadratics import log_coefficients, monomials

MOST_CLUSTERS = 12
"""In a group, before any are merged."""
_LLOYD_ROUNDS = 3
_EM_ROUNDS = 4
_LEAST_SHARE = 1e-3
"""Of the weight; components with less are dropped."""
_SMALLEST_VARIANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Components:
    """A Gaussian mixture in r dimensions."""

    shares: FloatArray
    """(k,)"""
    means: FloatArray
    """(k, r)"""
    covariances: FloatArray
    """(k, r, r)"""

    def coefficients(self) -> FloatArray:
        """Return the (k, 1 + r + r * r) coefficients of the log densities, shares included, but for those of 2 pi."""
        levels = np.log(self.shares) - 0.5 * np.linalg.slogdet(self.covariances)[1]
        return log_coefficients(np.asarray(levels), self.means, np.asarray(np.linalg.inv(self.covariances)))


def effective(weights: FloatArray) -> float:
    """Return how many equally weighed points would tell as much (Kish's effective size)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def truncated(weights: FloatArray, least: float) -> FloatArray:
    """Return weights that add up to one, the greatest of them cut until all are worth `least` equal ones.

    Half their number is enough where `least` is more.

    References
    ----------
    Ionides (2008), Journal of Computational and Graphical Statistics 17(2): truncated importance sampling.
    """
    least = min(least, 0.5 * float(np.count_nonzero(weights)))
    weights = weights / weights.sum()
    while effective(weights) < least:
        weights = np.minimum(weights, 0.8 * weights.max())
        weights = weights / weights.sum()
    return np.asarray(weights)


def fit_mixture(points: FloatArray, weights: FloatArray, groups: Sequence[FloatArray]) -> Components:
    """Fit a mixture by expectation and maximisation, started from the parts into which the groups fall.

    Parameters
    ----------
    points : (n, r) float array
    weights : (n,) float array, adding up to one
    groups : (n,) float arrays
        Parts of the weights that are told apart from the first.
    """
    # a region that few runs have reached counts for more here: what matters is that it is there
    evened = np.sqrt(np.stack(groups))
    evened /= evened.sum()
    terms = monomials(points)
    parts = np.concatenate([_apart(points, terms, group, effective(evened.sum(axis=0))) for group in evened])
    runs = effective(weights)
    components = _components(_Moments.of(terms, parts), runs)
    for _ in range(_EM_ROUNDS if len(parts) > 1 else 1):
        logs = components.coefficients() @ terms
        components = _components(_Moments.of(terms, np.exp(logs - log_sum(logs)) * weights), runs)
    return components


@dataclass(frozen=True, eq=False)
class _Moments:
    """Weighed sums over parts; those of two parts add up to that of both."""

    masses: FloatArray
    """(k,)"""
    firsts: FloatArray
    """(k, r)"""
    seconds: FloatArray
    """(k, r, r)"""

    @classmethod
    def of(cls, terms: FloatArray, parts: FloatArray) -> "_Moments":
        sums = parts @ terms.T
        dimensions = isqrt(sums.shape[1] - 1)
        firsts, seconds = sums[:, 1 : 1 + dimensions], sums[:, 1 + dimensions :]
        return cls(sums[:, 0], firsts, seconds.reshape(len(parts), dimensions, dimensions))

    def __getitem__(self, rows: IntArray | BoolArray | list[int]) -> "_Moments":
        return _Moments(self.masses[rows], self.firsts[rows], self.seconds[rows])

    def __add__(self, other: "_Moments") -> "_Moments":
        return _Moments(self.masses + other.masses, self.firsts + other.firsts, self.seconds + other.seconds)

    def merge(self, into: int, gone: int) -> None:
        for sums in (self.masses, self.firsts, self.seconds):
            sums[into] += sums[gone]
            sums[gone] = 0

    def scatter(self) -> FloatArray:
        means = self.firsts / self.masses[:, np.newaxis]
        spreads = self.seconds / self.masses[:, np.newaxis, np.newaxis]
        return np.asarray(spreads - means[:, :, np.newaxis] * means[:, np.newaxis])


def _components(moments: _Moments, runs: float) -> Components:
    """Return the components of the parts, but for those that have next to no mass."""
    kept = moments[moments.masses > _LEAST_SHARE * moments.masses.sum()]
    shares = kept.masses / kept.masses.sum()
    return Components(
        shares, kept.firsts / kept.masses[:, np.newaxis], _drawn_to_identity(kept.scatter(), runs * shares)
    )


def _drawn_to_identity(scatter: FloatArray, runs: FloatArray) -> FloatArray:
    dimensions = scatter.shape[1]
    prior, identity = 0.5 * (dimensions + 2), np.eye(dimensions)
    known = runs[:, np.newaxis, np.newaxis]
    return np.asarray((known * scatter + prior * identity) / (known + prior) + _SMALLEST_VARIANCE * identity)


def _log_likelihoods(moments: _Moments, runs: float) -> FloatArray:
    """Return the (k,) log likelihoods of the parts, each under the component fitted to it."""
    scatter, known = moments.scatter(), runs * moments.masses
    covariances = _drawn_to_identity(scatter, known)
    logs = np.linalg.slogdet(covariances)[1]
    traces = np.einsum("kij,kji->k", np.linalg.inv(covariances), scatter)
    return np.asarray(known * (np.log(moments.masses) - 0.5 * (logs + traces)))


def _apart(points: FloatArray, terms: FloatArray, weights: FloatArray, runs: float) -> FloatArray:
    """Return the (k, n) parts of a group that lie apart.

    Many clusters are merged two at a time, those first that lose the least likelihood, until a merger would lose more
    than a component costs: Akaike's one for each number, here a mean and a share.

    References
    ----------
    Fraley (1998), SIAM Journal on Scientific Computing 20(1): model-based hierarchical clustering.
    """
    parts = _clusters(points, weights)
    cost = points.shape[1] + 1.0
    moments = _Moments.of(terms, parts)
    alone = _log_likelihoods(moments, runs)
    lost = np.full((len(parts), len(parts)), np.inf)
    pairs = np.tril_indices(len(parts), -1)
    lost[pairs] = _lost(moments, alone, *pairs, runs)
    while lost.min(initial=np.inf) <= cost:
        into, gone = divmod(int(np.argmin(lost)), len(parts))
        alone[into] += alone[gone] - lost[into, gone]
        parts[into] += parts[gone]
        parts[gone] = 0
        moments.merge(into, gone)
        lost[gone], lost[:, gone], lost[into], lost[:, into] = np.inf, np.inf, np.inf, np.inf
        others = np.flatnonzero((moments.masses > 0) & (np.arange(len(parts)) != into))
        if len(others):
            lost[into, others] = _lost(moments, alone, np.full(len(others), into), others, runs)
    return parts[moments.masses > 0]


def _lost(moments: _Moments, alone: FloatArray, one: IntArray, other: IntArray, runs: float) -> FloatArray:
    """Return the log likelihood that is lost by merging each pair of parts."""
    return np.asarray(alone[one] + alone[other] - _log_likelihoods(moments[one] + moments[other], runs))


def _clusters(points: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the (k, n) weights of clusters, each about a centre that started far from the others."""
    emphasis = np.sqrt(weights)
    centres = [points[int(np.argmax(emphasis))]]
    nearest = ((points - centres[0]) ** 2).sum(axis=1)
    while len(centres) < MOST_CLUSTERS and (nearest * emphasis).any():
        centres.append(points[int(np.argmax(nearest * emphasis))])
        nearest = np.minimum(nearest, ((points - centres[-1]) ** 2).sum(axis=1))
    middles = np.array(centres)
    squared = (points**2).sum(axis=1)
    for _ in range(_LLOYD_ROUNDS):
        closest = (squared[:, np.newaxis] - 2 * points @ middles.T + (middles**2).sum(axis=1)).argmin(axis=1)
        clusters = (closest == np.arange(len(middles))[:, np.newaxis]) * weights
        clusters = clusters[clusters.any(axis=1)]
        middles = clusters @ points / clusters.sum(axis=1, keepdims=True)
    return np.asarray(clusters)
