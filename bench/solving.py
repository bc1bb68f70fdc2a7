"""One study without the bus: an algorithm proposes, a model answers, and the runs are counted, weighed and judged."""

import time
from dataclasses import dataclass

from bench.problems import Problem
from proofmark_reliability.algorithms import build
from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.estimate import assess
from proofmark_reliability.evidence import Evidence
from proofmark_reliability.final import outcomes
from proofmark_reliability.protocol import Proposal, Question
from proofmark_reliability.tally import Group, empty_tally, tally
from proofmark_reliability.weighing import Weighed, weighed

CONFIDENCE = 0.95
LIMIT_FACTOR = 3.0
"""Times the true probability of failure: what the target of a study allows."""


@dataclass(frozen=True)
class Result:
    """What a study ended with."""

    pf: float | None
    low: float
    high: float
    certified: str
    reason: str
    evaluations: int
    batches: int
    model_free_high: float
    engine_s: float
    """Processor time spent on proposing, learning, counting and judging."""
    way: tuple[str, ...]
    """What the algorithm said it does, batch by batch."""


def solve(problem: Problem, method: str, seed: int, samples: int) -> Result:
    """Return what a study of the problem ends with; `method` must not be a design of dependent points.

    Raises
    ------
    TooFewSamples, OutOfRange
        The method does not suit the problem.
    """
    limit = min(0.5, LIMIT_FACTOR * problem.pf)
    question = Question(
        seed=seed,
        dimensions=problem.dimensions,
        requirements=problem.requirements,
        samples=samples,
        limit=limit,
        confidence=CONFIDENCE,
        smooth=problem.continuous,
    )
    began = time.process_time()
    waited = 0.0
    algorithm = build(method, question)
    runs = _Runs(Group("system", 1 - limit, tuple(range(problem.requirements))))
    batches, way = 0, []
    while True:
        proposal = algorithm.ask()
        way.append(proposal.reason)
        if proposal.vectors:
            asked = time.process_time()
            margins = problem.margins(proposal.uniforms)
            waited += time.process_time() - asked
            algorithm.tell(margins)
            runs.add(proposal, margins)
            batches += 1
        if proposal.last:
            break
    (found,) = assess(runs.judged, runs.plain, method, CONFIDENCE, runs.evidence(proposal))
    return Result(
        pf=found.pf,
        low=found.pf_low,
        high=found.pf_high,
        certified=found.certified,
        reason=found.reason,
        evaluations=found.samples,
        batches=batches,
        model_free_high=1.0 if found.model_free_pf_high is None else found.model_free_pf_high,
        engine_s=time.process_time() - began - waited,
        way=tuple(way),
    )


class _Runs:
    """Runs so far: counts of plain ones, sums of weighed ones."""

    def __init__(self, judged: Group) -> None:
        self.judged = (judged,)
        self.plain = self._spent = empty_tally(1, self.judged, len(judged.members))
        self._weighed = Weighed()
        self._looks = 1

    def add(self, proposal: Proposal, margins: FloatArray) -> None:
        failed, missing = outcomes(margins)
        first = 0
        for block in proposal.blocks:
            rows = slice(first, first + block.vectors)
            counted = tally(margins[rows], missing[rows], 0, (block.vectors,), self.judged)
            self._spent += counted
            if block.role == "plain":
                self.plain += counted
            elif block.role == "final":
                assert proposal.log_weights is not None
                self._weighed += weighed(proposal.log_weights[rows], failed[rows], missing[rows])
                self._looks = proposal.looks
            first += block.vectors

    def evidence(self, last: Proposal) -> Evidence:
        return Evidence(
            spent=self._spent,
            weighed=(self._weighed,) if self._weighed.runs else (),
            looks=self._looks,
            stated=last.stated,
            refusal=last.refusal,
        )
