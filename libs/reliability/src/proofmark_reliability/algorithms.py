"""Which algorithm answers a question: by its name in the plan."""

from proofmark_reliability import designs
from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.designs import layout, uniforms
from proofmark_reliability.errors import UnknownName
from proofmark_reliability.protocol import Algorithm, Block, Proposal, Question, closing

BATCH_VECTORS = 1_000_000
"""Independent vectors are proposed a million at a time, which bounds the memory of everybody who holds a batch."""
METHODS: tuple[str, ...] = designs.METHODS


def build(method: str, question: Question) -> Algorithm:
    """Return the algorithm of that name, before its first batch.

    Raises
    ------
    UnknownName
        No such method.
    TooFewSamples
        The method needs more samples than the question allows.
    """
    if method in designs.METHODS:
        return Design(method, question)
    raise UnknownName("method", METHODS, method)


class Design:
    """A design fixed before the first run: it learns nothing, and every batch of it is plain."""

    def __init__(self, method: designs.Method, question: Question) -> None:
        self._method, self._question = method, question
        self._layouts = _layouts(method, question.samples)
        self._batch = 0

    def ask(self) -> Proposal:
        if self._batch == len(self._layouts):
            return closing(self._question.dimensions)
        blocks = self._layouts[self._batch]
        return Proposal(
            uniforms(self._method, self._question.seed, self._batch, blocks, self._question.dimensions),
            tuple(Block("plain", vectors) for vectors in blocks),
            last=self._batch + 1 == len(self._layouts),
        )

    def tell(self, margins: FloatArray) -> None:  # noqa: ARG002
        self._batch += 1


def _layouts(method: designs.Method, samples: int) -> tuple[tuple[int, ...], ...]:
    """Return the blocks of each batch. Only independent vectors can be split over batches: a hypercube is one whole."""
    if method != "monte-carlo" or samples <= BATCH_VECTORS:
        return (layout(method, samples),)
    whole, rest = divmod(samples, BATCH_VECTORS)
    return ((BATCH_VECTORS,),) * whole + (((rest,),) if rest else ())
