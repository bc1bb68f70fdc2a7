"""Subset simulation: failure is reached level by level, by chains that move once at each.

Half of the runs of a level lie below the next; two chains begin at each of them and move below it. A level is one
batch, so 1e-5 takes seventeen. The probability of failure is the product of the shares; its error is the spread between
families, see `chains`.
"""

from math import ceil

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.chains import (
    FIRST_STEP,
    Chains,
    adapted,
    effective_families,
    family_error,
    levels_left,
    next_level,
)
from proofmark_reliability.errors import TooFewSamples
from proofmark_reliability.normals import addressed_uniforms, to_normals, to_uniforms
from proofmark_reliability.protocol import Block, Pilot, Proposal, Question, Stated, closing
from proofmark_reliability.scaling import limit_state, robust_scales

RUNS = 430
"""Of a level, where the question names no width: a relative error of 28 % at 1e-5."""
USUAL_WIDTH = 1.2
"""Relative width of the interval that so many runs give."""
LEAST_RUNS = 100
LEVELS = 16
"""That the budget must suffice for."""
MOST_LEVELS = 50
"""To a probability of 1e-15."""
FIRST_LEVELS = 3
"""After which it can be foreseen how many there will be."""
LEAST_FAMILIES = 6.5
"""Of the chains of a level; with fewer the relative error would exceed one half."""
LEAST_ACCEPTANCE = 0.1


class Subset:
    """Ask and tell.

    Parameters
    ----------
    question : Question
    pilot : Pilot
        Plain runs: the first level, as far as they go.

    Raises
    ------
    TooFewSamples
        The question allows fewer than 100 runs for each of sixteen levels beside the pilot.
    """

    def __init__(self, question: Question, pilot: Pilot) -> None:
        self._question = question
        self._scales = robust_scales(pilot.margins)
        self._batch = pilot.batches
        self._budget = question.samples - len(pilot.normals)
        self._wanted = _runs_wanted(question.width)
        if self._budget < LEVELS * LEAST_RUNS:
            raise TooFewSamples("subset simulation", len(pilot.normals) + LEVELS * LEAST_RUNS, question.samples)
        self._plain = max(0, min(self._wanted, self._budget // LEVELS) - len(pilot.normals))
        self._roots = len(pilot.normals) + self._plain
        self._reached: list[tuple[float, float]] = []
        self._pf = 1.0
        self._step, self._acceptance = FIRST_STEP, 1.0
        self._missing = 0
        self._closing: Proposal | None = None
        values = self._values(pilot.margins)
        self._chains = Chains(pilot.normals, values, np.arange(len(values)))
        if not self._plain:
            self._descend()

    @property
    def failures(self) -> FloatArray:
        """(m, dimensions) standard-normal points of the failing chains, each as probable as any other."""
        return self._chains.failing.normals

    def ask(self) -> Proposal:
        if self._closing is None:
            self._asked = self._first_level() if self._plain else self._moves()
            return self._asked
        return self._closing

    def tell(self, margins: FloatArray) -> None:
        values, normals = self._values(margins), to_normals(self._asked.uniforms)
        self._batch += 1
        self._budget -= len(values)
        if self._plain:
            families = np.arange(self._roots - self._plain, self._roots)
            self._chains = self._chains.joined(Chains(normals, values, families))
            self._plain = 0
        else:
            self._chains, self._acceptance = self._chains.moved(normals, values, self._reached[-1][1])
            self._step = adapted(self._step, self._acceptance)
        self._descend()

    def _values(self, margins: FloatArray) -> FloatArray:
        values = limit_state(margins, self._scales)
        missing = np.isnan(values)
        self._missing += int(missing.sum())
        return np.where(missing, np.inf, values)

    def _first_level(self) -> Proposal:
        return Proposal(
            self._numbers(self._plain),
            (Block("plain", self._plain),),
            reason=f"subset simulation: the first level, with the {len(self._chains)} plain runs before it",
        )

    def _moves(self) -> Proposal:
        runs = len(self._chains)
        return Proposal(
            to_uniforms(self._chains.proposed(self._step, to_normals(self._numbers(runs)))),
            (Block("learning", runs),),
            log_weights=np.zeros(runs),
            reason=f"subset simulation: level {len(self._reached)}, of probability {self._pf:.3g}",
        )

    def _numbers(self, runs: int) -> FloatArray:
        return addressed_uniforms(self._question.seed, self._batch, runs, self._question.dimensions)

    def _descend(self) -> None:
        """Begin chains below the next level, or end."""
        level = next_level(self._chains.values)
        below, failing = self._chains.below(level), self._chains.failing
        spent = self._budget < LEAST_RUNS or len(self._reached) == MOST_LEVELS
        if level <= 0 or (spent and len(failing)):
            self._end(self._degenerate(failing))
        elif spent:
            spent_runs = self._question.samples - self._budget
            self._end(f"{spent_runs} runs reached a probability of {self._pf:.3g}: failure lies beyond")
        elif not len(below):
            self._end(f"all {len(self._chains)} runs of a level are equally far from failure: none shows the way")
        elif degenerate := self._degenerate(below):
            self._end(degenerate)
        else:
            self._pf *= len(below) / len(self._chains)
            self._reached.append((self._pf, level))
            self._chains = below.repeated(self._size())

    def _degenerate(self, chains: Chains) -> str:
        """Say why chains do not stand for all runs below a level, or nothing if they do."""
        if self._acceptance < LEAST_ACCEPTANCE:
            return f"{self._acceptance:.1%} of a level's moves were accepted: expected at least {LEAST_ACCEPTANCE:.0%}"
        if (families := effective_families(chains.families)) < LEAST_FAMILIES:
            return f"the chains descend from {families:.1f} plain runs: expected at least {LEAST_FAMILIES:g}"
        return ""

    def _size(self) -> int:
        """Return how many runs of the next level the budget allows, as far as levels can be foreseen."""
        reached = self._reached
        runs = min(self._wanted, self._budget)
        if len(reached) > FIRST_LEVELS:
            left = ceil(levels_left(reached[len(reached) // 2], reached[-1]))
            runs = min(runs, max(LEAST_RUNS, self._budget // max(left, 1)))
        return runs

    def _end(self, refusal: str) -> None:
        failing, stated = self._chains.failing, None
        if len(failing):
            pf = self._pf * len(failing) / len(self._chains)
            stated = Stated(pf, family_error(failing.families, self._roots))
        if self._missing:
            refusal = f"a run of the chains has no answer: {self._missing} of {self._question.samples - self._budget}"
        reason = f"subset simulation: {len(self._reached)} levels, to a probability of {self._pf:.3g}"
        self._closing = closing(self._question.dimensions, reason, refusal, stated)


def _runs_wanted(width: float | None) -> int:
    return ceil(RUNS * (USUAL_WIDTH / width) ** 2) if width else RUNS
