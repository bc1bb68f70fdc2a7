"""The gate's rule, at its edges."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.assessment import Estimate
from proofmark_gate.decision import decide

WITHIN = 10.0


def estimate(
    low: float,
    high: float,
    target: float = 0.99,
    certified: str = "exact",
    name: str = "system",
    model_free_pf_high: float | None = 0.02,
) -> Estimate:
    return Estimate.model_validate(
        {
            "name": name,
            "target": target,
            "samples": 1000,
            "failures": 1,
            "missing": 0,
            "r": 0.999,
            "r_low": low,
            "r_high": high,
            "bound_low": low,
            "bound_high": high,
            "certified": certified,
            "model_free_pf_high": model_free_pf_high,
            "reason": "ran out of budget" if certified == "no" else "",
        }
    )


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.991, 0.999, "approved"),
        (0.99, 0.999, "approved"),
        (0.98, 0.999, "not-proven"),
        (0.98, 0.99, "not-proven"),
        (0.97, 0.9899, "rejected"),
    ],
)
def test_a_bound_that_reaches_the_target_exactly_reaches_it(low: float, high: float, verdict: str) -> None:
    assert decide([estimate(low, high)], 0.95, "conditional", WITHIN).verdict == verdict


def test_every_estimate_must_reach_its_own_target() -> None:
    good, open_one = estimate(0.995, 0.999), estimate(0.8, 0.95, target=0.9, name="stays cool")
    decision = decide([good, open_one], 0.95, "conditional", WITHIN)
    assert decision.verdict == "not-proven"
    assert [reason.split(":")[0] for reason in decision.reasons] == ["stays cool"]


def test_one_missed_target_rejects_whatever_the_others_say() -> None:
    good, missed, open_one = estimate(0.995, 1.0), estimate(0.5, 0.6, 0.9, name="a"), estimate(0.5, 0.95, 0.9, name="b")
    decision = decide([good, open_one, missed], 0.95, "conditional", WITHIN)
    assert decision.verdict == "rejected"
    assert decision.reasons == ("a: at most 0.6 reliable, with 0.95 confidence; the target is 0.9",)


@pytest.mark.parametrize(("low", "high"), [(0.995, 1.0), (0.1, 0.2)])
def test_an_uncertified_estimate_proves_nothing_either_way(low: float, high: float) -> None:
    decision = decide([estimate(low, high, certified="no")], 0.95, "conditional", WITHIN)
    assert decision.verdict == "not-proven"
    assert decision.reasons == ("system: the estimate is not certified: ran out of budget",)


def test_a_strict_policy_refuses_conditional_certificates() -> None:
    conditional = estimate(0.995, 1.0, certified="conditional")
    assert decide([conditional], 0.95, "conditional", WITHIN).verdict == "approved"
    assert decide([conditional], 0.95, "exact", WITHIN).verdict == "not-proven"


@pytest.mark.parametrize(
    ("certified", "model_free_pf_high", "verdict"),
    [
        ("conditional", 0.0999, "approved"),
        ("conditional", 0.1001, "not-proven"),
        ("conditional", None, "not-proven"),
        ("exact", None, "approved"),
    ],
)
def test_a_conditional_certificate_approves_only_beside_a_bound_that_assumes_nothing(
    certified: str, model_free_pf_high: float | None, verdict: str
) -> None:
    found = decide([estimate(0.995, 1.0, 0.99, certified, "system", model_free_pf_high)], 0.95, "conditional", WITHIN)
    assert found.verdict == verdict


def test_a_conditional_certificate_rejects_whatever_plain_runs_cannot_exclude() -> None:
    missed = estimate(0.1, 0.2, certified="conditional", model_free_pf_high=0.9)
    assert decide([missed], 0.95, "conditional", WITHIN).verdict == "rejected"


def test_what_lacks_a_bound_that_assumes_nothing_is_told() -> None:
    found = decide([estimate(0.995, 1.0, certified="conditional", model_free_pf_high=0.5)], 0.95, "conditional", WITHIN)
    (reason,) = found.reasons
    assert "plain runs put it at 0.5, more than 10 times the 0.01 that the target allows" in reason


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_bounds_are_never_told_better_than_they_are(one: float, other: float) -> None:
    low, high = sorted((one, other))
    reason = decide([estimate(low, high, target=(low + high) / 2 or 0.5)], 0.95, "conditional", WITHIN).reasons[0]
    told = [float(number) for number in re.findall(r"(?:at least|at most|between|and) (\d[\d.]*)", reason)]
    assert told
    if "at least" in reason or "between" in reason:
        assert told[0] <= low
    if "at most" in reason:
        assert told[0] >= high
    if "between" in reason:
        assert told[1] >= high


def test_nines_are_told_to_the_last() -> None:
    (reason,) = decide([estimate(0.99999268, 1.0)], 0.95, "conditional", WITHIN).reasons
    assert "at least 0.9999926 reliable" in reason
    (reason,) = decide([estimate(1 - 2.44e-9, 1.0)], 0.95, "conditional", WITHIN).reasons
    assert "at least 0.9999999975 reliable" in reason


@given(
    bounds=st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.99)).map(
            lambda t: (min(t[:2]), max(t[:2]), t[2])
        ),
        min_size=1,
        max_size=4,
    )
)
def test_verdicts_exclude_each_other(bounds: list[tuple[float, float, float]]) -> None:
    estimates = [estimate(low, high, target) for low, high, target in bounds]
    verdict = decide(estimates, 0.95, "exact", WITHIN).verdict
    reached = all(low >= target for low, _, target in bounds)
    missed = any(high < target for _, high, target in bounds)
    assert verdict == ("rejected" if missed else "approved" if reached else "not-proven")
