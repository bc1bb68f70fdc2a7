"""A line says which study, what it was about, how it ended, and what is known of its reliability."""

from typing import Any

import pytest

from proofmark_contracts.study import StudyOpened
from proofmark_notifier.line import line
from tests.chassis.examples import assessed, closed
from tests.designs import clearance_design


def opened(study: str = "s-r1") -> StudyOpened:
    told: dict[str, Any] = {"study": study, "tenant": "acme", "event": "e-1", "submission_sha256": "0" * 64}
    return StudyOpened(**told, design=clearance_design(), attempt=1, deadline_s=60, engine="0.1.0")


@pytest.mark.parametrize("outcome", ["released", "rejected", "not-proven"])
def test_a_judged_study_is_told_with_its_bounds(outcome: str) -> None:
    assert (
        line(opened(), assessed(), closed(outcome=outcome)) == f"s-r1  fit  {outcome}  R in [0.96000, 1.00000] at 95 %"
    )


def test_bounds_are_those_of_the_system_at_the_confidence_asked_for() -> None:
    facts = assessed()
    system = facts.estimates[0].model_copy(update={"r_low": 0.5, "r_high": 0.75})
    told = facts.model_copy(update={"estimates": (system, *facts.estimates), "confidence": 0.999})
    assert line(opened(), told, closed()).endswith("  R in [0.50000, 0.75000] at 99.9 %")


def test_a_study_that_ended_before_its_assessment_has_no_bounds() -> None:
    assert line(opened(), None, closed(outcome="cancelled")) == "s-r1  fit  cancelled"


def test_a_study_without_one_answered_run_has_no_bounds() -> None:
    failed = assessed().model_copy(update={"outcome": "failed"})
    assert line(opened(), failed, closed(outcome="failed")) == "s-r1  fit  failed"
