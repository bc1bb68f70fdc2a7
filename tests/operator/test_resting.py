"""Pods rest while their study has no chunk, and nobody's own word on the Job is ever contradicted."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from proofmark_contracts.study import StudyCommanded
from proofmark_operator.conditions import conditions
from proofmark_operator.facts import Facts, JobState
from proofmark_operator.names import RESTING_ANNOTATION, TENANT_ANNOTATION
from proofmark_operator.resting import asks_to_pause, rest_or_return
from proofmark_operator.status import status_of
from tests.operator.test_conditions import ANSWERED

PATIENCE_S = 60.0
WORKING, HELD = JobState(active=3), JobState(suspended=True)
RESTING = JobState(suspended=True, resting=True)
OVER = JobState(finished="Complete")


def decided(job: JobState, *, batch_open: bool, paused: bool = False, idle_s: float = 0.0) -> bool | None:
    return rest_or_return(job, batch_open=batch_open, paused=paused, idle_s=idle_s, patience_s=PATIENCE_S)


def test_pods_leave_when_no_batch_has_come_for_longer_than_is_waited() -> None:
    assert decided(WORKING, batch_open=False, idle_s=PATIENCE_S) is None
    assert decided(WORKING, batch_open=False, idle_s=PATIENCE_S + 0.1) is True


@given(st.floats(0, 1e6), st.booleans())
@example(1e6, False)
def test_pods_never_leave_while_a_batch_is_open(idle_s: float, paused: bool) -> None:
    assert decided(WORKING, batch_open=True, paused=paused, idle_s=idle_s) is None


def test_pods_return_with_the_batch() -> None:
    assert decided(RESTING, batch_open=False, idle_s=1e6) is None
    assert decided(RESTING, batch_open=True) is False


@given(st.booleans(), st.booleans(), st.floats(0, 1e6))
@example(True, False, 0.0)
@example(False, False, 1e6)
def test_what_somebody_else_suspended_or_what_is_over_is_left_alone(
    batch_open: bool, paused: bool, idle_s: float
) -> None:
    for job in (HELD, OVER):
        assert decided(job, batch_open=batch_open, paused=paused, idle_s=idle_s) is None


def test_pods_of_a_paused_study_do_not_return() -> None:
    assert decided(RESTING, batch_open=True, paused=True) is None


@pytest.mark.parametrize(
    ("command", "pauses"),
    [
        (b'{"action": "pause"}', True),
        (StudyCommanded(tenant="team-a", study="s-r1", action="pause").encode(), True),
        (b'{"action": "resume"}', False),
        (b"pause", False),
        (b"[]", False),
    ],
)
def test_a_pause_is_known_however_it_was_sent_and_nothing_else_is_one(command: bytes, pauses: bool) -> None:
    assert asks_to_pause(command) is pauses


def test_once_a_decision_is_carried_out_it_is_not_made_again() -> None:
    assert decided(WORKING, batch_open=False, idle_s=1e6) is True
    assert decided(RESTING, batch_open=False, idle_s=1e6) is None
    assert decided(RESTING, batch_open=True) is False
    assert decided(WORKING, batch_open=True) is None


def test_only_a_suspended_job_that_says_so_rests() -> None:
    metadata = {"resourceVersion": "7", "annotations": {TENANT_ANNOTATION: "team-a", RESTING_ANNOTATION: "true"}}
    resting = JobState.of({"metadata": metadata, "spec": {"suspend": True}}, "")
    assert resting == JobState(suspended=True, resting=True, tenant="team-a", revision="7")
    assert not JobState.of({"metadata": metadata, "spec": {"suspend": False}}, "").resting
    assert not JobState.of({"metadata": {}, "spec": {"suspend": True}}, "").resting


def test_a_study_whose_pods_rest_is_not_said_to_be_suspended() -> None:
    facts = Facts(True, ANSWERED, job=RESTING)
    (running,) = (condition for condition in conditions(facts) if condition.type == "Running")
    assert (running.status, running.reason) == ("False", "Resting")
    assert status_of(facts, {}, 1, "2026-01-01T00:00:00Z")["state"] == "Simulating"
