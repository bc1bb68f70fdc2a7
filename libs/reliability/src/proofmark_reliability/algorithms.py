"""Which algorithm answers a question: by its name in the plan."""

from proofmark_reliability import designs
from proofmark_reliability.auto import Auto
from proofmark_reliability.errors import UnknownName
from proofmark_reliability.fixed import Fixed
from proofmark_reliability.piloted import ADAPTIVE, Piloted
from proofmark_reliability.protocol import Algorithm, Question

METHODS: tuple[str, ...] = ("auto", *ADAPTIVE, *designs.METHODS)


def build(method: str, question: Question) -> Algorithm:
    """Return the algorithm of that name, before its first batch.

    Raises
    ------
    UnknownName
        No such method.
    TooFewSamples
        The method needs more samples than the question allows.
    OutOfRange
        The method learns from random parameters, and there are none.
    NotASaltelliPlan
        The samples make no such plan.
    """
    if method == "auto":
        return Auto(question)
    if method in ADAPTIVE:
        return Piloted(method, question)
    if method in designs.METHODS:
        return Fixed(method, question)
    raise UnknownName("method", METHODS, method)
