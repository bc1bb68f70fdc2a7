"""What is known of a study's reliability: live, and once and for all."""

from typing import Any, ClassVar, Literal

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

    method: Literal["surrogate-target-sobol", "kolmogorov-smirnov", "not-identifiable"]
    shares: tuple[Share, ...] = ()
    """Largest first."""
    sentence: str


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

    def summary(self) -> dict[str, Any]:
        """The system's reliability, as outcomes and the command line tell it."""
        system = self.estimates[0]
        told = system.model_dump(include={"r", "r_low", "r_high", "samples", "failures", "missing"})
        return {**told, "confidence": self.confidence, "method": self.method}
