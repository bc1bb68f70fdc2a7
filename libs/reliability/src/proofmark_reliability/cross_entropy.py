"""Improved cross-entropy: learns a Gaussian mixture that draws where runs fail, then hands it to the final stage.

Failure is approached through smoothed targets: a run counts by Phi(-g / sigma), g its limit state, and sigma shrinks as
fast as the runs known so far can follow. All runs known so far are weighed together at every step, see `Pool`.

A learning batch is drawn towards several targets at once, so that nothing known is forgotten: the smoothed union of all
requirements, a broader smoothing of it, each requirement for itself, and the runs that have failed already. The rest
goes elsewhere: to plain runs, and to wider densities that reach separate or hidden regions which no slope points to.

References
----------
Papaioannou, Geyer & Straub (2019), Reliability Engineering & System Safety 191: improved cross-entropy.
"""

from math import ceil, exp

import numpy as np
from scipy.special import log_ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.densities import Density, Mixture, isotropic, mixed, mixture
from proofmark_reliability.final import FinalStage, Known, outcomes
from proofmark_reliability.fitting import effective, truncated
from proofmark_reliability.learning import Fit, around, harden, learn, wide
from proofmark_reliability.normals import addressed_uniforms, log_nominal, to_normals, to_uniforms
from proofmark_reliability.pool import Pool
from proofmark_reliability.protocol import Block, Pilot, Proposal, Question, closing
from proofmark_reliability.scaling import robust_scales

MOST_LEVELS = 8
"""With the pilot and two looks these are eleven batches."""
PLAIN_SHARE = 0.1
"""Of a learning batch, drawn from the parameters' own distribution."""
FIRST_WIDE_SHARE = 0.5
WIDE_SHARE = 0.15
"""Of the first level's density, and of the others': the wide one, see `wide`."""
AROUND_SHARE = 0.1
"""Of the rest: a density about the origin, for failures that lie all around."""
BROAD_SHARE = 0.5
"""Runs towards the broadly smoothed union for each one towards the sharply smoothed."""
LEVEL_RUNS = 400
LEVEL_RUNS_A_DIMENSION = 6
_LEVELS_AT_LEAST = 6
"""Batches of a level's size that a small budget is divided into."""
_FINAL_LEVELS = 2.2
"""Times a level's runs that learning leaves to the final stage."""
_LOG_SIGMAS = (-12.0, 4.0)
"""Between which the smoothing is sought, in robust scales of the margins."""
_HALVINGS = 10
"""Of that interval: sigma is found within 2 %."""
_MOST_MARGIN = 1e6
"""Robust scales; greater margins, infinite ones among them, are cut here."""


class CrossEntropy:
    """Proposes plain, learning and final batches.

    Parameters
    ----------
    question : Question
    pilot : Pilot
        Plain runs; they teach and are counted as plain.
    """

    def __init__(self, question: Question, pilot: Pilot) -> None:
        self._question = question
        self._scales = robust_scales(pilot.margins)
        self._batch = pilot.batches
        self._budget = max(0, question.samples - len(pilot.normals))
        most = LEVEL_RUNS + LEVEL_RUNS_A_DIMENSION * question.dimensions
        self._size = max(1, min(self._budget // _LEVELS_AT_LEAST, most))
        self._level = 0
        self._pool = Pool(question.dimensions, question.requirements)
        self._plain_runs = self._plain_failures = self._plain_missing = 0
        self._nominal = isotropic(question.dimensions)
        self._drawn: tuple[Density, FloatArray] | None = None
        self._final: FinalStage | None = None
        self._learn_plainly(pilot.normals, pilot.margins)

    def ask(self) -> Proposal:
        if self._final is None and self._has_learnt():
            self._final = self._final_stage()
        if self._final is not None:
            return self._final.ask()
        if self._budget < 1:
            return closing(self._question.dimensions, refusal=self._nothing_found())
        if self._is_exhausted():
            return self._asked_plainly()
        return self._asked_to_learn()

    def tell(self, margins: FloatArray) -> None:
        if self._final is not None:
            self._final.tell(margins)
            return
        plain = self._asked.blocks[0].vectors
        self._learn_plainly(to_normals(self._asked.uniforms[:plain]), margins[:plain])
        if self._drawn is not None:
            self._learn_from(*self._drawn, margins[plain:])
        self._budget -= len(margins)
        self._batch += 1
        self._level += 1

    def _asked_to_learn(self) -> Proposal:
        plain = ceil(PLAIN_SHARE * self._size)
        density, sigma = self._learning_density()
        numbers = self._numbers(self._size, density.columns)
        points = density.points(numbers[plain:])
        self._drawn = density, points
        self._asked = Proposal(
            np.concatenate((numbers[:plain, : self._question.dimensions], to_uniforms(points))),
            (Block("plain", plain), Block("learning", self._size - plain)),
            log_weights=np.concatenate((np.zeros(plain), log_nominal(points) - density.log_density(points))),
            reason=f"cross-entropy: level {self._level + 1}, failure smoothed over {sigma:.3g} robust scales",
        )
        return self._asked

    def _asked_plainly(self) -> Proposal:
        """All runs left, after learning found nothing: if there is nothing to find, they prove the most."""
        self._drawn = None
        self._asked = Proposal(
            self._numbers(self._budget, self._question.dimensions),
            (Block("plain", self._budget),),
            reason=f"cross-entropy: {self._nothing_found()}; the runs left are plain",
        )
        return self._asked

    def _numbers(self, vectors: int, columns: int) -> FloatArray:
        return addressed_uniforms(self._question.seed, self._batch, vectors, columns)

    def _learn_plainly(self, normals: FloatArray, margins: FloatArray) -> None:
        failed, missing = outcomes(margins)
        self._plain_runs += len(margins)
        self._plain_failures += int(failed.sum())
        self._plain_missing += int(missing.sum())
        self._learn_from(self._nominal, normals, margins)

    def _learn_from(self, density: Density, normals: FloatArray, margins: FloatArray) -> None:
        answered = ~outcomes(margins)[1]
        scaled = np.clip(margins[answered] / self._scales, -_MOST_MARGIN, _MOST_MARGIN)
        self._pool.add(density, len(normals), normals[answered], scaled)

    @property
    def _wanted(self) -> float:
        """Equal weights that a fit should rest on."""
        return min(self._size, 0.8 * len(self._pool.normals)) / 4

    def _is_exhausted(self) -> bool:
        spent = self._budget < _FINAL_LEVELS * self._size
        return spent or self._level >= MOST_LEVELS or not len(self._pool.normals)

    def _has_learnt(self) -> bool:
        failing = self._pool.failing
        return bool(failing.any()) and (effective(self._pool.masses * failing) >= self._wanted or self._is_exhausted())

    def _final_stage(self) -> FinalStage:
        failing = self._pool.failing
        masses = self._pool.masses * failing
        fit = self._fit(truncated(masses, self._wanted))
        density, spread = harden(fit, self._pool.normals[failing], masses[failing])
        known = Known(
            self._plain_runs,
            self._plain_failures,
            self._plain_missing,
            self._pool.normals[failing],
            masses[failing],
        )
        return FinalStage(self._question, density, known, self._batch, self._budget, spread)

    def _learning_density(self) -> tuple[Mixture, float]:
        pool, few = self._pool, self._wanted / 2
        union = pool.margins.min(axis=1)
        sharp, sigma = self._smoothed(union, few)
        broad, _ = self._smoothed(union, 4 * few)
        targets = [(1.0, sharp), (BROAD_SHARE, broad)]
        if self._question.requirements > 1:
            alone = [self._smoothed(column, few)[0] for column in pool.margins.T]
            targets.append((1.0, np.mean(alone, axis=0)))
        if pool.failing.any():
            found = truncated(pool.masses * pool.failing, self._wanted)
            targets.append((min(1.0, effective(found) / few), found))
        parts: list[tuple[float, Density]] = []
        for often, target in targets:
            # square roots, so that a region is explored before it is known how much of pf it holds
            fit = [(share**0.5, part) for share, part in self._fit(target)]
            total = sum(share for share, _ in fit)
            parts += [(often * share / total, part) for share, part in fit]
        density = mixed(
            mixture(parts), around(pool.normals, np.sum([target for _, target in targets], axis=0)), AROUND_SHARE
        )
        if (widest := wide(self._question.dimensions)) is None:
            return density, sigma
        return mixed(density, widest, WIDE_SHARE if self._level else FIRST_WIDE_SHARE), sigma

    def _fit(self, weights: FloatArray) -> Fit:
        return learn(self._pool.normals, self._pool.masses, self._pool.margins, weights)

    def _smoothed(self, margins: FloatArray, wanted: float) -> tuple[FloatArray, float]:
        """Return weights of the most sharply smoothed failure that enough runs stand for, and its sigma."""
        low, high = _LOG_SIGMAS
        log_masses = self._pool.log_masses
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            sharp = effective(_normalised(log_masses + log_ndtr(-margins / exp(middle)))) < wanted
            low, high = (middle, high) if sharp else (low, middle)
        return _normalised(log_masses + log_ndtr(-margins / exp(high))), exp(high)

    def _nothing_found(self) -> str:
        learning = self._question.samples - self._budget - self._plain_runs
        return f"none of {self._plain_runs} plain and {learning} learning runs failed"


def _normalised(logs: FloatArray) -> FloatArray:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
