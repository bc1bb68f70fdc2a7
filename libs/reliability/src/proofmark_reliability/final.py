"""The final stage: fresh independent runs from a density fixed beforehand, which alone estimate and certify.

Whatever learnt where failures are (cross-entropy, Kriging, FORM) hands over its density and ends. The interval is
looked at once or twice, as planned before the first of these runs, and the level is split among the looks. A share of
every batch is plain, against regions that the density does not reach.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.special import ndtri

from proofmark_reliability.arrays import BoolArray, FloatArray
from proofmark_reliability.densities import DEFENSIVE_SHARE, Density, defensive
from proofmark_reliability.intervals import two_sided
from proofmark_reliability.normals import addressed_uniforms, log_nominal, to_normals, to_uniforms
from proofmark_reliability.protocol import Block, Proposal, Question, closing
from proofmark_reliability.weighing import Weighed, at_look, refusal, relative_width, weighed

PLAIN_SHARE = 0.1
"""Of each batch, drawn from the parameters' own distribution."""
DEFAULT_WIDTH = 0.3
"""Relative width of the interval at which to stop, unless the question names another."""
LEAST_RUNS = 300
"""Fewer runs in one look say too little about the spread of their weights."""
RESERVE = 1.2
"""Times the runs that a first look is expected to need, so that a second is seldom needed."""
UNCOVERED = 0.05
"""Part of the estimate that known failures may stand for where one final run would change it by as much."""
LEAST_EVEN = 1 / 40
"""Of the failing final runs, the equal weights that theirs are worth. With fewer the density was learnt so badly that
the estimate was half of pf and its interval did not know."""


@dataclass(frozen=True)
class Known:
    """What plain and learning runs have shown before the final stage."""

    plain_runs: int
    plain_failures: int
    plain_missing: int
    failures: FloatArray
    """(m, d) standard-normal points of all failing runs, plain and learning."""
    masses: FloatArray
    """(m,) probability that each of them stands for: 1 / n if all runs were n plain ones, otherwise the nominal density
    over the sum of the densities that the runs were drawn from."""


def outcomes(margins: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return which runs failed and which have no answer; a run without one of its margins has none."""
    missing = np.isnan(margins).any(axis=1)
    return np.asarray((margins < 0).any(axis=1) & ~missing), np.asarray(missing)


class FinalStage:
    """Proposes the final batches; an algorithm that delegates to it from its first final batch on.

    Parameters
    ----------
    question : Question
    density : Density
        What was learnt; a share of the nominal density is added here.
    known : Known
    batch : int
        Number of the first final batch.
    budget : int
        Runs left, plain ones included.
    spread : float
        Expected standard deviation of one weighed outcome, divided by pf: what the first look is sized for.
    """

    def __init__(
        self, question: Question, density: Density, known: Known, batch: int, budget: int, spread: float
    ) -> None:
        self._question, self._known, self._batch, self._budget = question, known, batch, budget
        self._density = defensive(density)
        self._width = question.width or DEFAULT_WIDTH
        self._sums = Weighed()
        self._look = 0
        first = self._runs_needed(spread * RESERVE**0.5, looks=2)
        self.looks = 1 if first > 0.75 * budget else 2
        self._next = budget if self.looks == 1 else first

    def ask(self) -> Proposal:
        if not self._next:
            return closing(self._question.dimensions, refusal=self._refusal())
        self._asked = self._batch_of(self._next)
        return self._asked

    def tell(self, margins: FloatArray) -> None:
        proposal = self._asked
        assert proposal.log_weights is not None
        failed, missing = outcomes(margins)
        plain = proposal.blocks[0].vectors
        self._sums += weighed(proposal.log_weights[plain:], failed[plain:], missing[plain:])
        lost = failed[:plain]
        normals = to_normals(proposal.uniforms[:plain][lost])
        known = self._known
        plain_runs = known.plain_runs + plain
        self._known = Known(
            plain_runs,
            known.plain_failures + int(lost.sum()),
            known.plain_missing + int(missing[:plain].sum()),
            np.concatenate((known.failures, normals)),
            np.concatenate((known.masses, np.full(len(normals), 1 / plain_runs))),
        )
        self._budget -= proposal.vectors
        self._batch += 1
        self._look += 1
        self._next = 0 if self._look == self.looks or self._is_narrow() else self._runs_still_needed()

    def _batch_of(self, runs: int) -> Proposal:
        plain = ceil(PLAIN_SHARE * runs)
        dimensions = self._question.dimensions
        numbers = addressed_uniforms(self._question.seed, self._batch, runs, self._density.columns)
        points = self._density.points(numbers[plain:])
        return Proposal(
            np.concatenate((numbers[:plain, :dimensions], to_uniforms(points))),
            (Block("plain", plain), Block("final", runs - plain)),
            log_weights=np.concatenate((np.zeros(plain), log_nominal(points) - self._density.log_density(points))),
            looks=self.looks,
            reason=f"final stage: look {self._look + 1} of at most {self.looks}",
        )

    @property
    def _confidence_each(self) -> float:
        return two_sided(at_look(self._question.confidence, self.looks))

    def _is_narrow(self) -> bool:
        return relative_width(self._sums, self._confidence_each) <= self._width

    def _runs_needed(self, spread: float, looks: int) -> int:
        reach = 2 * float(ndtri(two_sided(at_look(self._question.confidence, looks))))
        runs = max(LEAST_RUNS, (reach * spread / self._width) ** 2)
        return min(self._budget, ceil(runs / (1 - PLAIN_SHARE)))

    def _runs_still_needed(self) -> int:
        failed, runs = self._sums.failed, self._sums.runs
        if not failed.weight:
            return self._budget
        spread = (runs * failed.weight_squared / failed.weight**2) ** 0.5
        return min(self._budget, max(LEAST_RUNS, self._runs_needed(spread, self.looks) - runs))

    def _refusal(self) -> str:
        known = self._known
        of_sums = refusal(
            self._sums,
            known.plain_failures,
            known.plain_runs,
            known.plain_missing,
            self._confidence_each,
            largest_weight=1 / DEFENSIVE_SHARE,
        )
        return of_sums or self._uneven() or self._uncovered()

    def _uneven(self) -> str:
        """Say that few of the failing runs carry the estimate."""
        failed = self._sums.failed
        if failed.effective >= LEAST_EVEN * failed.runs:
            return ""
        return (
            f"the weights of {failed.runs} failing final runs are worth {failed.effective:.1f} equal ones: "
            f"expected at least {LEAST_EVEN * failed.runs:.1f}"
        )

    def _uncovered(self) -> str:
        """Say how much of the estimate known failures stand for that final runs could hardly have met."""
        known, estimate = self._known, self._sums.pf
        if not estimate or not len(known.failures):
            return ""
        log_weights = log_nominal(known.failures) - self._density.log_density(known.failures)
        one_run = np.exp(log_weights) / self._sums.runs
        mass = float(known.masses[one_run > UNCOVERED * estimate].sum())
        if mass <= UNCOVERED * estimate:
            return ""
        return (
            f"known failures that stand for a probability of {mass:.3g} lie where the density hardly goes: "
            f"expected at most {UNCOVERED:.0%} of {estimate:.3g}"
        )
