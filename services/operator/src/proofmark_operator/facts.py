"""What is known of one resource's study, read from the bus and from the cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from proofmark_chassis import Context
from proofmark_contracts.assessment import ReliabilityAssessed, ReliabilityUpdated
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.study import SpecAnswered, StudyClosed
from proofmark_operator.names import RESTING_ANNOTATION, TENANT_ANNOTATION

QUOTA = "exceeded quota"
"""What the API server says when a namespace has no room."""


@dataclass(frozen=True)
class JobState:
    """A study's Job as the cluster tells it."""

    active: int = 0
    suspended: bool = False
    resting: bool = False
    """Suspended by an operator until the next batch, not by anybody else."""
    finished: str | None = None
    """`Complete` or `Failed`."""
    message: str = ""
    refused: str = ""
    """Why the last pod could not be created."""
    tenant: str = ""
    revision: str = ""
    """Changes with everything that changes."""

    @classmethod
    def of(cls, job: Mapping[str, Any], refused: str) -> Self:
        status, metadata = job.get("status", {}), job.get("metadata", {})
        annotations = metadata.get("annotations", {})
        suspended = bool(job["spec"].get("suspend"))
        true = {c["type"]: c for c in status.get("conditions", ()) if c["status"] == "True"}
        finished = next((kind for kind in ("Complete", "Failed") if kind in true), None)
        return cls(
            active=status.get("active", 0),
            suspended=suspended,
            resting=suspended and RESTING_ANNOTATION in annotations,
            finished=finished,
            message=true[finished].get("message", "") if finished else "",
            refused=refused,
            tenant=annotations.get(TENANT_ANNOTATION, ""),
            revision=metadata.get("resourceVersion", ""),
        )


@dataclass(frozen=True)
class Facts:
    """All that a resource's status is made from."""

    submitted: bool = False
    answer: SpecAnswered | None = None
    live: ReliabilityUpdated | None = None
    assessed: ReliabilityAssessed | None = None
    sealed: ReleaseSealed | None = None
    closed: StudyClosed | None = None
    job: JobState | None = None

    @classmethod
    async def read(cls, answer: SpecAnswered | None, job: JobState | None, context: Context) -> Self:
        """Everything the bus knows by now."""
        if answer is None or answer.study is None:
            return cls(submitted=True, answer=answer)
        return cls(
            submitted=True,
            answer=answer,
            live=await context.read(ReliabilityUpdated, answer.study),
            assessed=await context.read(ReliabilityAssessed, answer.study),
            sealed=await context.read(ReleaseSealed, answer.study),
            closed=await context.read(StudyClosed, answer.study),
            job=job,
        )
