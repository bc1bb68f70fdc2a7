"""What is said of a finished study: the document of `run --json`, and what `run.json` adds to it."""

from dataclasses import dataclass
from typing import Any

from proofmark.client import OperatorClient
from proofmark_contracts.assessment import Estimate, ReliabilityAssessed, ReliabilityUpdated
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.study import StudyClosed, StudyOpened

VERDICTS = {
    "released": "APPROVED, and released",
    "rejected": "REJECTED",
    "not-proven": "NOT PROVEN",
    "failed": "FAILED: no verdict",
    "cancelled": "CANCELLED",
}


@dataclass(frozen=True)
class Result:
    """A closed study's facts; those it did not come to are None."""

    opened: StudyOpened
    closed: StudyClosed
    assessed: ReliabilityAssessed | None
    sealed: ReleaseSealed | None
    live: ReliabilityUpdated | None

    @classmethod
    async def read(cls, client: OperatorClient, closed: StudyClosed) -> "Result":
        study = closed.study
        return cls(
            await client.wait(StudyOpened, study),
            closed,
            await client.read(ReliabilityAssessed, study),
            await client.read(ReleaseSealed, study),
            await client.read(ReliabilityUpdated, study),
        )

    def document(self, release: str | None) -> dict[str, Any]:
        """The document of `run --json`; `release` is the folder the evidence was written to."""
        return {
            "study": self.opened.study,
            "outcome": self.closed.outcome,
            "verdict": self.sealed.verdict if self.sealed else None,
            "reliability": self.assessed.summary() if self.assessed else None,
            "sensitivity": _sensitivity(self.assessed) if self.assessed else [],
            "reasons": list(self.closed.reasons),
            "reproducible": self.assessed.reproducible if self.assessed else None,
            "release": release,
        }


def _sensitivity(assessed: ReliabilityAssessed) -> list[dict[str, Any]]:
    return [{"parameter": share.parameter, "share": share.share} for share in assessed.causes.shares]


def sentence(estimate: Estimate, confidence: float) -> str:
    """One estimate in words, for a person."""
    missing = f", {estimate.missing:,} without an answer" if estimate.missing else ""
    return (
        f"{estimate.name}: R is at least {estimate.bound_low:.6g}, and at most {estimate.bound_high:.6g}, "
        f"each with {100 * confidence:g} % confidence; target {estimate.target:g} "
        f"({estimate.failures:,} of {estimate.samples:,} runs failed{missing})"
    )
