"""Adaptive methods asked for by name: a plain pilot, then the algorithm that learns from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.cross_entropy import CrossEntropy
from proofmark_reliability.errors import OutOfRange, TooFewSamples, UnknownName
from proofmark_reliability.final import outcomes
from proofmark_reliability.form import Form
from proofmark_reliability.kriging import Kriging, pilot_runs
from proofmark_reliability.normals import addressed_uniforms, to_normals
from proofmark_reliability.protocol import Algorithm, Block, Pilot, Proposal, Question, closing
from proofmark_reliability.subset import LEAST_RUNS, LEVELS, RUNS, Subset


@dataclass(frozen=True)
class Adaptive:
    """How a method that learns begins."""

    begin: Callable[[Question, Pilot], Algorithm]
    pilot: Callable[[int], int]
    """Plain runs that it starts from, by the number of random parameters."""
    least: Callable[[int], int]
    """Samples that it needs beyond its pilot, likewise."""

    def check(self, name: str, question: Question) -> None:
        """Refuse a question that leaves nothing to learn, or too little to learn from.

        Raises
        ------
        OutOfRange
            No parameter is random.
        TooFewSamples
        """
        if question.dimensions < 1:
            raise OutOfRange(f"random parameters of {name}", "at least 1", question.dimensions)
        least = self.pilot(question.dimensions) + self.least(question.dimensions)
        if question.samples < least:
            raise TooFewSamples(name, least, question.samples)


ADAPTIVE: Mapping[str, Adaptive] = {
    "cross-entropy": Adaptive(CrossEntropy, pilot=lambda d: 400 + 6 * d, least=lambda _: 1000),
    "kriging": Adaptive(Kriging, pilot=pilot_runs, least=lambda _: 180),
    "subset": Adaptive(Subset, pilot=lambda _: RUNS, least=lambda _: LEVELS * LEAST_RUNS),
    "form": Adaptive(Form, pilot=lambda d: 20 + d, least=lambda d: 20 * (d + 1)),
}


class Piloted:
    """Ask and tell.

    Parameters
    ----------
    name : str
        One of `ADAPTIVE`.
    question : Question

    Raises
    ------
    OutOfRange, TooFewSamples, UnknownName
    """

    def __init__(self, name: str, question: Question) -> None:
        if name not in ADAPTIVE:
            raise UnknownName("method", tuple(ADAPTIVE), name)
        ADAPTIVE[name].check(name, question)
        self._name, self._question = name, question
        self._algorithm: Algorithm | None = None
        self._closing: Proposal | None = None

    def ask(self) -> Proposal:
        if self._closing is not None:
            return self._closing
        if self._algorithm is not None:
            return self._algorithm.ask()
        return pilot(self._question, ADAPTIVE[self._name].pilot(self._question.dimensions))

    def tell(self, margins: FloatArray) -> None:
        if self._algorithm is not None:
            self._algorithm.tell(margins)
        elif unanswered(margins):
            self._closing = closing(self._question.dimensions, refusal=unanswered(margins))
        else:
            known = Pilot(to_normals(self.ask().uniforms), margins)
            self._algorithm = ADAPTIVE[self._name].begin(self._question, known)


def pilot(question: Question, runs: int) -> Proposal:
    """Return batch 0: plain runs alone."""
    points = addressed_uniforms(question.seed, 0, runs, question.dimensions)
    return Proposal(points, (Block("plain", runs),), reason=f"pilot: {runs:,} plain runs")


def unanswered(margins: FloatArray) -> str:
    """Say so if nothing can be learnt because no run has an answer."""
    return f"none of {len(margins):,} pilot runs has an answer" if outcomes(margins)[1].all() else ""
