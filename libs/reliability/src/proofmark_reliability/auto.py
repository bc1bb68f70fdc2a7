"""Method `auto`: plain runs first, then the method that they speak for, and the next one when that gives up.

The pilot is plain. Where the samples allow it, it is so large that plain runs alone keep the probability of failure,
whatever the model, within ten times what the target allows: that guards against regions that no learning visits.

==============================================================  =====================================================
what the pilot shows                                            what follows
==============================================================  =====================================================
no run with an answer                                           the end
100 failures to be expected in all samples, no parameter        plain Monte Carlo: exact
random, or too few samples to learn from
only a verdict wanted, and the limit far from the pilot         plain Monte Carlo: exact
few samples, margins that vary, at most 8 parameters, smooth    Kriging, then cross-entropy, then subset simulation
otherwise                                                       cross-entropy, then subset simulation
==============================================================  =====================================================

A method that gives up before its final runs hands over; when the last one has, plain runs go on to the end. In the
choice, runs without an answer count as failures, because the upper bound counts them so.
"""

from dataclasses import replace
from math import ceil

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import TooFewSamples
from proofmark_reliability.final import outcomes
from proofmark_reliability.fixed import Fixed
from proofmark_reliability.intervals import runs_to_prove
from proofmark_reliability.kriging import MOST_DIMENSIONS
from proofmark_reliability.normals import to_normals
from proofmark_reliability.piloted import ADAPTIVE, pilot, unanswered
from proofmark_reliability.protocol import Algorithm, Pilot, Proposal, Question, closing
from proofmark_reliability.sequence import is_less, is_more, upper_limit

FAILURES_WANTED = 100
"""To be expected in all samples: counted, they give a relative error of 10 %, as the other methods do."""
GUARD = 10
"""Times the probability of failure that the target allows: what the pilot shall bound if none of it fails."""
GUARD_SHARE = 0.4
"""Most of the samples that such a pilot may take; where it would take more, it only looks around."""
LOOK_SHARE, LOOK_MOST, LOOK_FOR_EACH = 0.1, 1000, 10
"""Of the samples, runs, and runs for each random parameter, to see slopes among hundreds."""
AMPLE, AMPLE_FOR_EACH = 500, 250
"""Samples after the pilot, and more for each random parameter, from which cross-entropy has enough: it explores, where
Kriging trusts the slopes that few runs show."""


class Auto:
    """Ask and tell.

    Parameters
    ----------
    question : Question

    Raises
    ------
    TooFewSamples
        No samples.
    """

    def __init__(self, question: Question) -> None:
        if question.samples < 1:
            raise TooFewSamples("auto", 1, question.samples)
        self._question = question
        self._normals = np.empty((0, question.dimensions))
        self._margins = np.empty((0, question.requirements))
        self._batches = 0
        self._learning = 0
        """Runs spent that are not plain."""
        self._certifying = False
        self._algorithm: Algorithm | None = None
        self._successors: tuple[str, ...] = ()
        self._asked = pilot(question, _pilot_runs(question))

    def ask(self) -> Proposal:
        return self._asked

    def tell(self, margins: FloatArray) -> None:
        self._keep(margins)
        if self._algorithm is not None:
            self._algorithm.tell(margins)
            self._asked = self._algorithm.ask()
            if self._has_given_up():
                self._hand_over(self._asked.refusal)
        elif refusal := unanswered(margins):
            self._asked = closing(self._question.dimensions, refusal=refusal)
        else:
            self._choose()

    def _keep(self, margins: FloatArray) -> None:
        roles = np.repeat([b.role for b in self._asked.blocks], [b.vectors for b in self._asked.blocks])
        plain = roles == "plain"
        self._normals = np.concatenate((self._normals, to_normals(self._asked.uniforms[plain])))
        self._margins = np.concatenate((self._margins, margins[plain]))
        self._learning += int((~plain).sum())
        self._certifying |= bool((roles == "final").any())
        self._batches += 1

    def _choose(self) -> None:
        question = self._question
        failed, missing = outcomes(self._margins)
        seen = f"{failed.sum():,} of {len(failed):,} pilot runs failed"
        if missing.any():
            seen += f" and {missing.sum():,} gave no answer"
        if question.dimensions == 0:
            self._count("no parameter is random")
        elif (failed | missing).mean() * question.samples >= _failures_wanted(question):
            self._count(f"{seen}, often enough to count them in {question.samples:,}")
        elif question.settle and _plain_runs_settle(question, int((failed | missing).sum()), len(failed)):
            self._count(f"{seen}, and plain runs are likely to settle the verdict")
        else:
            sparing = question.samples - len(failed) < AMPLE + AMPLE_FOR_EACH * question.dimensions
            sloping = (np.nanmax(self._margins, axis=0) > np.nanmin(self._margins, axis=0)).all()
            suited = question.smooth and question.dimensions <= MOST_DIMENSIONS and sloping
            self._successors = (*(("kriging",) if sparing and suited else ()), "cross-entropy", "subset")
            self._hand_over(f"{seen}, too seldom to count them in {question.samples:,}")

    def _hand_over(self, reason: str) -> None:
        """Go on with the next method that the samples left suffice for."""
        left = replace(self._question, samples=self._question.samples - self._learning)
        while self._successors:
            name, *rest = self._successors
            self._successors = tuple(rest)
            if left.samples - len(self._margins) < ADAPTIVE[name].least(left.dimensions):
                continue
            self._algorithm = ADAPTIVE[name].begin(left, Pilot(self._normals, self._margins, self._batches))
            self._asked = self._algorithm.ask()
            if not self._has_given_up():
                self._asked = replace(self._asked, reason=f"{name}: {reason}")
                return
            reason = self._asked.refusal
        self._count(f"{reason}, and no other method is left that the samples suffice for")

    def _has_given_up(self) -> bool:
        return bool(self._asked.refusal) and not self._asked.vectors and not self._certifying

    def _count(self, reason: str) -> None:
        """Go on with plain runs to the end."""
        question = replace(self._question, samples=self._question.samples - self._learning)
        if question.samples == len(self._margins):
            self._asked = closing(question.dimensions, reason=reason)
            return
        self._algorithm = Fixed("monte-carlo", question, self._batches, len(self._margins))
        self._asked = replace(self._algorithm.ask(), reason=f"plain Monte Carlo: {reason}")


def _pilot_runs(question: Question) -> int:
    guarding, most = _guarding_runs(question), int(GUARD_SHARE * question.samples)
    look = min(LOOK_MOST, int(LOOK_SHARE * question.samples))
    wanted = max(look, LOOK_FOR_EACH * question.dimensions, guarding if guarding <= most else 0)
    return max(1, min(wanted, most))


def _guarding_runs(question: Question) -> int:
    """Return how many plain runs without a failure bound the probability of failure as far as `GUARD` says.

    How many there will be depends on what they find, so the bound is that of a confidence sequence, which takes a few
    more than a fixed number would.
    """
    allowed = min(GUARD * question.limit, 0.5)
    runs = runs_to_prove(1 - allowed, question.confidence)
    while upper_limit(0, runs, question.confidence) > allowed:
        runs = ceil(1.02 * runs)
    return runs


def _failures_wanted(question: Question) -> float:
    """Return how many failures bring the interval to the width asked for, but at least enough to speak of."""
    return FAILURES_WANTED if question.width is None else max(FAILURES_WANTED, (4 / question.width) ** 2)


def _plain_runs_settle(question: Question, failures: int, runs: int) -> bool:
    """Whether a sequence over all the samples would settle the verdict, should they fail as often as the pilot did."""
    foreseen = np.array([round(failures / runs * question.samples)])
    samples = np.array([question.samples])
    below = is_less(foreseen, samples, question.limit, question.confidence)
    return bool((below | is_more(foreseen, samples, question.limit, question.confidence)).any())
