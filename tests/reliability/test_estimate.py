"""Estimates: the bounds hold whichever way missing runs would have gone."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import binom, lognorm

from proofmark_reliability import sequence
from proofmark_reliability.designs import METHODS, Method, layout, uniforms
from proofmark_reliability.errors import OutOfRange, WrongShape
from proofmark_reliability.estimate import Estimate, assess
from proofmark_reliability.evidence import Evidence
from proofmark_reliability.intervals import hypercube_upper_limit, lower_limit, t_limits, two_sided, upper_limit
from proofmark_reliability.protocol import Stated
from proofmark_reliability.tally import Fared, Group, Tally, tally
from proofmark_reliability.weighing import Weighed, limits, weighed

SYSTEM = Group("system", 0.9, (0,))


def counts(samples: list[int], failures: list[int], missing: list[int] | None = None) -> Tally:
    return Tally(tuple(samples), tuple(missing or [0] * len(samples)), (tuple(failures),), (Fared(),))


def one(samples: list[int], failures: list[int], missing: list[int], method: str) -> Estimate:
    return assess((SYSTEM,), counts(samples, failures, missing), method, 0.95)[0]


@given(data=st.data(), method=st.sampled_from(METHODS), blocks=st.integers(1, 12), size=st.integers(1, 64))
def test_bounds_hold_whichever_way_missing_runs_would_have_gone(
    data: st.DataObject, method: Method, blocks: int, size: int
) -> None:
    missing = data.draw(st.lists(st.integers(0, size), min_size=blocks, max_size=blocks))
    failures = [data.draw(st.integers(0, size - lost)) for lost in missing]
    turned = [data.draw(st.integers(0, lost)) for lost in missing]
    sizes = [size] * blocks
    stated = one(sizes, failures, missing, method)
    if method in ("sobol", "halton") and stated.certified != "no":
        worst = t_limits([f + m for f, m in zip(failures, missing, strict=True)], sizes, 0.95)[1]
        assert stated.bound_low == 1 - worst
        assert stated.bound_high == 1 - t_limits(failures, sizes, 0.95)[0]
        return
    truth = one(sizes, [f + m for f, m in zip(failures, turned, strict=True)], [0] * blocks, "monte-carlo")
    assert stated.r_low <= truth.r_low
    assert stated.bound_low <= truth.bound_low
    assert stated.r_high >= truth.r_high
    assert stated.bound_high >= truth.bound_high


def test_a_thousand_independent_runs_without_failure() -> None:
    found = one([1000], [0], [0], "monte-carlo")
    assert (found.name, found.target, found.samples, found.failures, found.missing) == ("system", 0.9, 1000, 0, 0)
    assert (found.r, found.r_high, found.bound_high) == (1.0, 1.0, 1.0)
    assert found.bound_low == pytest.approx(0.05 ** (1 / 1000))
    assert found.r_low == pytest.approx(0.025 ** (1 / 1000))
    assert (found.certified, found.reason) == ("exact", "")


def test_reliability_is_that_of_the_answered_runs() -> None:
    found = one([100], [9], [10], "monte-carlo")
    assert found.r == pytest.approx(0.9)
    assert found.r_low == pytest.approx(1 - upper_limit(19, 100, two_sided(0.95)))
    assert found.r_high == pytest.approx(1 - lower_limit(9, 100, two_sided(0.95)))


def test_without_any_answer_nothing_is_known() -> None:
    found = one([50], [0], [50], "monte-carlo")
    assert (found.r, found.r_low, found.bound_low, found.r_high, found.bound_high) == (None, 0, 0, 1, 1)


def test_before_the_first_run_nothing_is_known() -> None:
    for method in METHODS:
        found = one([0], [0], [0], method)
        assert (found.r, found.r_low, found.r_high) == (None, 0, 1)
        assert (found.pf, found.pf_low, found.pf_high, found.model_free_pf_high) == (None, 0, 1, None)


HYPERCUBES: tuple[Method, ...] = ("latin-hypercube", "latin-hypercube-centred", "latin-hypercube-decorrelated")


@pytest.mark.parametrize("method", HYPERCUBES)
def test_a_hypercube_is_certified_on_condition(method: Method) -> None:
    found = one([1000], [3], [0], method)
    assert found.certified == "conditional"
    assert "not independent" in found.reason
    independent = one([1000], [3], [0], "monte-carlo")
    assert (found.r_low, found.r_high, found.bound_low, found.bound_high) == (
        independent.r_low,
        independent.r_high,
        independent.bound_low,
        independent.bound_high,
    )


@pytest.mark.parametrize("method", ["sobol", "halton"])
def test_scrambles_with_enough_failures_are_judged_by_their_spread(method: Method) -> None:
    failures = [2, 3, 1, 2, 4, 2, 3, 2, 1, 2]
    found = one([64] * 10, failures, [0] * 10, method)
    assert found.certified == "conditional"
    assert found.bound_low == 1 - t_limits(failures, [64] * 10, 0.95)[1]
    assert found.bound_high == 1 - t_limits(failures, [64] * 10, 0.95)[0]
    assert found.r_low == 1 - t_limits(failures, [64] * 10, 0.975)[1]
    assert found.r_high == 1 - t_limits(failures, [64] * 10, 0.975)[0]


@pytest.mark.parametrize(
    ("samples", "failures", "reason"),
    [
        ([64] * 10, [2, 2, 2, 2, 2, 2, 2, 2, 2, 1], "needs at least 20 failures: got 19;"),
        ([64] * 10, [3, 3, 3, 3, 3, 3, 3, 3, 0, 0], "needs failures in every scramble: 2 of 10 have none;"),
        ([64] * 10, [0] * 10, "needs at least 20 failures: got 0;"),
        ([64] * 10, [64] * 10, "needs at least 20 passes: got 0;"),
        ([64] * 10, [32] * 9 + [64], "needs passes in every scramble: 1 of 10 have none;"),
        ([64] * 9, [4] * 9, "needs at least 10 scrambles: got 9;"),
        ([64], [32], "needs at least 10 scrambles: got 1;"),
        ([64] * 9 + [63], [4] * 10, "the runs end inside a scramble;"),
        ([64] * 9 + [0], [4] * 9 + [0], "the runs end inside a scramble;"),
    ],
)
def test_scrambles_that_cannot_show_their_spread_are_not_certified(
    samples: list[int], failures: list[int], reason: str
) -> None:
    found = one(samples, failures, [0] * len(samples), "sobol")
    assert found.certified == "no"
    assert reason in found.reason
    independent = one([sum(samples)], [sum(failures)], [0], "monte-carlo")
    assert (found.bound_low, found.bound_high) == (independent.bound_low, independent.bound_high)


def test_only_upper_bounds_share_the_error_among_groups() -> None:
    judged = (SYSTEM, Group("own", 0.8, (1,)))
    both = Tally((1000,), (0,), ((30,), (50,)), (Fared(), Fared()))
    system, own = assess(judged, both, "monte-carlo", 0.95)
    assert (system.name, own.name, own.target, own.failures) == ("system", "own", 0.8, 50)
    assert system.bound_low == 1 - upper_limit(30, 1000, 0.95)
    assert system.bound_high == 1 - lower_limit(30, 1000, 0.975)
    assert own.bound_high == 1 - lower_limit(50, 1000, 0.975)
    assert own.r_high == 1 - lower_limit(50, 1000, 0.975)


def test_false_approvals_and_rejections_stay_within_the_level() -> None:
    """Exact: reliability exactly at the target, 2,000 independent runs, summed over all outcomes."""
    target, runs = 0.99, 2000
    failures = np.arange(60)
    weights = binom.pmf(failures, runs, 1 - target)
    found = [one([runs], [int(k)], [0], "monte-carlo") for k in failures]
    assert 0.01 < sum(w for w, e in zip(weights, found, strict=True) if e.bound_low > target) <= 0.05
    assert 0.01 < sum(w for w, e in zip(weights, found, strict=True) if e.bound_high < target) <= 0.05


@pytest.mark.parametrize(
    ("method", "samples", "pf"), [("latin-hypercube", 200, 0.02), ("latin-hypercube", 200, 0.2), ("sobol", 1280, 0.1)]
)
def test_dependent_designs_cover_the_truth_where_they_are_certified(method: Method, samples: int, pf: float) -> None:
    """A linear limit state, where a hypercube's dependence is strongest; 400 studies.

    A 95 % method fails this with probability 1 % / 3: family-wise error 1 %.
    """
    studies, blocks, held, certified = 400, layout(method, samples), 0, 0
    for seed in range(studies):
        scores = ndtri(uniforms(method, seed, 0, blocks, 2))
        margins = -ndtri(pf) - scores.sum(axis=1, keepdims=True) / np.sqrt(2)
        found = assess(
            (SYSTEM,), tally(margins, np.zeros(len(margins), dtype=bool), 0, blocks, (SYSTEM,)), method, 0.95
        )[0]
        certified += found.certified == "conditional"
        held += found.certified == "conditional" and found.r_low <= 1 - pf <= found.r_high
    assert certified == studies
    assert binom.cdf(held, studies, 0.95) > 0.01 / 3


def test_a_confidence_of_one_is_refused() -> None:
    with pytest.raises(OutOfRange, match=r"confidence: expected strictly between 0 and 1, got 1\.0"):
        assess((SYSTEM,), counts([10], [1]), "monte-carlo", 1.0)


def test_a_saltelli_plan_says_nothing_of_pf() -> None:
    found = one([1024], [30], [0], "saltelli")
    assert found.certified == "no"
    assert "share coordinates" in found.reason
    assert found.model_free_pf_high is None


def test_the_interval_of_pf_keeps_the_digits_that_reliability_rounds_away() -> None:
    found = one([10**9], [3], [0], "monte-carlo")
    assert found.pf == 3e-9
    assert found.pf_low == lower_limit(3, 10**9, 0.975)
    assert found.pf_high == upper_limit(3, 10**9, 0.975)
    assert (found.r_low, found.r_high) == (1 - found.pf_high, 1 - found.pf_low)


def test_each_design_has_the_model_free_bound_that_its_points_allow() -> None:
    bounds = {method: one([1000], [2], [5], method).model_free_pf_high for method in METHODS}
    assert bounds.pop("monte-carlo") == upper_limit(7, 1000, 0.95)
    assert bounds.pop("latin-hypercube") == hypercube_upper_limit(7, 1000, 0.95)
    assert set(bounds.values()) == {None}


def test_watched_runs_are_bounded_at_every_moment() -> None:
    watched = Evidence(watched=True)
    (found,) = assess((SYSTEM,), counts([1000], [3], [1]), "monte-carlo", 0.95, watched)
    assert (found.certified, found.reason) == ("exact", "")
    assert found.pf == pytest.approx(3 / 999)
    assert found.pf_low == sequence.lower_limit(3, 1000, 0.975)
    assert found.pf_high == sequence.upper_limit(4, 1000, 0.975)
    assert found.bound_low == 1 - sequence.upper_limit(4, 1000, 0.95)
    assert found.bound_high == 1 - sequence.lower_limit(3, 1000, 0.95)
    assert found.model_free_pf_high == sequence.upper_limit(4, 1000, 0.95)


def test_the_plain_runs_of_an_adaptive_algorithm_are_as_if_watched() -> None:
    assert (
        one([1000], [3], [1], "auto")
        == assess((SYSTEM,), counts([1000], [3], [1]), "monte-carlo", 0.95, Evidence(watched=True))[0]
    )


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"monte-carlo"}))
def test_points_that_depend_on_one_another_must_not_be_cut_short(method: Method) -> None:
    (found,) = assess((SYSTEM,), counts([64] * 10, [5] * 10), method, 0.95, Evidence(watched=True))
    assert found.certified == "no"
    assert "cut short" in found.reason
    assert found.model_free_pf_high is None


def final_runs(failed: int, missing: int = 0, weight: float = 1e-4) -> Weighed:
    fate = np.arange(200)
    return weighed(np.full(200, np.log(weight)), fate < failed, fate >= 200 - missing)


def test_weighed_runs_are_certified_on_condition_beside_a_model_free_bound() -> None:
    sums = final_runs(100, 20)
    evidence = Evidence(spent=counts([500, 300, 200], [0, 50, 100], [1, 0, 20]), weighed=(sums,), looks=2)
    (found,) = assess((SYSTEM,), counts([500], [0], [1]), "cross-entropy", 0.95, evidence)
    assert (found.samples, found.failures, found.missing) == (1000, 150, 21)
    assert found.certified == "conditional"
    assert "every region of failure" in found.reason
    assert "central limit theorem" in found.reason
    assert found.pf == pytest.approx(100 / 180 * 1e-4)
    assert found.r == pytest.approx(1 - 100 / 180 * 1e-4)
    assert (found.pf_low, found.pf_high) == limits(sums, 0.9875)
    assert (1 - found.bound_high, 1 - found.bound_low) == pytest.approx(limits(sums, 0.975), abs=1e-15)
    assert found.model_free_pf_high == sequence.upper_limit(1, 500, 0.95)


@pytest.mark.parametrize(
    ("sums", "refusal", "failures", "reason"),
    [
        (final_runs(100), "the regions moved", 0, "the regions moved; the bounds are those of 500 plain runs alone"),
        (final_runs(5), "", 0, "at least 20 failing final runs: got 5; the bounds are those of 500 plain runs alone"),
        (final_runs(100), "", 9, "failures were missed; the bounds are those of 500 plain runs alone"),
    ],
)
def test_weighed_runs_that_must_not_be_believed_leave_the_plain_ones(
    sums: Weighed, refusal: str, failures: int, reason: str
) -> None:
    evidence = Evidence(spent=counts([500, 200], [failures, 100]), weighed=(sums,), refusal=refusal)
    (found,) = assess((SYSTEM,), counts([500], [failures]), "cross-entropy", 0.95, evidence)
    assert found.certified == "no"
    assert reason in found.reason
    assert found.pf is not None
    assert found.pf_low <= found.pf <= found.pf_high
    assert (found.pf_low, found.pf_high) == (
        sequence.lower_limit(failures, 500, 0.975),
        sequence.upper_limit(failures, 500, 0.975),
    )


def test_plain_runs_contradict_what_is_stated_at_all_looks_together() -> None:
    sums, plain = final_runs(100, weight=1.3e-4), counts([500], [2])
    below = lower_limit(2, 500, 0.999)
    assert limits(sums, 0.975)[1] < below < limits(sums, 1 - 0.025 / 10**9)[1]
    for looks, certified in ((1, "no"), (10**9, "conditional")):
        (found,) = assess((SYSTEM,), plain, "auto", 0.95, Evidence(spent=plain, weighed=(sums,), looks=looks))
        assert found.certified == certified


def test_without_plain_runs_a_refused_estimate_bounds_nothing() -> None:
    evidence = Evidence(spent=counts([200], [100]), weighed=(final_runs(100),), refusal="the regions moved")
    (found,) = assess((SYSTEM,), counts([], []), "cross-entropy", 0.95, evidence)
    assert found.pf == pytest.approx(5e-5)
    assert (found.pf_low, found.pf_high, found.model_free_pf_high) == (0, 1, None)


def test_an_algorithm_that_gives_up_leaves_its_plain_runs() -> None:
    (found,) = assess((SYSTEM,), counts([500], [0]), "subset", 0.95, Evidence(refusal="no level was reached"))
    assert (found.certified, found.pf) == ("no", 0.0)
    assert found.reason == "no level was reached; the bounds are those of 500 plain runs alone"


def test_each_group_has_weights_of_its_own() -> None:
    judged = (SYSTEM, Group("own", 0.8, (1,)))
    both = Tally((500,), (0,), ((0,), (0,)), (Fared(), Fared()))
    sums = final_runs(100), final_runs(40)
    system, own = assess(judged, both, "cross-entropy", 0.95, Evidence(spent=both, weighed=sums))
    assert (system.pf, own.pf) == (sums[0].pf, sums[1].pf)
    assert own.bound_high == pytest.approx(1 - limits(sums[1], 0.975)[0], abs=1e-15)
    with pytest.raises(WrongShape, match=r"weighed: expected shape \(2,\), got \(1,\)"):
        assess(judged, both, "cross-entropy", 0.95, Evidence(weighed=sums[:1]))


def stated_as(pf: float, error: float, missing: int = 0, failures: int = 0, groups: int = 1) -> tuple[Estimate, ...]:
    judged = (SYSTEM, Group("own", 0.8, (1,)))[:groups]
    plain = Tally((500,), (0,), ((failures,),) * groups, (Fared(),) * groups)
    spent = Tally((500, 3000), (0, missing), ((failures, 900),) * groups, (Fared(),) * groups)
    return assess(judged, plain, "subset", 0.95, Evidence(spent=spent, stated=Stated(pf, error)))


def test_a_stated_estimate_is_log_normal() -> None:
    (found,) = stated_as(1e-5, 0.25)
    law = lognorm(np.sqrt(np.log1p(0.25**2)), scale=1e-5)
    assert (found.certified, found.pf, found.samples, found.failures) == ("conditional", 1e-5, 3500, 900)
    assert "logarithm" in found.reason
    assert (found.pf_low, found.pf_high) == pytest.approx(tuple(law.ppf([0.025, 0.975])))
    assert (1 - found.bound_high, 1 - found.bound_low) == pytest.approx(tuple(law.ppf([0.05, 0.95])), rel=1e-9)
    assert found.model_free_pf_high == sequence.upper_limit(0, 500, 0.95)


def test_an_estimate_of_all_requirements_bounds_each_group_from_above_only() -> None:
    (alone,) = stated_as(1e-5, 0.25)
    for found in stated_as(1e-5, 0.25, groups=2):
        assert (found.pf_low, found.pf_high, found.bound_low) == (0, alone.pf_high, alone.bound_low)
        assert "of all requirements" in found.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (stated_as(1e-5, 0.25, missing=2), "2 missing runs may have hidden failures"),
        (stated_as(0.0, 0.25), "must lie between 0 and 1: got 0;"),
        (stated_as(float("nan"), 0.25), "must lie between 0 and 1: got nan;"),
        (stated_as(1e-5, 0.8), "the stated relative error is 80%: expected at most 50%"),
        (stated_as(1e-5, float("inf")), "the stated relative error is inf%"),
        (stated_as(1e-5, 0.0), "the stated relative error is 0%"),
        (stated_as(1e-5, 0.25, failures=4), "failures were missed"),
    ],
)
def test_a_stated_estimate_that_must_not_be_believed_leaves_the_plain_runs(
    found: tuple[Estimate, ...], reason: str
) -> None:
    assert found[0].certified == "no"
    assert reason in found[0].reason
    assert "the bounds are those of 500 plain runs alone" in found[0].reason
    assert found[0].pf_high >= sequence.upper_limit(0, 500, 0.975)


@pytest.mark.parametrize("method", ["monte-carlo", "latin-hypercube", "auto"])
@pytest.mark.parametrize(("failures", "missing"), [(0, 0), (1000, 0), (0, 300), (700, 300), (0, 1000)])
def test_extreme_outcomes_have_honest_intervals(method: str, failures: int, missing: int) -> None:
    (found,) = assess((SYSTEM,), counts([1000], [failures], [missing]), method, 0.95)
    assert found.pf_low <= failures / 1000 <= (failures + missing) / 1000 <= found.pf_high
    assert (found.pf_low == 0) == (failures == 0)
    assert (found.pf_high == 1) == (failures + missing == 1000)


def test_a_target_of_one_is_never_reached_and_is_missed_by_a_failure() -> None:
    certain = (Group("system", 1.0, (0,)),)
    (sound,) = assess(certain, counts([10**6], [0]), "monte-carlo", 0.95)
    assert sound.bound_low < 1 <= sound.bound_high
    (bad,) = assess(certain, counts([10**6], [1]), "monte-carlo", 0.95)
    assert bad.bound_high < 1


def test_runs_whose_margin_is_not_a_number_are_missing() -> None:
    margins = np.concatenate([np.full(70, 1.0), np.full(30, np.nan)])[:, np.newaxis]
    found = assess((SYSTEM,), tally(margins, np.zeros(100, np.bool_), 0, (100,), (SYSTEM,)), "monte-carlo", 0.95)[0]
    assert (found.missing, found.failures, found.r, found.pf_low) == (30, 0, 1.0, 0.0)
    assert found.pf_high == upper_limit(30, 100, 0.975)


def test_an_estimate_has_the_fields_of_the_contract() -> None:
    contract = pytest.importorskip("proofmark_contracts.assessment", reason="contracts are a room of their own")
    assert [field.name for field in fields(Estimate)] == list(contract.Estimate.model_fields)
