"""Conditions of a resource, by Kubernetes' conventions: a type, its truth, a reason in one word, a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from proofmark_operator.facts import QUOTA, Facts

Truth = Literal["True", "False", "Unknown"]
ENDS = {
    "released": "Released",
    "rejected": "Rejected",
    "not-proven": "NotProven",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
TROUBLES = {("Accepted", "Refused"), ("Running", "QuotaExceeded"), ("Running", "JobFailed")}
"""Types and reasons that somebody has to do something about."""
VERDICTS = {"approved": "Approved", "rejected": "Rejected", "not-proven": "NotProven"}


@dataclass(frozen=True)
class Condition:
    type: str
    status: Truth
    reason: str
    message: str = ""


def conditions(facts: Facts) -> list[Condition]:
    """How far a study has come; what is not known yet is `Unknown`, so that both ends can be waited for."""
    return [
        _accepted(facts),
        _running(facts),
        _settled(facts),
        _decided(facts),
        _firmware_verified(facts),
        _released(facts),
        _closed(facts),
    ]


def merged(old: Sequence[dict[str, Any]], new: Sequence[Condition], generation: int, now: str) -> list[dict[str, Any]]:
    """The conditions as they are written; a time of transition stays as long as the truth does."""
    before = {condition["type"]: condition for condition in old}
    written = []
    for condition in new:
        known = before.get(condition.type, {})
        same = known.get("status") == condition.status
        written.append(
            {
                "type": condition.type,
                "status": condition.status,
                "reason": condition.reason,
                "message": condition.message,
                "observedGeneration": generation,
                "lastTransitionTime": known["lastTransitionTime"] if same else now,
            }
        )
    return written


def news(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of conditions as they are written, those that became true, and troubles that came up."""
    before = {condition["type"]: condition for condition in old}
    found = []
    for condition in new:
        known = before.get(condition["type"], {})
        became_true = condition["status"] == "True" and known.get("status") != "True"
        if became_true or (is_trouble(condition) and known.get("reason") != condition["reason"]):
            found.append(condition)
    return found


def is_trouble(condition: Mapping[str, Any]) -> bool:
    return (condition["type"], condition["reason"]) in TROUBLES


def _refused(facts: Facts) -> bool:
    return facts.answer is not None and facts.answer.study is None


def _accepted(facts: Facts) -> Condition:
    if facts.answer is None:
        if facts.submitted:
            return Condition("Accepted", "Unknown", "Submitted", "waiting for intake's answer")
        return Condition("Accepted", "Unknown", "Suspended", "not submitted while it is suspended")
    if _refused(facts):
        return Condition("Accepted", "False", "Refused", "\n".join(facts.answer.reasons))
    return Condition("Accepted", "True", "Opened", "\n".join(facts.answer.warnings))


def _running(facts: Facts) -> Condition:
    job = facts.job
    if facts.closed is not None or _refused(facts):
        return Condition("Running", "False", "Closed")
    if job is None:
        return Condition("Running", "False", "NoJob", "there is no Job of this study")
    if job.finished is not None:
        return Condition("Running", "False", f"Job{job.finished}", job.message)
    if job.resting:
        return Condition("Running", "False", "Resting", "its pods come back with the next batch")
    if job.suspended:
        return Condition("Running", "False", "Suspended")
    if QUOTA in job.refused and job.active == 0:
        return Condition("Running", "False", "QuotaExceeded", job.refused)
    if job.active == 0:
        return Condition("Running", "False", "Starting", job.refused)
    return Condition("Running", "True", "PodsActive", job.refused)


def _settled(facts: Facts) -> Condition:
    assessed = facts.assessed
    if assessed is None:
        return _not_yet("Settled", facts)
    if assessed.outcome == "failed":
        return Condition("Settled", "False", "NoAnswer", "; ".join(assessed.reasons))
    if assessed.settled is False:
        return Condition("Settled", "False", "NotSettled", assessed.stopped)
    reason = "SamplesSpent" if assessed.settled is None else "VerdictSettled"
    return Condition("Settled", "True", reason, assessed.stopped)


def _decided(facts: Facts) -> Condition:
    if facts.sealed is None:
        return _not_yet("Decided", facts)
    return Condition("Decided", "True", VERDICTS[facts.sealed.verdict])


def _firmware_verified(facts: Facts) -> Condition:
    sealed = facts.sealed
    if sealed is None:
        return _not_yet("FirmwareVerified", facts)
    if sealed.firmware == "verified":
        return Condition("FirmwareVerified", "True", "Verified")
    if sealed.firmware == "failed":
        return Condition("FirmwareVerified", "False", "Failed", "; ".join(sealed.reasons))
    if sealed.verdict == "approved":
        return Condition("FirmwareVerified", "Unknown", "NotAsked", "the design asks for no firmware")
    return Condition("FirmwareVerified", "False", VERDICTS[sealed.verdict], "only an approved design gets firmware")


def _released(facts: Facts) -> Condition:
    if facts.closed is None:
        return _not_yet("Released", facts)
    truth: Truth = "True" if facts.closed.outcome == "released" else "False"
    return Condition("Released", truth, ENDS[facts.closed.outcome], "; ".join(facts.closed.reasons))


def _closed(facts: Facts) -> Condition:
    if _refused(facts):
        return Condition("Closed", "True", "Refused")
    if facts.closed is None:
        return Condition("Closed", "False", "Open")
    return Condition("Closed", "True", ENDS[facts.closed.outcome], "; ".join(facts.closed.reasons))


def _not_yet(kind: str, facts: Facts) -> Condition:
    """Unknown while it may still come; False once it cannot."""
    if _refused(facts):
        return Condition(kind, "False", "Refused")
    if facts.closed is not None:
        return Condition(kind, "False", ENDS[facts.closed.outcome])
    return Condition(kind, "Unknown", "Waiting")
