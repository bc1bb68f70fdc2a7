"""What is said of a finished study: its numbers, what they may be relied on for, what they cost."""

from dataclasses import replace
from typing import Any

import pytest

from proofmark.result import Result, sentences, share
from proofmark_contracts.assessment import Estimate, ReliabilityUpdated
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.firmware import Firmware, MicropythonModule
from proofmark_contracts.study import StudyClosed
from proofmark_contracts.verification import FirmwareOutcome
from tests.reporter.examples import SETTLED, STUDY, evidence_of, fit

LIVE = ReliabilityUpdated(
    study=STUDY, samples=400, planned=5000, failures=2, missing=0, r_low=0.9, r_high=1.0, cpu_s=7200.0
)


def result(stopped: str = "", **plan: Any) -> Result:
    """A closed study of 400 runs that took two CPU hours."""
    evidence = evidence_of(*fit(rows=400, **plan), stopped=stopped)
    closed = StudyClosed(study=STUDY, outcome="released")
    return Result(evidence.opened, closed, evidence.assessed, None, LIVE)


def reliability(found: Result) -> dict[str, Any]:
    told = found.document(None)["reliability"]
    assert isinstance(told, dict)
    return told


def estimate(**more: Any) -> Estimate:
    told = {"name": "system", "target": 0.99999, "samples": 3800, "failures": 900, "missing": 0, "r": 0.999999}
    told |= {"r_low": 0.999998, "r_high": 1, "bound_low": 0.99999885, "bound_high": 0.99999914}
    told |= {"certified": "exact", "pf": 9.94e-7, "pf_low": 8.67e-7, "pf_high": 1.15e-6}
    return Estimate.model_validate(told | more)


def test_runs_that_an_early_stop_spared_are_told_at_the_mean_of_a_run() -> None:
    told = reliability(result(SETTLED, stop="settled", samples=5000))
    assert told["settled"] is True
    assert told["samples"] == 400
    assert told["cpu_hours"] == pytest.approx(2)
    assert told["cpu_hours_saved"] == pytest.approx(2 * 4600 / 400)


def test_a_study_that_ran_to_its_end_spared_nothing() -> None:
    told = reliability(result())
    assert (told["settled"], told["rounds"], told["cpu_hours_saved"]) == (False, 1, 0)


def test_a_cost_that_nobody_knows_is_not_told() -> None:
    told = reliability(replace(result(), live=None))
    assert (told["cpu_hours"], told["cpu_hours_saved"]) == (None, None)


def test_a_study_without_an_assessment_has_no_reliability() -> None:
    nothing = replace(result(), assessed=None)
    assert nothing.document(None)["reliability"] is None
    assert nothing.sentences() == []


def test_sentences_tell_every_estimate_why_it_ended_and_the_causes() -> None:
    told = result(SETTLED, stop="settled", samples=5000).sentences()
    assert told[-2] == f"{SETTLED}, of 5,000 that were allowed"
    assert told[-1].startswith("not identifiable")


@pytest.mark.parametrize(
    ("asked", "outcome", "told"),
    [
        (Firmware(board="nucleo-f446re", pins={}), "verified", "firmware 1.0.0: verified on an emulated nucleo-f446re"),
        (MicropythonModule(version="2.0.1"), "verified", "firmware 2.0.1: verified in MicroPython"),
        (Firmware(board="nucleo-f446re", pins={}), "failed", None),
    ],
)
def test_verified_firmware_is_told_last(
    asked: Firmware | MicropythonModule, outcome: FirmwareOutcome, told: str | None
) -> None:
    found = result()
    design = found.opened.design.model_copy(update={"firmware": asked})
    opened = found.opened.model_copy(update={"design": design})
    sealed = ReleaseSealed(study=STUDY, verdict="approved", firmware=outcome, files=())
    sentences = replace(found, opened=opened, sealed=sealed).sentences()
    assert sentences[-1] == told if told else not any("firmware" in sentence for sentence in sentences)


def test_a_child_study_says_whose_runs_it_takes_over_and_how_they_came_together() -> None:
    found = result()
    assert found.assessed is not None
    told = {"parent": "p-r1", "reasons": ("mixed model: 9 agree",)}
    lines = replace(found, assessed=found.assessed.model_copy(update=told)).sentences()
    assert lines[-3:-1] == ["takes over runs of p-r1", "mixed model: 9 agree"]


def test_a_rare_failure_is_told_with_all_its_nines() -> None:
    bounds, pf, certificate = sentences(estimate(), 0.95)
    assert bounds == (
        "system: R is at least 0.99999885, and at most 0.99999914, each with 95 % confidence; target 0.99999 "
        "(900 of 3,800 runs failed)"
    )
    assert pf == "pf is 9.94e-07, between 8.67e-07 and 1.15e-06"
    assert certificate == "exact: the bounds assume nothing about the model"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"certified": "conditional", "model_free_pf_high": 3e-3}, "on condition: why; whatever the model, plain runs"),
        ({"certified": "conditional"}, "on condition: why; no plain runs bound pf without it"),
        ({"certified": "no"}, "not certified: why"),
        ({"certified": "no", "model_free_pf_high": 3e-3}, "plain runs alone show pf at most 0.003"),
    ],
)
def test_a_certificate_says_its_condition_and_what_holds_without_it(more: dict[str, Any], expected: str) -> None:
    assert expected in sentences(estimate(reason="why", **more), 0.95)[-1]


def test_missing_runs_are_told() -> None:
    assert "3,800 runs failed, 5 without an answer)" in sentences(estimate(missing=5), 0.95)[0]


@pytest.mark.parametrize(
    ("r", "text"), [(1.0, "1"), (0.0, "0"), (0.95, "0.95"), (0.978037, "0.978037"), (1 - 2.5e-9, "0.9999999975")]
)
def test_a_reliability_has_a_digit_for_each_nine(r: float, text: str) -> None:
    assert share(r) == text
