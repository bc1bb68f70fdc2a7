"""The search for a design point: the failing point nearest to the origin, from margins and their slopes.

Every step is told one margin where the search stands and one a small step along each parameter. It is Newton's for the
Lagrangian of the nearest point on the edge, whose Hessian is learnt on the way (sequential quadratic programming):
slopes alone (HL-RF) zigzag for ever where the edge bends more sharply than the sphere through it. A step that worsens a
merit is halved.

References
----------
Liu & Der Kiureghian (1991), Structural Safety 9(3): methods compared. Zhang & Der Kiureghian (1995), Reliability and
Optimization of Structural Systems: the merit.
"""

from dataclasses import dataclass, replace

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.design_points import DesignPoint

SLOPE_STEP = 0.02
FURTHEST = 7.5
"""Distance from the origin up to which uniform numbers tell a step from none."""
NEAR_EDGE = 0.01
"""Distance from the edge of failure, by the slope there, at which a search ends."""
LEAST_STEP = 0.002
STRAIGHT = 0.02
"""Distance from the steepest line through the origin, relative to that from the origin, at which it ends."""


@dataclass(frozen=True, eq=False)
class _Standing:
    """Where a search stood, and what it found there."""

    at: FloatArray
    margin: float
    slope: FloatArray

    @property
    def steepness(self) -> float:
        return float(np.linalg.norm(self.slope))

    @property
    def is_design_point(self) -> bool:
        outward = -self.slope / self.steepness
        aside = self.at - float(self.at @ outward) * outward
        distance = float(np.linalg.norm(aside)) / max(1.0, float(np.linalg.norm(self.at)))
        return abs(self.margin) <= NEAR_EDGE * self.steepness and distance <= STRAIGHT

    @property
    def multiplier(self) -> float:
        """Of the margin, in the Lagrangian of the nearest failing point to the origin."""
        return -float(self.at @ self.slope) / self.steepness**2

    def improved(self, hessian: FloatArray) -> FloatArray:
        """Return where the linearised margin is zero and the Lagrangian, its Hessian given, least."""
        towards = np.linalg.solve(hessian, np.column_stack((self.at, self.slope)))
        multiplier = (self.margin - float(self.slope @ towards[:, 0])) / float(self.slope @ towards[:, 1])
        point = self.at - towards @ (1.0, multiplier)
        return np.asarray(point * min(1.0, FURTHEST / max(float(np.linalg.norm(point)), FURTHEST)))

    def hessian_after(self, before: "_Standing", hessian: FloatArray) -> FloatArray:
        """Return the Hessian of the Lagrangian, updated by a step and kept positive definite (damped BFGS).

        References
        ----------
        Powell (1978), Numerical Analysis, Lecture Notes in Mathematics 630.
        """
        step = self.at - before.at
        change = step + self.multiplier * (self.slope - before.slope)
        along = hessian @ step
        curvature = float(step @ along)
        if float(step @ change) < 0.2 * curvature:
            damping = 0.8 * curvature / (curvature - float(step @ change))
            change = damping * change + (1 - damping) * along
        return hessian + np.outer(change, change) / float(step @ change) - np.outer(along, along) / curvature

    def is_better_than(self, other: "_Standing") -> bool:
        """By a merit of which the design point is a minimum, weighed as the other standing asks."""
        penalty = 2 * max(1.0, float(np.linalg.norm(other.at))) / other.steepness

        def merit(standing: _Standing) -> float:
            return 0.5 * float(standing.at @ standing.at) + penalty * abs(standing.margin)

        return merit(self) < merit(other)


@dataclass(frozen=True, eq=False)
class Search:
    """Of one requirement, from one start."""

    requirement: int
    at: FloatArray
    """Where it asks for runs."""
    hessian: FloatArray
    before: _Standing | None = None
    found: DesignPoint | None = None
    lost: bool = False

    @property
    def is_over(self) -> bool:
        return self.lost or self.found is not None

    def told(self, margins: FloatArray) -> "Search":
        """Return the search after (1 + d) margins: where it stands, and a step along each parameter."""
        slope = (margins[1:] - margins[0]) / SLOPE_STEP
        if not np.isfinite(margins).all() or not slope.any():
            return self._back() if self.before is not None else replace(self, lost=True)
        standing = _Standing(self.at, float(margins[0]), slope)
        if standing.is_design_point:
            return replace(self, found=_design_point(self.requirement, standing))
        hessian = self.hessian
        if self.before is not None:
            hessian = standing.hessian_after(self.before, hessian)
            if not standing.is_better_than(self.before):
                return replace(self, hessian=hessian)._back()
        return replace(self, before=standing, hessian=hessian)._towards(standing.improved(hessian))

    def _back(self) -> "Search":
        """Halve the last step."""
        assert self.before is not None
        return self._towards((self.at + self.before.at) / 2)

    def _towards(self, point: FloatArray) -> "Search":
        """Go there; lost if that is where it stood already."""
        assert self.before is not None
        nowhere = float(np.linalg.norm(point - self.before.at)) < LEAST_STEP
        return replace(self, at=point, lost=nowhere)


def _design_point(requirement: int, standing: _Standing) -> DesignPoint:
    outward = -standing.slope / standing.steepness
    beta = float(standing.at @ outward) + standing.margin / standing.steepness
    return DesignPoint(requirement, standing.at, outward, beta, np.empty(0))
