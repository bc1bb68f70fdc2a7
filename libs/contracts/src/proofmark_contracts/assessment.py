"""What is known of a study's reliability: live, and once and for all."""

from typing import Any, ClassVar, Literal

from proofmark_contracts.campaign import Role
from proofmark_contracts.frozen import Frozen
from proofmark_contracts.message import Message, TableRef, Zone


class Estimate(Frozen):
    """Reliability of the system, or of one requirement with a target of its own.

    Bounds hold whichever way the missing runs would have gone: lower ones count them as failures, upper ones as passes.
    """

    name: str
    """`system`, or the requirement's name."""
    target: float
    samples: int
    failures: int
    missing: int
    r: float | None
    """1 - failures / answered runs; None where no run answered."""
    r_low: float
    r_high: float
    """Two-sided interval at the confidence asked for."""
    bound_low: float
    """One-sided: R is at least this, at the confidence asked for."""
    bound_high: float
    """One-sided: R is at most this, at the confidence asked for, shared over all estimates of the study."""
    certified: Literal["exact", "conditional", "no"]
    reason: str = ""
    """Why it is not certified, or on what condition."""
    pf: float | None = None
    """Estimated probability of failure."""
    pf_low: float | None = None
    pf_high: float | None = None
    """Two-sided interval of pf at the confidence asked for; precise where 1 - r_high would be rounded away."""
    model_free_pf_high: float | None = None
    """One-sided: pf is at most this, at the confidence asked for, from plain runs alone and without any assumption."""


class Margin(Frozen):
    """How one requirement fared."""

    requirement: str
    failures: int
    sole_cause: int
    """Runs that this requirement alone failed."""
    worst: float | None
    """Smallest margin seen, SI; negative is a violation."""
    worst_vector: int | None
    """Index of the vector that gave it."""


class Share(Frozen):
    """A parameter's part in the failures' variance, with a bootstrap interval."""

    parameter: str
    share: float
    low: float
    high: float


class Causes(Frozen):
    """Which parameters cause the failures."""

    method: Literal["surrogate-target-sobol", "kolmogorov-smirnov", "mean-shift", "not-identifiable"]
    shares: tuple[Share, ...] = ()
    """Largest first."""
    sentence: str


class Block(Frozen):
    """Vectors of a batch that form one statistical unit."""

    role: Role
    vectors: int


class Round(Frozen):
    """What one batch was for."""

    reason: str
    """What the algorithm did, and why."""
    blocks: tuple[Block, ...]
    """In vector order; all that was planned, also where the study stopped inside."""
    weights: TableRef | None = None
    """Column `log_weight` of each vector; None if all are plain."""


class Capability(Frozen):
    """How the spread of a metric compares with its limits, over the plain runs."""

    requirement: str
    mean: float
    """SI."""
    std: float
    cp: float | None
    """None without two limits, or without spread."""
    cpk: float | None


class RunLog(Frozen):
    batch: int
    vector: int
    status: str
    text: str


class ReliabilityUpdated(Message):
    """The estimate as it grows. A view, never a fact: nobody decides on it."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "LIVE"
    verb: ClassVar = "reliability.updated"

    study: str
    samples: int
    planned: int
    failures: int
    missing: int
    r_low: float
    r_high: float
    cpu_s: float
    logs: tuple[RunLog, ...] = ()
    reason: str = ""
    """What the algorithm does in this batch, and why."""


class ReliabilityAssessed(Message):
    """The reliability assessment of a study: final."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "ESTIMATE"
    verb: ClassVar = "reliability.assessed"

    study: str
    outcome: Literal["assessed", "failed"]
    """`failed`: not one run gave an answer."""
    method: str
    confidence: float
    estimates: tuple[Estimate, ...]
    """The system first."""
    margins: tuple[Margin, ...]
    causes: Causes
    batches: tuple[tuple[TableRef, TableRef], ...]
    """Vectors and outcomes of each batch."""
    missing_by_status: dict[str, int] = {}
    reproducible: bool = True
    """False after a time-out, a lost worker or a budget stop."""
    reasons: tuple[str, ...] = ()
    rounds: tuple[Round, ...] = ()
    """One for each batch, those without vectors left out."""
    settled: bool | None = None
    """Whether the study stopped because its verdict was settled; None unless it was asked to."""
    stopped: str = ""
    """Why it ended before `samples` runs; empty if it did not."""
    capabilities: tuple[Capability, ...] = ()
    parent: str | None = None
    """The study whose runs were taken over."""
    mixed_model: bool = False
    """Some runs come from the parent's model, which is not this one's."""
    full_solutions: int = 0
    """Runs of this study, those taken over left out, whose temperatures took the full model."""

    def summary(self) -> dict[str, Any]:
        """The system's reliability, as outcomes and the command line tell it."""
        system = self.estimates[0]
        told = system.model_dump(exclude={"name", "target", "bound_low", "bound_high"})
        return {
            **told,
            "confidence": self.confidence,
            "method": self.method,
            "rounds": max(1, len(self.rounds)),
            "settled": bool(self.settled),
        }
