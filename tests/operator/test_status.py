"""The status of a resource: numbers as people read them, and nothing that the facts do not say."""

from proofmark_contracts.assessment import ReliabilityUpdated
from proofmark_contracts.study import SpecAnswered
from proofmark_operator.facts import Facts, JobState
from proofmark_operator.status import interval, status_of
from tests.chassis.examples import assessed, closed

NOW = "2026-01-01T00:00:00Z"
ANSWERED = SpecAnswered(tenant="team-a", event="e", study="s-r1")
LIVE = ReliabilityUpdated(
    study="s-r1", samples=400, planned=1000, failures=4, missing=0, r_low=0.9745, r_high=0.9973, cpu_s=1800.0
)


def test_a_running_study_shows_its_interval_as_it_stands() -> None:
    status = status_of(Facts(True, ANSWERED, live=LIVE, job=JobState(active=7)), {}, 3, NOW, price_cpu_h=0.04)
    assert status["observedGeneration"] == 3
    assert (status["state"], status["study"], status["pods"]) == ("Simulating", "s-r1", 7)
    assert (status["runs"], status["planned"], status["failures"]) == (400, 1000, 4)
    assert (status["reliability"], status["interval"]) == ("0.99000", "[0.97450, 0.99730]")
    assert (status["cpuHours"], status["cost"]) == ("0.5000", "0.02")


def test_the_assessment_has_the_last_word() -> None:
    status = status_of(Facts(True, ANSWERED, live=LIVE, assessed=assessed(failures=1)), {}, 1, NOW)
    assert (status["state"], status["reliability"], status["interval"]) == ("Deciding", "0.99000", "[0.96000, 1.00000]")
    assert "cost" not in status


def test_the_end_is_the_state() -> None:
    assert status_of(Facts(True, ANSWERED, closed=closed()), {}, 1, NOW)["state"] == "Released"
    assert status_of(Facts(), {}, 1, NOW)["state"] == "Suspended"


def test_a_study_that_is_over_has_no_pods() -> None:
    """Its Job is looked at every few seconds only, and may still be there."""
    over = Facts(True, ANSWERED, closed=closed(), job=JobState(active=7))
    assert status_of(over, {"pods": 7}, 1, NOW)["pods"] == 0
    assert status_of(Facts(True, ANSWERED), {"pods": 7}, 1, NOW)["pods"] == 0


def test_the_same_facts_give_the_same_status() -> None:
    facts = Facts(True, ANSWERED, live=LIVE)
    first = status_of(facts, {}, 1, NOW)
    assert status_of(facts, first, 1, "2026-02-01T00:00:00Z") == first


def test_an_interval_near_one_has_the_decimals_that_tell_it_from_one() -> None:
    assert interval(0.9745, 0.9973) == "[0.97450, 0.99730]"
    assert interval(0.99999971, 1.0) == "[0.99999971, 1.00000000]"
    assert interval(1.0, 1.0) == "[1.00000, 1.00000]"
