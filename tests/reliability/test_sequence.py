"""The confidence sequence: its errors summed exactly over all paths, its limits where its verdicts turn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binomtest

from proofmark_reliability.errors import OutOfRange
from proofmark_reliability.sequence import is_less, is_more, lower_limit, lower_limits, upper_limit, upper_limits


def campaign(
    pf: float, limit: float, less: float, more: float, runs: int, most_events: int
) -> tuple[float, float, float, float]:
    """Probability of the verdicts `less` and `more` within so many runs, mean runs, and probability of neither.

    Exact: the distribution of the count among campaigns without a verdict is carried on run by run.
    """
    events = np.arange(most_events)
    alive, found_less, found_more, mean = np.zeros(most_events), 0.0, 0.0, 0.0
    alive[0] = 1.0
    for first in range(1, runs + 1, 1000):
        trials = np.arange(first, min(first + 1000, runs + 1))
        after, of = np.broadcast_arrays(trials[:, np.newaxis], np.minimum(events, trials[:, np.newaxis]))
        accepts, rejects = is_less(of, after, limit, less), is_more(of, after, limit, more)
        for accept, reject in zip(accepts, rejects, strict=True):
            mean += alive.sum()
            alive[1:], alive[0] = alive[1:] * (1 - pf) + alive[:-1] * pf, alive[0] * (1 - pf)
            found_less += alive[accept].sum()
            found_more += alive[reject].sum()
            alive[accept | reject] = 0
    return found_less, found_more, mean, alive.sum()


@pytest.mark.parametrize(("limit", "runs", "most_events"), [(1e-3, 20_000, 70), (0.05, 2_000, 200), (0.5, 400, 401)])
def test_verdicts_at_the_limit_itself_stay_within_the_level(limit: float, runs: int, most_events: int) -> None:
    less, more, _, neither = campaign(limit, limit, 0.965, 0.985, runs, most_events)
    assert less + more + neither == pytest.approx(1, abs=1e-9)
    assert 0.005 < less <= 0.035
    assert 0.003 < more <= 0.015


@pytest.mark.parametrize("pf", [2e-3, 1e-2])
def test_a_bad_design_is_passed_no_more_often_than_one_at_the_limit(pf: float) -> None:
    assert campaign(pf, 1e-3, 0.965, 0.985, 5_000, 70)[0] < campaign(1e-3, 1e-3, 0.965, 0.985, 5_000, 70)[0]


@pytest.mark.parametrize(
    ("pf", "runs", "most_events", "mean"),
    [(1e-2, 5_000, 70, 435), (3e-3, 16_000, 80, 4_315), (1e-4, 25_000, 18, 5_662)],
)
def test_verdicts_come_as_early_as_stated(pf: float, runs: int, most_events: int, mean: int) -> None:
    less, more, found, neither = campaign(pf, 1e-3, 0.965, 0.985, runs, most_events)
    assert found == pytest.approx(mean, rel=4e-3)
    assert neither < 4e-3
    assert (more if pf > 1e-3 else less) > 0.97


@given(trials=st.integers(1, 3000), data=st.data(), confidence=st.floats(0.5, 0.999))
def test_verdicts_turn_where_the_limits_lie(trials: int, data: st.DataObject, confidence: float) -> None:
    events = data.draw(st.integers(0, trials))
    low, high = lower_limit(events, trials, confidence), upper_limit(events, trials, confidence)
    k, n = np.array([events]), np.array([trials])
    assert low <= events / trials <= high
    assert is_more(k, n, low * (1 - 1e-9), confidence) or low == 0
    assert not is_more(k, n, min(1, low * (1 + 1e-9)), confidence)
    assert not is_less(k, n, 1 - (1 - high) * (1 + 1e-6), confidence) or high == 1
    assert is_less(k, n, 1 - (1 - high) * (1 - 1e-6), confidence) or high > 1 - 1e-9


@given(trials=st.integers(1, 3000), data=st.data(), confidence=st.floats(0.7, 0.999))
def test_limits_for_ever_are_wider_than_those_for_once(trials: int, data: st.DataObject, confidence: float) -> None:
    events = data.draw(st.integers(0, trials))
    once = binomtest(events, trials).proportion_ci(2 * confidence - 1, method="exact")
    assert lower_limit(events, trials, confidence) <= once.low + 1e-12
    assert upper_limit(events, trials, confidence) >= once.high - 1e-12


@pytest.mark.parametrize(("events", "trials", "limit"), [(0, 50, 0.1), (3, 40, 0.2), (9, 30, 0.1), (30, 30, 0.5)])
def test_evidence_is_the_mean_likelihood_over_that_at_the_limit(events: int, trials: int, limit: float) -> None:
    """By quadrature over the priors; the verdict turns where the evidence is 1 / (1 - confidence)."""

    def ratio(p: float) -> float:
        return (p / limit) ** events * ((1 - p) / (1 - limit)) ** (trials - events)

    less = quad(lambda root: ratio(root**2), 0, limit**0.5)[0] / limit**0.5
    more = quad(lambda root: ratio(root**-2), 1, limit**-0.5)[0] / (limit**-0.5 - 1)
    k, n = np.array([events]), np.array([trials])
    for verdict, evidence in ((is_less, less), (is_more, more)):
        for turn, holds in ((1 / evidence * 1.000001, True), (1 / evidence * 0.999999, False)):
            if evidence > 1.001:
                assert verdict(k, n, limit, 1 - turn) == holds
        assert evidence > 1.001 or not verdict(k, n, limit, 0.01)


def test_nothing_seen_says_nothing() -> None:
    assert (lower_limit(0, 0, 0.95), upper_limit(0, 0, 0.95)) == (0.0, 1.0)
    assert (lower_limit(0, 9, 0.95), upper_limit(9, 9, 0.95)) == (0.0, 1.0)


def test_no_number_of_runs_shows_the_impossible() -> None:
    none, all_but_one, many = np.array([0]), np.array([999]), np.array([1000])
    assert not is_less(none, many, 0.0, 0.95)
    assert is_more(np.array([1]), many, 0.0, 0.95)
    assert is_less(all_but_one, many, 1.0, 0.95)
    assert not is_more(many, many, 1.0, 0.95)


def test_limits_of_many_moments_are_those_of_each() -> None:
    events, trials = np.array([0, 3, 7]), np.array([10, 100, 7])
    assert lower_limits(events, trials, 0.95).tolist() == [
        lower_limit(k, n, 0.95) for k, n in zip(events, trials, strict=True)
    ]
    assert upper_limits(events, trials, 0.95).tolist() == [
        upper_limit(k, n, 0.95) for k, n in zip(events, trials, strict=True)
    ]


@pytest.mark.parametrize("confidence", [0.0, 1.0, float("nan")])
def test_a_confidence_of_zero_or_one_is_refused(confidence: float) -> None:
    for ask in (lower_limit, upper_limit):
        with pytest.raises(OutOfRange, match=f"confidence: expected strictly between 0 and 1, got {confidence}"):
            ask(1, 10, confidence)
    for verdict in (is_less, is_more):
        with pytest.raises(OutOfRange, match=f"confidence: expected strictly between 0 and 1, got {confidence}"):
            verdict(np.array([1]), np.array([10]), 0.5, confidence)
