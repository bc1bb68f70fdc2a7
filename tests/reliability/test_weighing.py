"""Weighed runs: sums that no chunking changes, limits that hold whichever way missing runs would have gone."""

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.special import ndtr
from scipy.stats import binom, chi2

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import OutOfRange, WrongShape
from proofmark_reliability.weighing import Weighed, at_look, limits, refusal, relative_width, weighed

LOG_WEIGHTS = st.lists(st.floats(-60, 20), min_size=1, max_size=60)


@given(log_weights=LOG_WEIGHTS, data=st.data())
def test_sums_depend_on_neither_order_nor_chunks(log_weights: list[float], data: st.DataObject) -> None:
    weights = np.array(log_weights)
    fate = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(weights), max_size=len(weights))))
    order = np.array(data.draw(st.permutations(range(len(weights)))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(weights)), max_size=5)))
    whole = weighed(weights, fate == 1, fate == 2)
    parts = (weighed(weights[piece], fate[piece] == 1, fate[piece] == 2) for piece in np.split(order, cuts))
    assert reduce(add, parts, Weighed()) == whole


@given(log_weights=LOG_WEIGHTS)
def test_sums_survive_json(log_weights: list[float]) -> None:
    fails = np.arange(len(log_weights)) % 2 == 0
    sums = weighed(np.array(log_weights), fails, ~fails)
    adapter = TypeAdapter(Weighed)
    assert adapter.validate_json(adapter.dump_json(sums)) == sums


@given(log_weights=LOG_WEIGHTS, data=st.data(), confidence=st.floats(0.6, 0.999))
def test_limits_hold_whichever_way_missing_runs_would_have_gone(
    log_weights: list[float], data: st.DataObject, confidence: float
) -> None:
    weights, nothing = np.array(log_weights), np.zeros(len(log_weights), dtype=np.bool_)
    fate = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(weights), max_size=len(weights))))
    stated = weighed(weights, fate == 1, fate == 2)
    low, high = limits(stated, confidence)
    assert low == limits(weighed(weights, fate == 1, nothing), confidence)[0]
    assert high == limits(weighed(weights, fate >= 1, nothing), confidence)[1]
    if stated.pf is not None:
        assert (
            min(1.0, stated.failed.weight / len(weights)) <= stated.pf <= min(1.0, stated.suspect.weight / len(weights))
        )


def equal(failed: int, runs: int, weight: float = 1.0) -> Weighed:
    fails = np.arange(runs) < failed
    return weighed(np.full(runs, np.log(weight)), fails, np.zeros(runs, dtype=np.bool_))


@pytest.mark.parametrize("runs", [100, 400])
def test_two_sided_coverage_with_equal_weights_never_falls_below_what_is_stated(runs: int) -> None:
    """Exact: binomial probabilities summed over all outcomes."""
    stated = np.array([limits(equal(k, runs), 0.975) for k in range(runs + 1)])
    for pf in (*np.geomspace(1e-3, 0.5, 40), *(1 - np.geomspace(0.5, 1e-3, 40))):
        held = (stated[:, 0] <= pf) & (pf <= stated[:, 1])
        assert binom.pmf(np.arange(runs + 1), runs, pf)[held].sum() >= 0.95


@pytest.mark.parametrize("failed", [1, 5, 40])
def test_limits_with_equal_rare_weights_are_garwoods(failed: int) -> None:
    runs, weight = 10**5, 1e-4
    low, high = limits(equal(failed, runs, weight), 0.975)
    assert low * runs / weight == pytest.approx(chi2.ppf(0.025, 2 * failed) / 2, rel=1e-3)
    assert high * runs / weight == pytest.approx(chi2.ppf(0.975, 2 * failed + 2) / 2, rel=1e-3)


def shifted(beta: float, centre: float, share: float) -> tuple[FloatArray, FloatArray, float]:
    """Failure where one of two normals exceeds beta, drawn about `centre`, a share of the runs about the origin."""
    rng = np.random.default_rng(7)
    points = rng.standard_normal((REPLICATIONS, 300, 2))
    points[..., 0] += np.where(rng.random((REPLICATIONS, 300)) < share, 0, centre)
    return points[..., 0], -np.log(share + (1 - share) * np.exp(centre * points[..., 0] - centre**2 / 2)), ndtr(-beta)


def spread(sigma: float) -> tuple[FloatArray, FloatArray, float]:
    """Two runs in five fail, at log-normal weights."""
    rng = np.random.default_rng(11)
    size = (REPLICATIONS, 300)
    return (
        np.where(rng.random(size) < 0.4, 4.0, 0.0),
        sigma * rng.standard_normal(size) - 9,
        0.4 * np.exp(sigma**2 / 2 - 9),
    )


REPLICATIONS = 2000
PROBLEMS = [
    (shifted(3, 3, 0.0), 3.0),
    (shifted(4.75, 4.75, 0.0), 4.75),
    (shifted(3, 3.8, 0.0), 3.0),
    (shifted(3, 3, 0.1), 3.0),
    (spread(0.5), 1.0),
    (spread(1.0), 1.0),
]


@pytest.mark.parametrize("problem", range(len(PROBLEMS)))
def test_weighed_limits_hold_the_truth_as_often_as_stated(problem: int) -> None:
    """300 runs, 2,000 samples: a 95 % method fails one of these problems with probability 1 %, on either side.

    The answers are closed forms. Student's limits fail the last: .931.
    """
    (driver, log_weights, truth), threshold = PROBLEMS[problem]
    nothing = np.zeros(300, dtype=np.bool_)
    held = 0
    for score, weights in zip(driver, log_weights, strict=True):
        low, high = limits(weighed(weights, score > threshold, nothing), 0.975)
        held += low <= truth <= high
    assert binom.cdf(held, REPLICATIONS, 0.95) > 0.01 / len(PROBLEMS)
    assert held < 0.985 * REPLICATIONS


def test_without_a_failing_run_nothing_bounds_pf_from_above() -> None:
    assert limits(equal(0, 1000), 0.95) == (0.0, 1.0)
    assert relative_width(equal(0, 1000), 0.95) == np.inf


def test_the_relative_width_is_that_of_the_interval() -> None:
    low, high = limits(equal(50, 1000), 0.95)
    assert relative_width(equal(50, 1000), 0.95) == pytest.approx((high - low) / 0.05)


def test_missing_runs_are_taken_to_fail_as_often_as_the_answered() -> None:
    fate = np.repeat([0, 1, 2], [45, 45, 10])
    sums = weighed(np.zeros(100), fate == 1, fate == 2)
    assert sums.missing == 10
    assert sums.pf == pytest.approx(0.5)
    assert weighed(np.zeros(1), np.array([False]), np.array([True])).pf is None


@pytest.mark.parametrize("plain", [(0, 1000, 0), (12, 1000, 0), (0, 1000, 1000)])
def test_weights_that_nothing_speaks_against_are_believed(plain: tuple[int, int, int]) -> None:
    assert refusal(equal(100, 200, 0.01), *plain, confidence_each=0.975) == ""


@pytest.mark.parametrize(
    ("sums", "plain", "reason"),
    [
        (equal(19, 200), (0, 0, 0), "weighed limits need at least 20 failing final runs: got 19"),
        (equal(100, 200, 0.01) + equal(1, 1, 0.3), (0, 0, 0), "one run makes up 23% of the estimate"),
        (
            equal(100, 200, 0.001) + equal(15, 15, 0.1),
            (0, 0, 0),
            "weights are worth 17.1 equal ones: expected at least 20",
        ),
        (
            equal(100, 200, 0.01),
            (30, 1000, 0),
            "plain runs put pf above 0.016, the estimate below 0.00578: failures were missed",
        ),
        (equal(100, 200, 0.01), (0, 5000, 0), "plain runs put pf below 0.00138, the estimate above 0.00431"),
    ],
)
def test_weights_that_must_not_be_believed_are_refused(sums: Weighed, plain: tuple[int, int, int], reason: str) -> None:
    assert reason in refusal(sums, *plain, confidence_each=0.975)


def test_a_defensive_density_gives_a_mean_weight_of_one() -> None:
    (driver, log_weights, _), threshold = PROBLEMS[3]
    failing = driver[0] > threshold
    nothing = np.zeros(300, dtype=np.bool_)
    true, wrong = (weighed(weights, failing, nothing) for weights in (log_weights[0], log_weights[0] + 1))
    assert refusal(true, 0, 0, 0, 0.975, largest_weight=10) == ""
    assert "the mean weight of the final runs is 3.06: expected one" in refusal(
        wrong, 0, 0, 0, 0.975, largest_weight=10
    )


@pytest.mark.parametrize("looks", [1, 2, 7])
def test_the_level_is_split_among_looks(looks: int) -> None:
    assert (1 - at_look(0.95, looks)) * looks == pytest.approx(0.05)


def test_no_look_at_all_is_refused() -> None:
    with pytest.raises(OutOfRange, match="looks: expected at least 1, got 0"):
        at_look(0.95, 0)


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_confidence_of_zero_or_one_is_refused(confidence: float) -> None:
    with pytest.raises(OutOfRange, match=f"confidence: expected strictly between 0 and 1, got {confidence}"):
        limits(Weighed(), confidence)


def test_weights_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(OutOfRange, match="log weight: expected a number, got nan"):
        weighed(np.array([0.0, np.nan]), np.array([True, False]), np.array([False, False]))


def test_every_run_needs_an_outcome() -> None:
    with pytest.raises(WrongShape, match=r"failed: expected shape \(2,\), got \(1,\)"):
        weighed(np.zeros(2), np.array([True]), np.array([False, False]))
