"""What the algorithm proposes next: built from the design, told every batch that is completed, asked once."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Design
from proofmark_reliability import algorithms, designs
from proofmark_reliability.errors import ReliabilityError
from proofmark_reliability.fixed import Fixed
from proofmark_reliability.protocol import Algorithm, Proposal, Question, closing

FloatArray = npt.NDArray[np.float64]


def learns(design: Design) -> bool:
    """Whether a batch depends on how the ones before it fared."""
    return design.reliability.method not in designs.METHODS


def question(design: Design) -> Question:
    """What the plan wants to know. Where requirements have targets of their own, the strictest counts."""
    plan = design.reliability
    targets = [requirement.target or plan.target for requirement in design.requirements]
    return Question(
        seed=plan.seed,
        dimensions=len(design.random_parameters),
        requirements=len(design.requirements),
        samples=plan.samples,
        limit=1 - max(targets),
        confidence=plan.confidence,
        width=plan.width,
        settle=plan.stop == "settled",
        smooth=not any(law.kind == "discrete" for law in design.parameters.values()),
    )


def propose(design: Design, told: Sequence[FloatArray]) -> Proposal:
    """Ask for the batch behind those told.

    Parameters
    ----------
    design : Design
    told : one (n, requirements) float array for each completed batch
        Its margins, see `Algorithm.tell`. A method that does not learn is told how many there were, and no more.

    Returns
    -------
    Proposal
        A closing one with its refusal where the method cannot begin: with too few samples, say, or nothing random.
    """
    return begun(design, told).ask()


def begun(design: Design, told: Sequence[FloatArray]) -> Algorithm:
    """Build the algorithm and tell it every batch that is completed."""
    asked = question(design)
    try:
        algorithm = algorithms.build(design.reliability.method, asked)
    except ReliabilityError as error:
        return Refused(asked, str(error))
    for margins in told:
        if learns(design):
            algorithm.ask()
        algorithm.tell(margins)
    return algorithm


class Refused:
    """In place of an algorithm that cannot begin."""

    def __init__(self, asked: Question, refusal: str) -> None:
        self._closing = closing(asked.dimensions, refusal=refusal)

    def ask(self) -> Proposal:
        return self._closing

    def tell(self, margins: FloatArray) -> None:  # noqa: ARG002
        return


def propose_more(design: Design, parents: int, runs: int, batch: int) -> Proposal:
    """Ask for a batch of plain runs behind those of a parent.

    Parameters
    ----------
    design : Design
        Of the study that extends it; its samples count the parent's too.
    parents, runs : int
        Batches that the parent had, and vectors in them.
    batch : int
        The one asked for, at least `parents`.
    """
    algorithm = Fixed("monte-carlo", question(design), parents, runs)
    for _ in range(parents, batch):
        algorithm.tell(np.empty((0, len(design.requirements))))
    return algorithm.ask()
