"""Estimates: the bounds hold whichever way missing runs would have gone."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import binom

from proofmark_reliability.designs import METHODS, Method, layout, uniforms
from proofmark_reliability.errors import OutOfRange
from proofmark_reliability.estimate import Estimate, assess
from proofmark_reliability.intervals import lower_limit, t_limits, two_sided, upper_limit
from proofmark_reliability.tally import Fared, Group, Tally, tally

SYSTEM = Group("system", 0.9, (0,))


def counts(samples: list[int], failures: list[int], missing: list[int] | None = None) -> Tally:
    return Tally(tuple(samples), tuple(missing or [0] * len(samples)), (tuple(failures),), (Fared(),))


def one(samples: list[int], failures: list[int], missing: list[int], method: Method) -> Estimate:
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
    if method == "sobol" and stated.certified != "no":
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


def test_a_hypercube_is_certified_on_condition() -> None:
    found = one([1000], [3], [0], "latin-hypercube")
    assert found.certified == "conditional"
    assert "not independent" in found.reason
    independent = one([1000], [3], [0], "monte-carlo")
    assert (found.r_low, found.r_high, found.bound_low, found.bound_high) == (
        independent.r_low,
        independent.r_high,
        independent.bound_low,
        independent.bound_high,
    )


def test_scrambles_with_enough_failures_are_judged_by_their_spread() -> None:
    failures = [2, 3, 1, 2, 4, 2, 3, 2, 1, 2]
    found = one([64] * 10, failures, [0] * 10, "sobol")
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


def test_an_estimate_has_the_fields_of_the_contract() -> None:
    contract = pytest.importorskip("proofmark_contracts.assessment", reason="contracts are a room of their own")
    assert [field.name for field in fields(Estimate)] == list(contract.Estimate.model_fields)
