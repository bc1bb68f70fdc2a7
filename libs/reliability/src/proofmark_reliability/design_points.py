"""Design points: where failure is most probable, what each parameter contributes there, and the probability it implies.

Each is a tangent half-space of the failure region; curvatures of its edge correct the half-space's probability. Several
of them make a union of half-spaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, pi

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from proofmark_reliability.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class DesignPoint:
    """The most probable failing point of one requirement, as far as a search found it."""

    requirement: int
    normals: FloatArray
    """(d,) In standard-normal space, on the edge of failure."""
    outward: FloatArray
    """(d,) Unit vector in which the margin falls fastest."""
    beta: float
    """Reliability index: distance of the tangent half-space from the origin, negative if that fails."""
    curvatures: FloatArray
    """(d - 1,) principal curvatures of the edge, positive where it bends away from the origin; empty if not known."""

    @property
    def factors(self) -> FloatArray:
        """(d,) Importance of each parameter, adding up to one: its share in the variance of the linearised margin."""
        return np.asarray(self.outward**2)

    @cached_property
    def correction(self) -> float:
        """What curvatures make of the half-space's probability; 1 if they are not known, or too great to tell.

        References
        ----------
        Hohenbichler & Rackwitz (1988), Journal of Engineering Mechanics 114(12); of great beta Breitung's (1984), ibid.
        110(3).
        """
        hazard = exp(-0.5 * self.beta**2 - 0.5 * log(2 * pi) - float(log_ndtr(-self.beta)))
        bent = 1 + hazard * self.curvatures
        return float(bent.prod() ** -0.5) if (bent > 0).all() else 1.0

    @property
    def pf(self) -> float:
        return float(ndtr(-self.beta)) * self.correction


def union(found: Sequence[DesignPoint], uniforms: FloatArray) -> float:
    """Return the probability that any of the half-spaces holds, each corrected for its curvature.

    A half-space is drawn from in proportion to its probability and counts by one over the number of those that hold the
    point, so nothing is counted twice and the relative error is below that of a coin's.

    Parameters
    ----------
    found : design points
    uniforms : (n, 1 + d) float array

    References
    ----------
    Owen, Maximov & Chertkov (2019), Electronic Journal of Statistics 13(1): importance sampling the union.
    """
    betas, outward = np.array([point.beta for point in found]), np.stack([point.outward for point in found])
    plain = ndtr(-betas)
    normals = ndtri(uniforms[:, 1:])
    total = 0.0
    for index, point in enumerate(found):
        along = -ndtri(uniforms[:, 0] * plain[index])
        normals_there = normals + np.outer(along - normals @ outward[index], outward[index])
        holds = normals_there @ outward.T >= betas
        holds[:, index] = True
        total += point.pf * float((1 / holds.sum(axis=1)).mean())
    return min(total, 1.0)


def distinct(found: Sequence[DesignPoint], apart: float) -> list[DesignPoint]:
    """Return the design points, most probable first, without those near a more probable one of the same requirement."""
    kept: list[DesignPoint] = []
    for point in sorted(found, key=lambda one: one.beta):
        twins = (one for one in kept if one.requirement == point.requirement)
        if all(float(np.linalg.norm(one.normals - point.normals)) > apart for one in twins):
            kept.append(point)
    return kept
