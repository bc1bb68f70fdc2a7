"""Conditions: both ends of a study can be waited for, and a time of transition is that of the truth."""

from typing import Any

import pytest

from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.study import SpecAnswered, StudyClosed
from proofmark_operator.conditions import Condition, conditions, merged, news
from proofmark_operator.facts import Facts, JobState
from tests.chassis.examples import assessed

ANSWERED = SpecAnswered(tenant="team-a", event="e", study="s-r1")
REFUSED = SpecAnswered(tenant="team-a", event="e", reasons=("target: expected at most 1, got 2",))
QUOTA = 'pods "simulate-s-r1-0" is forbidden: exceeded quota: workers, requested: pods=1, used: pods=3, limited: pods=3'


def told(facts: Facts) -> dict[str, tuple[str, str]]:
    return {c.type: (c.status, c.reason) for c in conditions(facts)}


def closed(outcome: str) -> StudyClosed:
    return StudyClosed.model_validate({"study": "s-r1", "outcome": outcome})


def test_before_an_answer_everything_is_open() -> None:
    found = told(Facts(submitted=True))
    assert found["Accepted"] == ("Unknown", "Submitted")
    assert found["Closed"] == ("False", "Open")
    assert {found[kind][0] for kind in ("Settled", "Decided", "FirmwareVerified", "Released")} == {"Unknown"}


def test_a_refused_spec_is_at_its_end_and_says_why() -> None:
    found = {c.type: c for c in conditions(Facts(submitted=True, answer=REFUSED))}
    assert (found["Accepted"].status, found["Accepted"].message) == ("False", "target: expected at most 1, got 2")
    assert (found["Closed"].status, found["Closed"].reason) == ("True", "Refused")
    assert {c.status for kind, c in found.items() if kind != "Closed"} == {"False"}


@pytest.mark.parametrize(
    ("outcome", "reason", "released"),
    [
        ("released", "Released", "True"),
        ("rejected", "Rejected", "False"),
        ("not-proven", "NotProven", "False"),
        ("failed", "Failed", "False"),
        ("cancelled", "Cancelled", "False"),
    ],
)
def test_every_end_can_be_waited_for(outcome: str, reason: str, released: str) -> None:
    found = told(Facts(submitted=True, answer=ANSWERED, closed=closed(outcome)))
    assert found["Closed"] == ("True", reason)
    assert found["Released"] == (released, reason)
    assert all(status != "Unknown" for status, _ in found.values())


def test_the_verdict_is_the_gates() -> None:
    sealed = ReleaseSealed(study="s-r1", verdict="not-proven", files=())
    facts = Facts(submitted=True, answer=ANSWERED, assessed=assessed(), sealed=sealed)
    assert told(facts)["Decided"] == ("True", "NotProven")
    assert told(facts)["Settled"] == ("True", "SamplesSpent")


@pytest.mark.parametrize(
    ("sealed", "truth", "reason", "message"),
    [
        ({"verdict": "approved", "firmware": "verified"}, "True", "Verified", ""),
        (
            {"verdict": "approved", "firmware": "failed", "reasons": ("boot: no beat",)},
            "False",
            "Failed",
            "boot: no beat",
        ),
        ({"verdict": "approved"}, "Unknown", "NotAsked", "the design asks for no firmware"),
        ({"verdict": "rejected"}, "False", "Rejected", "only an approved design gets firmware"),
    ],
)
def test_what_came_of_the_firmware_is_said(sealed: dict[str, Any], truth: str, reason: str, message: str) -> None:
    release = ReleaseSealed(study="s-r1", files=(), **sealed)
    found = {c.type: c for c in conditions(Facts(submitted=True, answer=ANSWERED, sealed=release))}
    assert found["FirmwareVerified"] == Condition("FirmwareVerified", truth, reason, message)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("job", "truth", "reason"),
    [
        (JobState(active=3), "True", "PodsActive"),
        (JobState(active=0), "False", "Starting"),
        (JobState(active=0, refused=QUOTA), "False", "QuotaExceeded"),
        (JobState(active=1, refused=QUOTA), "True", "PodsActive"),
        (JobState(suspended=True), "False", "Suspended"),
        (JobState(finished="Failed", message="all indexes failed"), "False", "JobFailed"),
        (None, "False", "NoJob"),
    ],
)
def test_what_the_pods_do_is_said(job: JobState | None, truth: str, reason: str) -> None:
    assert told(Facts(submitted=True, answer=ANSWERED, job=job))["Running"] == (truth, reason)


def test_a_job_is_read_as_the_cluster_tells_it() -> None:
    conditions_told = [
        {"type": "Suspended", "status": "False"},
        {"type": "Failed", "status": "True", "message": "indexes failed"},
    ]
    job = {"spec": {"suspend": False}, "status": {"active": 2, "conditions": conditions_told}}
    assert JobState.of(job, "") == JobState(active=2, finished="Failed", message="indexes failed")
    assert JobState.of({"spec": {"suspend": True}}, "full") == JobState(suspended=True, refused="full")


def test_a_transition_keeps_its_time_as_long_as_the_truth_holds() -> None:
    first = merged([], [Condition("Closed", "False", "Open")], 1, "2026-01-01T00:00:00Z")
    again = merged(first, [Condition("Closed", "False", "StillOpen")], 2, "2026-01-02T00:00:00Z")
    assert (again[0]["lastTransitionTime"], again[0]["reason"]) == ("2026-01-01T00:00:00Z", "StillOpen")
    assert again[0]["observedGeneration"] == 2
    ended = merged(again, [Condition("Closed", "True", "Released")], 2, "2026-01-03T00:00:00Z")
    assert ended[0]["lastTransitionTime"] == "2026-01-03T00:00:00Z"


def written(*conditions: Condition) -> list[dict[str, Any]]:
    return merged([], conditions, 1, "2026-01-01T00:00:00Z")


def test_what_became_true_is_news_once() -> None:
    opened = written(Condition("Accepted", "True", "Opened"), Condition("Closed", "False", "Open"))
    assert [c["reason"] for c in news([], opened)] == ["Opened"]
    assert news(opened, opened) == []


def test_trouble_is_news_when_it_comes_up() -> None:
    starting, crowded = (written(Condition("Running", "False", reason)) for reason in ("Starting", "QuotaExceeded"))
    assert news([], starting) == []
    assert [c["reason"] for c in news(starting, crowded)] == ["QuotaExceeded"]
    assert news(crowded, crowded) == []
