"""The reliability plan, and the warning of what it cannot show."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.design import ReliabilityPlan
from proofmark_spec import parse

from .documents import document


def warnings(requirement: dict[str, Any] | None = None, **plan: Any) -> tuple[str, ...]:
    requirements = [{"metric": "clearance", "min": "5 um", **(requirement or {})}]
    return parse(document(requirements=requirements, reliability=plan), {}).warnings


def test_the_plan_is_what_is_written() -> None:
    written = {
        "target": 0.999,
        "confidence": 0.9,
        "method": "monte-carlo",
        "samples": 1e5,
        "stop": "samples",
        "budget": "2 CPU-hours",
        "seed": 2**53 - 1,
    }
    assert parse(document(reliability=written), {}).design.reliability == ReliabilityPlan(
        target=0.999, confidence=0.9, method="monte-carlo", samples=100_000, budget_cpu_s=7200.0, seed=2**53 - 1
    )


def test_the_warning_names_the_least_number_of_runs() -> None:
    """Published: 2,995 runs without failure show 0.999 at 95 %; 59 show 0.95."""
    assert warnings(target=0.999, method="sobol") == ("samples: 1000 cannot prove 0.999 at 95 %; needs at least 2,995",)
    assert warnings(target=0.95, samples=58, method="monte-carlo") == (
        "samples: 58 cannot prove 0.95 at 95 %; needs at least 59",
    )
    assert warnings(target=0.95, samples=59) == ()


def test_a_method_that_weighs_may_prove_more_but_only_on_assumptions() -> None:
    told = "samples: 1000 cannot prove 0.999 at 95 % without assumptions; that needs at least 2,995"
    assert warnings(target=0.999) == (told,)


@pytest.mark.parametrize(
    ("written", "stop", "width"),
    [
        ("samples", "samples", None),
        ("settled", "settled", None),
        ("width", "width", 0.5),
        ({"width": 0.2}, "width", 0.2),
    ],
)
def test_a_stop_is_a_word_or_a_width(written: Any, stop: str, width: float | None) -> None:
    plan = parse(document(reliability={"target": 0.95, "stop": written}), {}).design.reliability
    assert (plan.stop, plan.width) == (stop, width)


def test_a_plan_without_a_method_chooses_its_own() -> None:
    assert parse(document(reliability={"target": 0.95}), {}).design.reliability.method == "auto"


def test_a_requirement_with_a_target_of_its_own_is_warned_of_too() -> None:
    told = "samples: 1000 cannot prove 0.9999 at 95 %; needs at least 29,956"
    assert warnings({"target": 0.9999}, target=0.95, method="monte-carlo") == (told,)
    assert warnings({"target": 0.95}, target=0.95) == ()


@given(st.floats(0.5, 0.9999), st.floats(0.5, 0.999))
def test_the_number_it_names_is_the_least_that_can(target: float, confidence: float) -> None:
    told = warnings(target=target, confidence=confidence, samples=1)
    needed = int(told[0].rsplit(" ", 1)[1].replace(",", "")) if told else 1
    assert target**needed <= (1 - confidence) * (1 + 1e-9)
    assert needed == 1 or target ** (needed - 1) > (1 - confidence) * (1 - 1e-9)


@pytest.mark.parametrize(
    ("budget", "seconds"),
    [("30 CPU-seconds", 30.0), ("1 CPU-minute", 60.0), ("1.5 CPU-hours", 5400.0), ("2 CPU-days", 172_800.0)],
)
def test_a_budget_is_processor_time(budget: str, seconds: float) -> None:
    assert (
        parse(document(reliability={"target": 0.95, "budget": budget}), {}).design.reliability.budget_cpu_s == seconds
    )
