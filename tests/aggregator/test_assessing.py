"""The assessment: what it is called, and what makes it irreproducible or uncertified."""

import numpy as np
import pytest

from proofmark_aggregator.assessing import assessment, capabilities
from proofmark_aggregator.counting import opened, planned
from proofmark_aggregator.runs import Runs
from proofmark_contracts.study import Continues
from tests.designs import clearance_design

from .facts import fold, plan, study


def test_a_time_out_makes_the_study_irreproducible() -> None:
    status = np.array([0, 0, 2])
    assessed = assessment(fold(np.array([1e-4, 1e-4, np.nan]), status, (3,)), None)
    assert not assessed.reproducible
    assert assessed.missing_by_status == {"timeout": 1}
    assert assessed.reasons == ("a run timed out",)


def test_a_study_without_one_answer_has_failed() -> None:
    assessed = assessment(fold(np.full(3, np.nan), np.ones(3), (3,)), None)
    assert assessed.outcome == "failed"
    assert assessed.reasons == ("not one of 3 runs gave an answer: 3 error",)


def test_a_method_that_could_not_begin_fails_the_study_with_its_reason() -> None:
    closing = plan((), blocks=(), refusal="kriging needs at least 200 samples: got 100")
    assessed = assessment(planned(opened(study()), closing), None)
    assert assessed.outcome == "failed"
    assert assessed.reasons == ("kriging needs at least 200 samples: got 100",)


def test_a_study_that_was_cut_short_is_not_certified() -> None:
    count = fold(np.full(6, 1e-4), np.zeros(6), (3, 3), cpu_s=2.0, budget_cpu_s=1.0)
    assessed = assessment(count, None)
    assert {e.certified for e in assessed.estimates} == {"no"}
    assert not assessed.reproducible
    assert assessed.estimates[0].samples == 3
    assert assessed.reasons == ("stopped by its budget of 1 CPU seconds after 3 runs",)


def test_a_watched_study_may_spend_its_budget_and_stay_certified() -> None:
    count = fold(np.full(6, 1e-4), np.zeros(6), (3, 3), cpu_s=2.0, budget_cpu_s=1.0, stop="budget")
    assessed = assessment(count, None)
    assert {e.certified for e in assessed.estimates} == {"exact"}
    assert not assessed.reproducible


@pytest.mark.parametrize(
    ("checked", "disagreed", "told"),
    [
        (20, 0, "mixed model: good runs are those of p-r1; 20 of them ran again and agree"),
        (20, 3, "mixed model: 3 of 20 runs of p-r1 that ran again say something else"),
        (0, 0, "mixed model: no run of p-r1 with an answer ran again to see whether the model says the same"),
    ],
)
def test_runs_of_two_models_are_certified_together_only_if_a_sample_agrees(
    checked: int, disagreed: int, told: str
) -> None:
    count = fold(np.full(3, 1e-4), np.zeros(3), (3,)).model_copy(
        update={
            "continues": Continues(parent="p-r1", purpose="rerun-missing"),
            "mixed_model": True,
            "checked": checked,
            "disagreed": disagreed,
        }
    )
    assessed = assessment(count, None)
    assert assessed.mixed_model
    assert [e.certified for e in assessed.estimates] == ["exact" if told.endswith("agree") else "no"]
    assert assessed.reasons == (told,)


def test_capability_is_that_of_the_plain_runs() -> None:
    design = clearance_design()
    clearances = np.array([4e-5, 6e-5, 0.0, np.nan])
    roles = np.array(["plain", "plain", "final", "plain"])
    runs = Runs({}, {"clearance": clearances}, np.array([0, 0, 0, 1], np.int8), np.zeros(4), roles)
    (found,) = capabilities(design, runs)
    assert found.mean == pytest.approx(5e-5)
    assert found.std == pytest.approx(np.sqrt(2) * 1e-5)
    assert found.cp is None
    assert found.cpk == pytest.approx((5e-5 - 2e-5) / (3 * np.sqrt(2) * 1e-5))
