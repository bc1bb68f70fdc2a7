"""What may be relied on, how runs were spent, where they come from."""

from typing import Any

import numpy as np
import pytest

from proofmark_contracts.assessment import Estimate
from proofmark_reporter.certificates import both_ways, certificate, certificates, origin, spending, weighing
from tests.reporter.examples import ERROR, SETTLED, evidence_of, fit, search, study_opened

THIN = "\N{NARROW NO-BREAK SPACE}"


def estimate(**more: Any) -> Estimate:
    told = {"name": "system", "target": 0.999, "samples": 100, "failures": 1, "missing": 0, "r": 0.99, "r_low": 0.9}
    told |= {"r_high": 1, "bound_low": 0.9, "bound_high": 1, "certified": "exact"}
    return Estimate.model_validate(told | more)


def test_an_exact_certificate_has_no_condition() -> None:
    assert "assume nothing about the model" in certificate(estimate(), 0.95)


def test_a_condition_stands_beside_the_bound_that_holds_without_it() -> None:
    told = certificate(estimate(certified="conditional", reason="if it is so", model_free_pf_high=2.31e-3), 0.95)
    assert told.replace(THIN, " ") == (
        "The bounds hold if it is so. Without any assumption, plain runs alone show that at most 0.231 % of units "
        "fail, 2.4 times the 0.1 % that the target allows (95 % confidence)."
    )


def test_a_condition_without_plain_runs_says_that_nothing_else_holds() -> None:
    told = certificate(estimate(certified="conditional", reason="if it is so"), 0.95)
    assert "no plain runs bound the probability of failure" in told


def test_what_is_not_certified_says_why_and_what_plain_runs_show() -> None:
    told = certificate(estimate(certified="no", reason="one run makes up 40 %", model_free_pf_high=5e-4), 0.95)
    assert told.startswith("No verdict rests on these numbers: one run makes up 40 %.")
    assert f"at most 5 × 10⁻⁴ of units fail, no more than the 0.1{THIN}%" in told


def test_estimates_that_say_the_same_say_it_once() -> None:
    told = certificates([estimate(), estimate(name="x"), estimate(name="y", certified="no", reason="why")], 0.95)
    assert [(names, kind) for names, kind, _ in told] == [("system, x", "exact"), ("y", "no")]


def spent(rows: int, stopped: str = "", **plan: Any) -> str:
    design, told = fit(rows=rows, **plan)
    return spending(design.reliability, evidence_of(design, told, stopped=stopped).assessed)


@pytest.mark.parametrize(
    ("rows", "plan", "expected"),
    [
        (400, {}, "All 400 runs were used."),
        (400, {"samples": 900}, "400 of the 900 runs allowed were used."),
        (
            400,
            {"samples": 900, "stop": "settled", "stopped": SETTLED},
            "The verdict is settled after 400 runs; of the 900 that were allowed, 500 were not run.",
        ),
        (
            400,
            {"stop": "settled"},
            "The study was to stop once its verdict was settled; all 400 runs left it open.",
        ),
        (
            400,
            {"stop": "width", "width": 0.5},
            "The study was to stop once its interval was narrow enough; all 400 runs were used.",
        ),
    ],
)
def test_spending_says_what_was_used_and_what_was_saved(rows: int, plan: dict[str, Any], expected: str) -> None:
    assert spent(rows, **plan) == expected


def test_a_study_without_a_parent_has_no_origin() -> None:
    evidence = evidence_of(*fit())
    assert list(origin(evidence.opened, evidence.assessed)) == []


def child(purpose: str, reasons: tuple[str, ...] = ()) -> str:
    evidence = evidence_of(*fit())
    opened = study_opened(evidence.design, continues={"parent": "p-r1", "purpose": purpose})
    told = {"parent": "p-r1", "mixed_model": bool(reasons), "reasons": reasons}
    return " ".join(origin(opened, evidence.assessed.model_copy(update=told)))


def test_a_child_names_its_parent_and_what_it_took_over() -> None:
    assert "goes on from p-r1" in child("extend")
    assert "takes over the runs of p-r1 that had an answer" in child("rerun-missing")
    assert "Mixed model" not in child("rerun-missing")


def test_a_mixed_model_is_labelled_with_what_its_check_found() -> None:
    told = child("rerun-missing", ("a run timed out", "mixed model: 2 of 7 runs that ran again say something else"))
    assert told.endswith("Mixed model: p-r1 ran another one. 2 of 7 runs that ran again say something else.")


def test_weights_are_told_by_how_much_they_are_worth() -> None:
    evidence = search()
    final, failed = evidence.runs.final, evidence.runs.failed((0, 1))
    weights = np.exp(evidence.runs.log_weight[final & failed])
    told = weighing(evidence.runs, (0, 1))
    assert told.startswith(f"{len(weights):,} of 1,800 final runs failed.")
    assert f"as much as {weights.sum() ** 2 / (weights**2).sum():.3g} equal ones" in told
    assert f"makes up {100 * weights.max() / weights.sum():.2g} %" in told


def test_missing_runs_are_carried_both_ways() -> None:
    design, told = fit(rows=200, low=-1.0, missing={3: ERROR, 4: ERROR})
    text = both_ways(evidence_of(design, told).runs, (0,), by_weight=False).replace(THIN, " ")
    assert text == ("Had all the missing runs passed, the estimate of pf would be 0 %; had all of them failed, 1 %.")


def test_missing_final_runs_are_carried_both_ways_by_their_weights() -> None:
    evidence = search(missing=30)
    runs, pf = evidence.runs, evidence.assessed.estimates[0].pf
    lost = np.exp(runs.log_weight[runs.final & ~runs.answered]).sum() / 1800
    text = both_ways(runs, (0, 1), by_weight=True)
    assert pf is not None
    assert f"failed, {100 * lost:.3g}" in text


def test_nothing_missing_needs_no_words() -> None:
    assert both_ways(search().runs, (0, 1), by_weight=True) == ""
