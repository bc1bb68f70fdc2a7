"""Densities in standard-normal space that runs are drawn from: normal densities and their mixtures.

A density makes points from uniform numbers, row by row, and tells the log density of any point.

A component's covariance is told by a few axes with deviations of their own and one deviation for all the directions
left. In few dimensions the axes are all there are, a full covariance; in hundreds they are the few directions in which
failures differ from other runs, and one number says whether they lie further out in the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, pi
from typing import TypeAlias

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import WrongShape
from proofmark_reliability.normals import to_normals
from proofmark_reliability.quadratics import log_coefficients, monomials

FEW_DIMENSIONS = 16
"""Up to which log densities are evaluated from monomials."""
DEFENSIVE_SHARE = 0.1
"""Of the nominal density in what final runs are drawn from: no weight can exceed its inverse."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A normal density."""

    mean: FloatArray
    """(d,)"""
    axes: FloatArray
    """(d, r), orthonormal columns."""
    deviations: FloatArray
    """(r,) standard deviations along the axes."""
    rest: float = 1.0
    """Standard deviation in every direction orthogonal to all axes."""

    @property
    def dimensions(self) -> int:
        return len(self.mean)

    @property
    def columns(self) -> int:
        """Uniform numbers that one point is made from."""
        return len(self.mean)

    def points(self, uniforms: FloatArray) -> FloatArray:
        """Return (n, d) points made from (n, columns) uniform numbers."""
        standard = to_normals(uniforms)
        along = (standard @ self.axes) * (self.deviations - self.rest)
        return np.asarray(self.mean + self.rest * standard + along @ self.axes.T)

    def log_density(self, points: FloatArray) -> FloatArray:
        """Return the (n,) log density of (n, d) points."""
        offsets = points - self.mean
        along = (offsets @ self.axes) / self.deviations
        squared = np.einsum("nr,nr->n", along, along)
        if len(self.deviations) < self.dimensions:
            within = along * (self.deviations / self.rest)
            squared += np.einsum("nd,nd->n", offsets, offsets) / self.rest**2 - np.einsum("nr,nr->n", within, within)
        return np.asarray(self.log_peak - 0.5 * squared)

    @property
    def precision(self) -> FloatArray:
        """(d, d) inverse of the covariance."""
        excess = self.deviations**-2 - self.rest**-2
        return np.asarray(np.eye(self.dimensions) / self.rest**2 + (self.axes * excess) @ self.axes.T)

    def stretched(self, times: float) -> "Gaussian":
        """Return the density with greater deviations along its axes."""
        return Gaussian(self.mean, self.axes, self.deviations * times, self.rest)

    @cached_property
    def log_peak(self) -> float:
        """Log density at the mean."""
        dimensions, axes = self.axes.shape
        spread = float(np.log(self.deviations).sum()) + (dimensions - axes) * log(self.rest)
        return float(-0.5 * dimensions * log(2 * pi) - spread)


def isotropic(dimensions: int, deviation: float = 1.0) -> Gaussian:
    """Return the normal density about the origin with one deviation in all directions; 1 is the nominal density."""
    return Gaussian(np.zeros(dimensions), np.empty((dimensions, 0)), np.empty(0), deviation)


@dataclass(frozen=True, eq=False)
class Mixture:
    """Normal densities, each drawn from with its own probability."""

    shares: FloatArray
    """(k,), positive; their sum is one."""
    parts: tuple[Gaussian, ...]

    def __post_init__(self) -> None:
        if self.shares.shape != (len(self.parts),):
            raise WrongShape("shares of a mixture", (len(self.parts),), self.shares.shape)

    @property
    def dimensions(self) -> int:
        return self.parts[0].dimensions

    @property
    def columns(self) -> int:
        return 1 + self.dimensions

    def points(self, uniforms: FloatArray) -> FloatArray:
        chosen = np.searchsorted(np.cumsum(self.shares[:-1]), uniforms[:, 0], side="right")
        points = np.empty((len(uniforms), self.dimensions))
        for index, part in enumerate(self.parts):
            rows = np.flatnonzero(chosen == index)
            points[rows] = part.points(uniforms[rows, 1:])
        return points

    def log_density(self, points: FloatArray) -> FloatArray:
        return log_sum(self.log_densities(points))

    def log_densities(self, points: FloatArray) -> FloatArray:
        """Return the (k, n) log densities of the parts, each with its share."""
        if self.dimensions > FEW_DIMENSIONS:
            logs = np.stack([part.log_density(points) for part in self.parts])
            return np.asarray(logs + np.log(self.shares)[:, np.newaxis])
        return np.asarray(self._coefficients @ monomials(points))

    @cached_property
    def _coefficients(self) -> FloatArray:
        levels = np.log(self.shares) + np.array([part.log_peak for part in self.parts])
        means, precisions = (np.stack(each) for each in zip(*((p.mean, p.precision) for p in self.parts), strict=True))
        return log_coefficients(levels, means, precisions)


Density: TypeAlias = Gaussian | Mixture


def mixture(parts: Sequence[tuple[float, Density]]) -> Mixture:
    """Return the mixture of parts in these proportions; parts that are never drawn from are left out."""
    total = sum(often for often, _ in parts)
    leaves = [leaf for often, part in parts if often > 0 for leaf in _leaves(part, often / total)]
    return Mixture(np.array([share for share, _ in leaves]), tuple(leaf for _, leaf in leaves))


def _leaves(density: Density, share: float) -> list[tuple[float, Gaussian]]:
    if isinstance(density, Gaussian):
        return [(share, density)]
    return [(share * float(often), part) for often, part in zip(density.shares, density.parts, strict=True)]


def mixed(first: Density, second: Density, share: float) -> Mixture:
    """Return a density that draws from the second with the given probability, and from the first otherwise."""
    return mixture([(1 - share, first), (share, second)])


def defensive(density: Density) -> Mixture:
    """Return the density with a share of the nominal one, so that weights are bounded.

    References
    ----------
    Hesterberg (1995), Technometrics 37(2).
    """
    return mixed(density, isotropic(density.dimensions), DEFENSIVE_SHARE)


def log_sum(logs: FloatArray) -> FloatArray:
    """Return the (n,) logs of sums over the first axis of (k, n) logs."""
    largest = logs.max(axis=0)
    return np.asarray(largest + np.log(np.exp(logs - largest).sum(axis=0)))
