"""Where emulated margins leave failure possible: a population there, however rare, and the density that aims at it."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.chains import FIRST_STEP, Chains, adapted, next_level
from proofmark_reliability.counters import WORDS_PER_COUNTER, Region, unit_interval, words
from proofmark_reliability.densities import Mixture, defensive
from proofmark_reliability.emulation import Emulators
from proofmark_reliability.learning import harden, learn
from proofmark_reliability.normals import log_nominal, to_normals

DEVIATIONS = 3.0
"""Below the mean at which a violation counts as possible."""
POPULATION = 1200
RAREST = 1e-16
"""Probability below which nothing is sought: no uniform number in double precision tells points there apart."""
MOVES = 3
"""Of all chains at each level."""
LAST_MOVES = 6
DRAWS = 3000
"""Emulated runs that a density is judged by."""


class Draws:
    """Uniform numbers for emulated runs: a stream for each use."""

    def __init__(self, seed: int, batch: int) -> None:
        self._seed, self._batch, self._stream = seed, batch, 0

    def uniforms(self, rows: int, columns: int) -> FloatArray:
        counters = -(-rows * columns // WORDS_PER_COUNTER)
        raw = words(self._seed, self._batch, 0, counters, Region.EMULATION, self._stream)
        self._stream += 1
        return unit_interval(raw.ravel()[: rows * columns]).reshape(rows, columns)

    def normals(self, rows: int, columns: int) -> FloatArray:
        return to_normals(self.uniforms(rows, columns))


def population(emulators: Emulators, dimensions: int, draws: Draws) -> FloatArray | None:
    """Return (n, d) points distributed as the parameters are where failure is possible; None where that is nowhere.

    Chains descend on the optimistic margin, as in subset simulation.
    """
    normals = draws.normals(POPULATION, dimensions)
    chains = Chains(normals, emulators.optimistic(normals, DEVIATIONS), np.arange(POPULATION))
    step, probability = FIRST_STEP, 1.0
    while probability > RAREST:
        level = max(0.0, next_level(chains.values))
        below = chains.below(level)
        probability *= len(below) / POPULATION
        chains = below.repeated(POPULATION)
        for _ in range(MOVES if level else LAST_MOVES):
            proposed = chains.proposed(step, draws.normals(POPULATION, dimensions))
            chains, acceptance = chains.moved(proposed, emulators.optimistic(proposed, DEVIATIONS), level)
            step = adapted(step, acceptance)
        if not level:
            return chains.normals
    return None


@dataclass(frozen=True, eq=False)
class Aim:
    """A density that draws where runs fail, and what emulated runs from it tell."""

    density: Mixture
    pf: float
    """As emulated."""
    unsure: float
    """Expected probability of runs that are emulated wrongly, divided by pf."""
    spread: float
    """Expected standard deviation of one weighed outcome, divided by pf, if the defensive share is added."""


def aim(emulators: Emulators, points: FloatArray, draws: Draws) -> Aim:
    """Return the density whose weighed runs are expected to spread least.

    With pi(u) the probability that a run at u fails, that is the nominal density times sqrt(pi). A mixture is fitted to
    it, and judged by emulated runs of its own.

    Parameters
    ----------
    points : (n, d) float array
        See `population`.

    References
    ----------
    Dubourg, Sudret & Deheeger (2013), Probabilistic Engineering Mechanics 33: metamodel-based importance sampling.
    """
    mean, deviation = emulators.predict(points)
    failing = emulators.failing(points)
    weights = np.sqrt(failing)
    fit = learn(points, failing, (mean / deviation).T, weights / weights.sum())
    density = harden(fit, points, failing)[0]

    drawn = defensive(density)
    points = drawn.points(draws.uniforms(DRAWS, drawn.columns))
    nominal = np.exp(log_nominal(points) - drawn.log_density(points))
    failing = emulators.failing(points)
    pf = max(float(nominal @ failing) / DRAWS, np.finfo(np.float64).tiny)
    unsure = float(nominal @ np.minimum(failing, 1 - failing)) / DRAWS
    second = float(nominal**2 @ failing) / DRAWS
    return Aim(density, pf, unsure / pf, sqrt(max(second / pf**2 - 1, 0.0)))
