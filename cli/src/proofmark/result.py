"""What is said of a finished study: the document of `run --json`, and what `run.json` adds to it."""

from dataclasses import dataclass
from math import floor, log10
from typing import Any

from proofmark.client import OperatorClient
from proofmark.exits import OF_OUTCOME, Exit
from proofmark_contracts.assessment import Estimate, ReliabilityAssessed, ReliabilityUpdated
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.firmware import MicropythonModule
from proofmark_contracts.study import StudyClosed, StudyOpened

SECONDS_IN_HOUR = 3600

VERDICTS = {
    "released": "APPROVED, and released",
    "rejected": "REJECTED",
    "not-proven": "NOT PROVEN",
    "failed": "FAILED: no verdict",
    "cancelled": "CANCELLED",
}
FIRMWARE_FAILED = "APPROVED, but not released: its firmware failed"


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

    @property
    def exit(self) -> Exit:
        """The exit code that tells of the outcome."""
        if self.sealed is not None and self.sealed.firmware == "failed":
            return Exit.FIRMWARE_FAILED
        return OF_OUTCOME[self.closed.outcome]

    @property
    def verdict(self) -> str:
        """The outcome, for a person."""
        return FIRMWARE_FAILED if self.exit is Exit.FIRMWARE_FAILED else VERDICTS[self.closed.outcome]

    @property
    def may_go_on(self) -> bool:
        """Whether a child study could take over its runs: some have no answer, or its sequence is not at its end."""
        if self.assessed is None:
            return False
        watched = self.opened.design.reliability.stop != "samples"
        return bool(self.assessed.missing_by_status) or (watched and not self.assessed.settled)

    def document(self, release: str | None) -> dict[str, Any]:
        """The document of `run --json`; `release` is the folder the evidence was written to."""
        return {
            "study": self.opened.study,
            "outcome": self.closed.outcome,
            "verdict": self.sealed.verdict if self.sealed else None,
            "firmware": self.sealed.firmware if self.sealed else None,
            "reliability": {**self.assessed.summary(), **self._cost(self.assessed)} if self.assessed else None,
            "sensitivity": _sensitivity(self.assessed) if self.assessed else [],
            "reasons": list(self.closed.reasons),
            "reproducible": self.assessed.reproducible if self.assessed else None,
            "release": release,
        }

    def sentences(self) -> list[str]:
        """What was found, in words for a person."""
        if self.assessed is None:
            return []
        told = [line for e in self.assessed.estimates for line in sentences(e, self.assessed.confidence)]
        if self.assessed.parent:
            told.append(f"takes over runs of {self.assessed.parent}")
        of = f", of {self.opened.design.reliability.samples:,} that were allowed"
        told += [reason + of if reason == self.assessed.stopped else reason for reason in self.assessed.reasons]
        return [*told, self.assessed.causes.sentence, *self._firmware()]

    def _firmware(self) -> list[str]:
        """What the approved controller became; why it failed is among the reasons of the outcome."""
        asked = self.opened.design.firmware
        if asked is None or self.sealed is None or self.sealed.firmware != "verified":
            return []
        where = "in MicroPython" if isinstance(asked, MicropythonModule) else f"on an emulated {asked.board}"
        return [f"firmware {asked.version}: verified {where}"]

    def _cost(self, assessed: ReliabilityAssessed) -> dict[str, float | None]:
        """CPU hours that runs took, and those that an early stop spared, at the mean of a run."""
        if self.live is None:
            return {"cpu_hours": None, "cpu_hours_saved": None}
        used = self.live.cpu_s / SECONDS_IN_HOUR
        runs = assessed.estimates[0].samples
        spared = max(0, self.opened.design.reliability.samples - runs) if assessed.stopped else 0
        return {"cpu_hours": used, "cpu_hours_saved": spared * used / max(1, runs)}


def _sensitivity(assessed: ReliabilityAssessed) -> list[dict[str, Any]]:
    return [{"parameter": share.parameter, "share": share.share} for share in assessed.causes.shares]


def sentences(estimate: Estimate, confidence: float) -> list[str]:
    """One estimate in words, for a person: its bounds, its probability of failure, what it may be relied on for."""
    missing = f", {estimate.missing:,} without an answer" if estimate.missing else ""
    told = [
        f"{estimate.name}: R is at least {share(estimate.bound_low)}, and at most {share(estimate.bound_high)}, "
        f"each with {100 * confidence:g} % confidence; target {share(estimate.target)} "
        f"({estimate.failures:,} of {estimate.samples:,} runs failed{missing})"
    ]
    if estimate.pf is not None and estimate.pf_low is not None and estimate.pf_high is not None:
        told.append(f"pf is {estimate.pf:.3g}, between {estimate.pf_low:.3g} and {estimate.pf_high:.3g}")
    return [*told, _certificate(estimate)]


def _certificate(estimate: Estimate) -> str:
    alone = estimate.model_free_pf_high
    plain = "" if alone is None else f"; whatever the model, plain runs alone show pf at most {alone:.3g}"
    match estimate.certified:
        case "exact":
            return "exact: the bounds assume nothing about the model"
        case "conditional":
            return f"on condition: {estimate.reason}{plain or '; no plain runs bound pf without it'}"
        case "no":
            return f"not certified: {estimate.reason}{plain}"


def share(r: float) -> str:
    """A reliability with as many digits as it has nines, and two more."""
    return f"{r:.{max(6, 2 - floor(log10(1 - r)))}g}" if r < 1 else "1"
