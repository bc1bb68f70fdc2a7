"""Intervals: coverage computed exactly, and published figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, t

from proofmark_reliability.errors import OutOfRange
from proofmark_reliability.intervals import (
    hypercube_upper_limit,
    lower_limit,
    runs_to_prove,
    t_limits,
    two_sided,
    upper_limit,
)

RUNS = 1000


def coverage(pf: float) -> float:
    """The probability that the two-sided 95 % interval of a thousand runs holds `pf`, summed over all outcomes."""
    failures = np.arange(RUNS + 1)
    weights = binom.pmf(failures, RUNS, pf)
    likely = failures[weights > 1e-15]
    held = [
        lower_limit(int(k), RUNS, two_sided(0.95)) <= pf <= upper_limit(int(k), RUNS, two_sided(0.95)) for k in likely
    ]
    return float(weights[likely][held].sum())


def test_coverage_at_one_in_a_thousand_is_the_published_one() -> None:
    assert coverage(1e-3) == pytest.approx(0.981, abs=5e-4)


def test_coverage_never_falls_below_what_is_stated() -> None:
    """The worst case between 1e-4 and 2e-2 is .951; Wald's is .095, Wilson's .838, Jeffreys' .898."""
    worst = min(coverage(pf) for pf in np.geomspace(1e-4, 2e-2, 150))
    assert 0.95 <= worst < 0.956


@given(trials=st.integers(1, 5000), data=st.data(), confidence=st.floats(0.5, 0.999))
def test_limits_are_clopper_and_pearsons(trials: int, data: st.DataObject, confidence: float) -> None:
    events = data.draw(st.integers(0, trials))
    theirs = binomtest(events, trials).proportion_ci(confidence, method="exact")
    assert lower_limit(events, trials, two_sided(confidence)) == pytest.approx(theirs.low, rel=1e-8)
    assert upper_limit(events, trials, two_sided(confidence)) == pytest.approx(theirs.high, rel=1e-8)


@given(trials=st.integers(0, 5000), data=st.data(), confidence=st.floats(0.01, 0.999))
def test_limits_of_passes_mirror_those_of_failures(trials: int, data: st.DataObject, confidence: float) -> None:
    events = data.draw(st.integers(0, trials))
    mirrored = 1 - lower_limit(trials - events, trials, confidence)
    assert upper_limit(events, trials, confidence) == pytest.approx(mirrored, abs=1e-12)


def test_nothing_seen_says_nothing() -> None:
    assert (lower_limit(0, 0, 0.95), upper_limit(0, 0, 0.95)) == (0.0, 1.0)


@pytest.mark.parametrize("trials", [1, 7, 1000])
def test_one_sided_outcomes_have_closed_forms(trials: int) -> None:
    assert lower_limit(0, trials, 0.95) == 0.0
    assert upper_limit(trials, trials, 0.95) == 1.0
    assert upper_limit(0, trials, 0.95) == pytest.approx(1 - 0.05 ** (1 / trials), rel=1e-12)
    assert lower_limit(trials, trials, 0.95) == pytest.approx(0.05 ** (1 / trials), rel=1e-12)


def test_a_thousand_runs_without_failure_prove_997_in_a_thousand() -> None:
    assert 1 - upper_limit(0, 1000, 0.95) == pytest.approx(0.997, abs=2e-5)


@pytest.mark.parametrize(
    ("target", "failures", "runs"),
    [(0.999, 0, 2995), (1 - 3.4e-6, 0, 881_097), (0.9, 0, 29), (0.95, 0, 59), (0.99, 1, 473)],
)
def test_runs_needed_are_the_published_ones(target: float, failures: int, runs: int) -> None:
    """29, 59 and 473 are the success-run and one-failure plans of the reliability handbooks at 95 %."""
    assert runs_to_prove(target, 0.95, failures) == runs


@given(target=st.floats(0.01, 0.99999), confidence=st.floats(0.5, 0.999), failures=st.integers(0, 40))
def test_the_runs_needed_prove_the_target_and_one_fewer_does_not(
    target: float, confidence: float, failures: int
) -> None:
    runs = runs_to_prove(target, confidence, failures)
    assert 1 - upper_limit(failures, runs, confidence) >= target * (1 - 1e-12)
    if runs - 1 > failures:
        assert 1 - upper_limit(failures, runs - 1, confidence) < target * (1 + 1e-12)


@pytest.mark.parametrize("target", [0.0, 1.0, 1.5])
def test_a_target_that_no_number_of_runs_proves_is_refused(target: float) -> None:
    with pytest.raises(OutOfRange, match=f"target: expected strictly between 0 and 1, got {target}"):
        runs_to_prove(target, 0.95)


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_confidence_of_zero_or_one_is_refused(confidence: float) -> None:
    message = f"confidence: expected strictly between 0 and 1, got {confidence}"
    with pytest.raises(OutOfRange, match=message):
        lower_limit(1, 10, confidence)
    with pytest.raises(OutOfRange, match=message):
        upper_limit(1, 10, confidence)
    with pytest.raises(OutOfRange, match=message):
        runs_to_prove(0.9, confidence)


@pytest.mark.parametrize("events", [-1, 11])
def test_more_events_than_trials_are_refused(events: int) -> None:
    with pytest.raises(OutOfRange, match=f"events: expected from 0 to 10 trials, got {events}"):
        upper_limit(events, 10, 0.95)


@given(events=st.lists(st.integers(0, 64), min_size=2, max_size=20), confidence=st.floats(0.5, 0.999))
def test_t_limits_are_students(events: list[int], confidence: float) -> None:
    frequencies = np.array(events) / 64
    error = frequencies.std(ddof=1) / np.sqrt(len(events))
    reach = t.ppf(confidence, len(events) - 1) * error
    low, high = t_limits(events, [64] * len(events), confidence)
    assert low == pytest.approx(max(0, frequencies.mean() - reach), abs=1e-12)
    assert high == pytest.approx(min(1, frequencies.mean() + reach), abs=1e-12)


@given(trials=st.integers(2, 5000), data=st.data(), confidence=st.floats(0.5, 0.999))
def test_a_hypercubes_limit_is_where_cantellis_inequality_is_spent(
    trials: int, data: st.DataObject, confidence: float
) -> None:
    events = data.draw(st.integers(0, trials))
    p = hypercube_upper_limit(events, trials, confidence)
    assert events / trials <= p <= 1
    variance, below = p * (1 - p) / (trials - 1), p - events / trials
    assert variance == pytest.approx((1 - confidence) * (variance + below**2), rel=1e-6, abs=1e-15) or p == 1


def test_limits_from_one_run_of_a_hypercube_say_nothing() -> None:
    assert (hypercube_upper_limit(0, 0, 0.95), hypercube_upper_limit(0, 1, 0.95)) == (1.0, 1.0)
    assert hypercube_upper_limit(0, 1000, 0.95) == pytest.approx(19 / 1018)
