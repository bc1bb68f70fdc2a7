"""Ask and tell: an algorithm proposes batches of runs and learns from completed ones, wherever the runs happen.

An algorithm is a function of (question, completed batches) and of nothing else: whoever builds it from the same
question and tells it the same batches in the same order is asked for the same next batch, bit for bit. That is how it
survives a kill: it is built anew and told what is already known.

    algorithm = build(question)
    while (proposal := algorithm.ask()).vectors:
        algorithm.tell(margins_of(proposal.uniforms))
        if proposal.last:
            break
"""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np

from proofmark_reliability.arrays import FloatArray

Role: TypeAlias = Literal["plain", "learning", "final"]
"""What a block's runs count for.

plain
    Drawn from the parameters' own distribution, whatever was learnt before: bounds from them assume nothing.
learning
    Drawn to learn where failures are; they estimate nothing.
final
    Drawn from a density fixed before the batch, independently; weighed, they estimate the probability of failure.
"""


@dataclass(frozen=True)
class Question:
    """What an algorithm is asked to find out."""

    seed: int
    dimensions: int
    """Random parameters."""
    requirements: int
    samples: int
    """Most model evaluations that may be spent, of every role together."""
    limit: float
    """Probability of failure that the target allows, 1 - target: what the verdict turns on."""
    confidence: float
    width: float | None = None
    """Relative width of the two-sided interval of pf, (high - low) / pf, at which the algorithm may stop; None: its
    own default."""
    settle: bool = False
    """Only the verdict is wanted, whether the probability of failure is below the limit or above it: runs are watched,
    and end as soon as it is."""
    smooth: bool = True
    """False where a parameter is discrete, so that nothing is differentiable."""


@dataclass(frozen=True)
class Block:
    """Vectors of a batch that form one statistical unit; blocks follow one another in vector order."""

    role: Role
    vectors: int


@dataclass(frozen=True)
class Stated:
    """An estimate that the algorithm makes itself, where weights cannot express it (subset simulation)."""

    pf: float
    relative_error: float
    """Standard error of pf, divided by pf."""


@dataclass(frozen=True)
class Proposal:
    """One batch."""

    uniforms: FloatArray
    """(n, dimensions), strictly between 0 and 1: standard-normal points u as ndtr(u)."""
    blocks: tuple[Block, ...]
    log_weights: FloatArray | None = None
    """(n,) log of the nominal density over the one drawn from, zero in plain blocks; None if every block is plain."""
    looks: int = 1
    """Times the interval may be looked at over all final blocks of the study, fixed before the first of them; the level
    is split among them. Each batch with a final block is one look."""
    last: bool = False
    """No batch follows, whatever this one finds."""
    stated: Stated | None = None
    reason: str = ""
    """What the algorithm does here and why, for people: `cross-entropy: 0 of 500 pilot runs failed`."""
    refusal: str = ""
    """Why what the final blocks say must not be relied on; empty if nothing speaks against it. Only in a last batch."""

    @property
    def vectors(self) -> int:
        return len(self.uniforms)


class Algorithm(Protocol):
    """Proposes batches. Batch numbers, and with them random streams, count the proposals from 0."""

    def ask(self) -> Proposal:
        """Return the next batch; one without vectors is always the last, and ends the study with what is known."""
        ...

    def tell(self, margins: FloatArray) -> None:
        """Learn how the batch asked for last fared.

        Parameters
        ----------
        margins : (n, requirements) float array
            Negative is a violation, NaN a run without an answer; each column in a unit of its own.
        """
        ...


@dataclass(frozen=True)
class Pilot:
    """The plain runs that an adaptive algorithm starts from: batch 0 and whatever else was run before it took over."""

    normals: FloatArray
    """(n, dimensions) standard-normal points."""
    margins: FloatArray
    """(n, requirements)"""
    batches: int = 1
    """Batches already spent: the algorithm's own begin with this number."""


def closing(dimensions: int, reason: str = "", refusal: str = "", stated: Stated | None = None) -> Proposal:
    """Return the batch without vectors that ends a study."""
    return Proposal(np.empty((0, dimensions)), (), last=True, reason=reason, refusal=refusal, stated=stated)
