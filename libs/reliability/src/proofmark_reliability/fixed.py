"""Designs fixed before the first run, as algorithms: they learn nothing, and every batch of theirs is plain."""

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.designs import Method, layout, uniforms
from proofmark_reliability.protocol import Block, Proposal, Question, closing

BATCH_VECTORS = 1_000_000
"""Independent vectors are proposed a million at a time, which bounds the memory of everybody who holds a batch."""


class Fixed:
    """Ask and tell.

    Parameters
    ----------
    method : str
        One of `designs.METHODS`.
    question : Question
    batches, runs : int
        Already spent on plain independent runs: only `monte-carlo` can go on from them.

    Raises
    ------
    TooFewSamples
        The design cannot be laid out with so few samples.
    """

    def __init__(self, method: Method, question: Question, batches: int = 0, runs: int = 0) -> None:
        self._method, self._question = method, question
        self._layouts = _layouts(method, question.samples - runs, question.dimensions)
        self._first = self._batch = batches

    def ask(self) -> Proposal:
        planned = self._batch - self._first
        if planned == len(self._layouts):
            return closing(self._question.dimensions)
        blocks = self._layouts[planned]
        return Proposal(
            uniforms(self._method, self._question.seed, self._batch, blocks, self._question.dimensions),
            tuple(Block("plain", vectors) for vectors in blocks),
            last=planned + 1 == len(self._layouts),
        )

    def tell(self, margins: FloatArray) -> None:  # noqa: ARG002
        self._batch += 1


def _layouts(method: Method, samples: int, dimensions: int) -> tuple[tuple[int, ...], ...]:
    """Return the blocks of each batch. Only independent vectors can be split over batches: a hypercube is one whole."""
    if method != "monte-carlo" or samples <= BATCH_VECTORS:
        return (layout(method, samples, dimensions),)
    whole, rest = divmod(samples, BATCH_VECTORS)
    return ((BATCH_VECTORS,),) * whole + (((rest,),) if rest else ())
