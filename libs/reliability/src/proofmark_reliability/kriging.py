"""Active-learning Kriging: Gaussian processes learn the margins in few runs, and aim the runs that certify.

After every batch each requirement is emulated anew, and a population of points is made where any of them may be
violated, three standard deviations of doubt included. Of the next batch most runs are those that lower the doubt most
about where failure begins; the others go where no run has been near, at the distance that failures are now expected at.
Learning ends when few emulated failures are doubtful and their probability stands still. Then a density fitted to
emulated failures is handed to the final stage, which alone estimates.

References
----------
Echard, Gayton & Lemaire (2011), Structural Safety 33(2): AK-MCS. Dubourg, Sudret & Deheeger (2013), Probabilistic
Engineering Mechanics 33. Moustapha, Marelli & Sudret (2022), Structural Safety 96: a survey.
"""

from dataclasses import replace
from math import log

import numpy as np
from scipy.special import ndtri

from proofmark_reliability.arrays import FloatArray, IntArray
from proofmark_reliability.emulation import Emulators, emulate
from proofmark_reliability.final import FinalStage, Known, outcomes
from proofmark_reliability.gaussian_process import least_values
from proofmark_reliability.infill import least_explored, most_telling
from proofmark_reliability.normals import to_normals, to_uniforms
from proofmark_reliability.possible import Aim, Draws, aim, population
from proofmark_reliability.protocol import Block, Pilot, Proposal, Question, closing
from proofmark_reliability.scaling import limit_state, robust_scales
from proofmark_reliability.weighing import CONTRADICTION, Weighed, limits, weighed

MOST_DIMENSIONS = 8
LEARNING_RUNS = 80
"""The pilot's included."""
LEAST_LEARNING_RUNS = 60
"""However large the pilot was."""
BATCH_RUNS = 10
EXPLORING_RUNS = 4
"""Of each of the first batches."""
LEAST_BATCHES = 4
FINAL_RUNS = 300
"""Most, where the question names no width."""
PILOT_RUNS = 60
"""Most that are learnt from: emulation takes the cube of it."""
DOUBTFUL = 0.1
"""Part of the emulated probability of failure that may be doubtful when learning ends."""
STEADY = 0.2
"""Largest change of its logarithm over a batch, then."""
TOLERABLE = 0.3
"""The same when the runs to learn from are spent."""
RISKY, RISKY_SPREAD = 0.7, 4.0
"""The same where one weighed outcome spreads no more, relative to pf: final runs may still tell."""
DISAGREEMENT = 1.5
"""Times the limits of final runs at which the emulated pf is out of reach."""
BEYOND = 1.0
"""Standard deviations that exploring runs lie further out than failures are expected."""
_NEAREST, _BLIND, _FURTHEST = 0.5, 4.5, 7.5
"""Distances from the origin: least, while no failure is in sight, and most."""
_COUNTED, _OFFERED = 2, 4
"""Every so many points of the population: where doubt is counted, and where a run may be asked for."""
_DIRECTIONS = 1000


class Kriging:
    """Ask and tell.

    Parameters
    ----------
    question : Question
    pilot : Pilot
        Plain runs, at least `pilot_runs(dimensions)`.
    """

    def __init__(self, question: Question, pilot: Pilot) -> None:
        self._question = question
        failed, missing = outcomes(pilot.margins)
        self._known = Known(
            len(missing),
            int(failed.sum()),
            int(missing.sum()),
            pilot.normals[failed],
            np.full(int(failed.sum()), 1 / max(1, len(missing))),
        )
        self._scales = robust_scales(pilot.margins)
        kept = _informative(pilot.margins, self._scales)
        self._normals, self._margins = pilot.normals[kept], pilot.margins[kept]
        self._batch = pilot.batches
        self._spent = len(pilot.normals)
        self._learning_runs = max(LEAST_LEARNING_RUNS, LEARNING_RUNS - self._spent)
        self._batches = 0
        self._emulators: Emulators | None = None
        self._before: Aim | None = None
        self._found: Aim | None = None
        self._stage: FinalStage | None = None
        self._sums = Weighed()
        self._gave_up = ""
        self._decide()

    @property
    def gave_up(self) -> str:
        """Why Kriging does not go on, if it does not: the next batch is then empty, and another method may take over.

        Only before the final stage: what that finds stands, refused or not.
        """
        return self._gave_up

    def ask(self) -> Proposal:
        if self._stage is not None:
            asked = self._stage.ask()
            return asked if asked.vectors or asked.refusal else replace(asked, refusal=self._contradicted())
        if self._gave_up:
            return closing(self._question.dimensions, refusal=self._gave_up)
        return self._asked

    def tell(self, margins: FloatArray) -> None:
        if self._stage is not None:
            self._count(self._stage.ask(), margins)
            self._stage.tell(margins)
            return
        self._normals = np.concatenate((self._normals, to_normals(self._asked.uniforms)))
        self._margins = np.concatenate((self._margins, margins))
        self._spent += len(margins)
        self._learning_runs -= len(margins)
        self._batch += 1
        self._batches += 1
        self._decide()

    def _decide(self) -> None:
        """Learn from what is known, and choose what comes next."""
        self._gave_up = self._unsuitable()
        if self._gave_up:
            return
        answered = ~outcomes(self._margins)[1]
        emulators = emulate(self._normals[answered], self._margins[answered], self._scales, self._emulators)
        self._emulators = emulators
        draws = Draws(self._question.seed, self._batch)
        possible = population(emulators, self._question.dimensions, draws)
        found = None if possible is None else aim(emulators, possible, draws)
        self._before, self._found = self._found, found
        exhausted = self._learning_runs < BATCH_RUNS
        if found is not None and (self._has_learnt() or (exhausted and _is_tolerable(found))):
            self._certify(found)
        elif exhausted:
            self._gave_up = f"Kriging learnt too little from {self._spent:,} runs"
            self._gave_up += ": it sees no failure" if found is None else f": {found.unsure:.0%} of pf is in doubt"
        else:
            self._learn(emulators, possible, draws)

    def _learn(self, emulators: Emulators, possible: FloatArray | None, draws: Draws) -> None:
        """Choose a batch to learn from; while no failure is seen, all of it explores."""
        dimensions = self._question.dimensions
        telling, radius, reason = np.empty((0, dimensions)), _BLIND, "no failure in sight"
        if possible is not None and self._found is not None:
            unanswered = self._normals[outcomes(self._margins)[1]]
            count = BATCH_RUNS - (EXPLORING_RUNS if self._batches < LEAST_BATCHES else 0)
            telling = most_telling(emulators, possible[::_COUNTED], possible[::_OFFERED], unanswered, count)
            radius = float(np.clip(-ndtri(self._found.pf) + BEYOND, _NEAREST, _FURTHEST))
            reason = f"pf about {self._found.pf:.2g}, {self._found.unsure:.0%} of it in doubt"
        known = np.concatenate((self._normals, telling))
        directions = draws.normals(_DIRECTIONS, dimensions)
        points = np.concatenate((telling, least_explored(known, radius, directions, BATCH_RUNS - len(telling))))
        self._asked = Proposal(
            to_uniforms(points),
            (Block("learning", BATCH_RUNS),),
            log_weights=np.zeros(BATCH_RUNS),
            reason=f"Kriging: {reason}",
        )

    def _certify(self, found: Aim) -> None:
        budget = self._question.samples - self._spent
        if self._question.width is None:
            budget = min(budget, FINAL_RUNS)
        # a greater spread is the emulation's doubt, which is not worth so many runs at the first look
        spread = min(found.spread, RISKY_SPREAD)
        self._stage = FinalStage(self._question, found.density, self._known, self._batch, budget, spread)

    def _count(self, asked: Proposal, margins: FloatArray) -> None:
        plain = asked.blocks[0].vectors
        failed, missing = outcomes(margins[plain:])
        assert asked.log_weights is not None
        self._sums += weighed(asked.log_weights[plain:], failed, missing)

    def _contradicted(self) -> str:
        """Say so if final runs find far more or far fewer failures than were foreseen: more may lie elsewhere."""
        assert self._found is not None
        low, high = limits(self._sums, CONTRADICTION)
        if low / DISAGREEMENT <= self._found.pf <= high * DISAGREEMENT:
            return ""
        return (
            f"emulated margins foresaw a pf of {self._found.pf:.3g}, final runs put it within {low:.3g} and {high:.3g}"
        )

    def _has_learnt(self) -> bool:
        if self._batches < LEAST_BATCHES or self._before is None or self._found is None:
            return False
        change = abs(log(self._found.pf / self._before.pf))
        return self._found.unsure <= DOUBTFUL and change <= STEADY

    def _unsuitable(self) -> str:
        question = self._question
        if not question.smooth:
            return "Kriging takes a smooth model, and a parameter is discrete"
        if not 0 < question.dimensions <= MOST_DIMENSIONS:
            return f"Kriging reaches at most {MOST_DIMENSIONS} random parameters: got {question.dimensions}"
        answered = len(self._margins) - int(outcomes(self._margins)[1].sum())
        if answered < least_values(question.dimensions):
            return f"Kriging takes at least {least_values(question.dimensions)} answered runs: got {answered}"
        return ""


def pilot_runs(dimensions: int) -> int:
    """Return how many plain runs are enough to begin with."""
    return max(12, 2 * dimensions + 4)


def _is_tolerable(found: Aim) -> bool:
    return found.unsure <= (RISKY if found.spread <= RISKY_SPREAD else TOLERABLE)


def _informative(margins: FloatArray, scales: FloatArray) -> IntArray:
    """Return which runs to learn from: of very many, the nearest to failing and as many others."""
    if len(margins) <= PILOT_RUNS:
        return np.arange(len(margins))
    nearest = np.argsort(np.abs(limit_state(margins, scales)), kind="stable")[: PILOT_RUNS // 2]
    others = np.setdiff1d(np.arange(len(margins)), nearest)[: PILOT_RUNS - len(nearest)]
    return np.asarray(np.union1d(nearest, others))
