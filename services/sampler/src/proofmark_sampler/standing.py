"""Algorithms as they stood when they were asked last, so that a method that learns is not built anew for every batch.

A shortcut and nothing more: what is not kept here is built from the completed batches, and proposes the same.
"""

from collections import OrderedDict
from collections.abc import Sequence

from proofmark_contracts.design import Design
from proofmark_reliability.protocol import Algorithm, Proposal
from proofmark_sampler.asking import FloatArray, begun, learns

MOST_STUDIES = 16


class Standing:
    """The algorithms of the studies asked last. A study that ends is forgotten, and the one asked longest ago."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, Algorithm]] = OrderedDict()
        """By study: how many batches it was asked for, and the algorithm, told all of them but the last."""

    def propose(self, study: str, design: Design, told: Sequence[FloatArray]) -> Proposal:
        """Ask for the batch behind those told; see `asking.propose`."""
        asked, algorithm = self._kept.pop(study, (0, None))
        if algorithm is not None and asked == len(told):
            algorithm.tell(told[-1])
        else:
            algorithm = begun(design, told)
        proposal = algorithm.ask()
        if learns(design) and not proposal.last:
            self._kept[study] = (len(told) + 1, algorithm)
            if len(self._kept) > MOST_STUDIES:
                self._kept.popitem(last=False)
        return proposal
