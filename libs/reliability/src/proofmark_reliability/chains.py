"""Markov chains below a level of the limit state, many and short, and the plain runs that they descend from.

A chain moves from u to sqrt(1 - s**2) u + s z, z standard normal, which leaves the standard-normal density unchanged in
any number of dimensions; it stays where it is unless the new point has an answer, and that lies below the level. All
chains move at once, by the same step s.

However runs are correlated, chains that descend from different plain runs are nearly independent. So each carries the
plain run that it descends from, its family, and the error of an estimate is the spread between families.

References
----------
Au & Beck (2001), Probabilistic Engineering Mechanics 16(4): chains below levels. Papaioannou, Betz, Zwirglmaier &
Straub (2015), ibid. 41: this move and its adaptation. Lee & Whiteley (2018), Biometrika 105(3): variance from families.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.special import log_ndtr, ndtri

from proofmark_reliability.arrays import BoolArray, FloatArray, IntArray

SHARE = 0.5
"""Of the runs of a level, those that the next begins at. With a third, 1e-5 took eleven rounds, not seventeen, but the
 error for as many runs was a tenth to a third larger."""
FIRST_STEP = 0.6
SMALLEST_STEP = 0.02
AIMED_ACCEPTANCE = 0.44
FURTHEST = 40.0
"""Standard deviations: no failure further out is foreseen."""


@dataclass(frozen=True, eq=False)
class Chains:
    """Where chains stand: points distributed as the parameters are, below a level."""

    normals: FloatArray
    """(n, d)"""
    values: FloatArray
    """(n,) limit state; infinite where a run has no answer."""
    families: IntArray
    """(n,) the plain run that each descends from."""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def failing(self) -> "Chains":
        return self._those(self.values < 0)

    def below(self, level: float) -> "Chains":
        return self._those(self.values < level)

    def joined(self, others: "Chains") -> "Chains":
        return Chains(
            np.concatenate((self.normals, others.normals)),
            np.concatenate((self.values, others.values)),
            np.concatenate((self.families, others.families)),
        )

    def repeated(self, count: int) -> "Chains":
        """Return `count` chains that begin where these stand, as many at each as at any other, give or take one."""
        return self._those(np.arange(count) * len(self) // count)

    def proposed(self, step: float, standard: FloatArray) -> FloatArray:
        """Return where (n, d) standard-normal draws would take the chains."""
        return np.asarray(sqrt(1 - step**2) * self.normals + step * standard)

    def moved(self, normals: FloatArray, values: FloatArray, level: float) -> tuple["Chains", float]:
        """Return the chains after proposals and their values, and the share of proposals that were accepted."""
        accepted = values < level
        moved = Chains(
            np.where(accepted[:, np.newaxis], normals, self.normals),
            np.where(accepted, values, self.values),
            self.families,
        )
        return moved, float(accepted.mean())

    def _those(self, which: BoolArray | IntArray) -> "Chains":
        return Chains(self.normals[which], self.values[which], self.families[which])


def next_level(values: FloatArray) -> float:
    """Return the limit state that half of the runs are below; where none is, the next greater one.

    It is that of the best run left behind, so that the share of the others estimates without bias (Cérou, Del Moral,
    Furon & Guyader 2012, Statistics and Computing 22). Negative once more than half of the runs fail.
    """
    ordered = np.sort(values)
    level = float(ordered[int(len(values) * SHARE)])
    if level < 0 or level > ordered[0]:
        return level
    greater = ordered[ordered > level]
    return float(greater[0]) if len(greater) else level


def levels_left(earlier: tuple[float, float], now: tuple[float, float]) -> float:
    """Return how many levels are to come, from two that were reached: each its probability, and its limit state.

    The limit state is taken to be linear in the normal quantile of the probability that it is below.
    """
    reached, before = -ndtri(now[0]), -ndtri(earlier[0])
    furthest = min(FURTHEST, reached + now[1] * (reached - before) / (earlier[1] - now[1]))
    return float((log_ndtr(-furthest) - log(now[0])) / log(SHARE))


def adapted(step: float, acceptance: float) -> float:
    """Return a shorter step where too few moves were accepted, a longer one where too many were."""
    return min(1.0, max(SMALLEST_STEP, step * exp(acceptance - AIMED_ACCEPTANCE)))


def effective_families(families: IntArray) -> float:
    """Return how many families of equal size would be spread as much."""
    sizes = np.bincount(families)
    return float(len(families) ** 2 / (sizes**2).sum())


def family_error(families: IntArray, roots: int) -> float:
    """Return the relative standard error of the number of chains, from how it is spread over so many roots.

    A spread between few families is itself uncertain: its variance is widened to that of Student's law with half as
    many degrees of freedom as there are families, 1 + 4 v to first order.
    """
    variance = max(0.0, 1 / effective_families(families) - 1 / roots)
    return sqrt(variance * (1 + 4 * variance))
