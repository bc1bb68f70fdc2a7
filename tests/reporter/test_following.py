"""Charts of an estimate as it grew: they end where the study does."""

from math import isclose

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_contracts.assessment import Estimate
from proofmark_reliability import sequence
from proofmark_reliability.intervals import lower_limit, upper_limit
from proofmark_reliability.weighing import limits, weighed
from proofmark_reporter.following import MOST_STEPS, counted_runs, failure_chart, reliability_chart, weighed_runs
from tests.reporter.drawn import decades, line
from tests.reporter.examples import search

FAILED = np.random.default_rng(3).random(2000) < 0.02
ANSWERED = np.ones(2000, np.bool_)


def estimate(**more: object) -> Estimate:
    told = {"name": "system", "target": 0.99, "samples": 2000, "failures": 40, "missing": 0, "r": 0.98, "r_low": 0.97}
    told |= {"r_high": 0.99, "bound_low": 0.97, "bound_high": 0.99, "certified": "exact"}
    return Estimate.model_validate(told | more)


@given(st.lists(st.sampled_from(["passed", "failed", "missing"]), min_size=1, max_size=60))
@settings(max_examples=50)
def test_the_band_ends_at_the_interval_of_the_whole_study(fates: list[str]) -> None:
    failed, answered = np.array([f == "failed" for f in fates]), np.array([f != "missing" for f in fates])
    found = counted_runs(failed, answered, 0.9, watched=False)
    runs, failures, missing = len(fates), fates.count("failed"), fates.count("missing")
    assert found.runs[-1] == runs
    assert isclose(found.low[-1], 1 - upper_limit(failures + missing, runs, 0.95))
    assert isclose(found.high[-1], 1 - lower_limit(failures, runs, 0.95))
    if runs > missing:
        assert isclose(found.value[-1], 1 - failures / (runs - missing))
    else:
        assert np.isnan(found.value[-1])


def test_the_band_of_a_watched_study_is_the_confidence_sequence() -> None:
    found = counted_runs(FAILED, ANSWERED, 0.9, watched=True)
    failures = int(FAILED.sum())
    assert isclose(found.low[-1], 1 - sequence.upper_limit(failures, 2000, 0.95))
    assert isclose(found.high[-1], 1 - sequence.lower_limit(failures, 2000, 0.95))


def test_a_long_study_is_followed_in_few_steps() -> None:
    found = counted_runs(np.zeros(1_000_000, np.bool_), np.ones(1_000_000, np.bool_), 0.95, watched=False)
    assert len(found.runs) <= MOST_STEPS
    assert list(found.runs) == sorted(set(found.runs.tolist()))


def test_weighed_runs_end_at_the_estimate_of_all_of_them() -> None:
    evidence = search(missing=30)
    final = evidence.runs.final
    told = evidence.runs.log_weight[final], evidence.runs.failed((0, 1))[final], evidence.runs.answered[final]
    found = weighed_runs(*told, 0.9)
    whole = weighed(told[0], told[1], ~told[2])
    assert isclose(found.value[-1], evidence.assessed.estimates[0].pf or 0)
    assert (found.low[-1], found.high[-1]) == limits(whole, 0.95)


def test_weights_tell_nothing_before_the_twentieth_failing_run() -> None:
    failed = np.zeros(1000, np.bool_)
    failed[::10] = True
    found = weighed_runs(np.full(1000, -3.0), failed, np.ones(1000, np.bool_), 0.95)
    assert np.isnan(found.value[found.runs <= 190]).all()
    assert np.isfinite(found.value[found.runs > 200]).all()


@pytest.mark.parametrize("target", [0.95, 0.99])
def test_the_target_stands_in_the_chart_of_reliability(target: float) -> None:
    figure = reliability_chart(counted_runs(FAILED, ANSWERED, 0.95, watched=False), estimate(target=target))
    _, y = line(figure, "following-target")
    assert y[0] == y[1]
    assert f"target {100 * target:g}" in figure


def test_a_chart_of_failure_shows_what_the_target_allows_and_what_plain_runs_alone_show() -> None:
    found = weighed_runs(np.full(2000, np.log(1e-5)), FAILED, ANSWERED, 0.95)
    told = {"target": 0.99999, "pf": 2e-7, "pf_low": 1e-7, "pf_high": 4e-7, "model_free_pf_high": 3e-3}
    figure = failure_chart(found, estimate(**told))
    _, allowed = line(figure, "following-target")
    _, free = line(figure, "following-free")
    assert free[0] < allowed[0]
    assert {-3, -5, -7} <= set(decades(figure))


def test_an_estimate_that_nothing_bounds_can_be_drawn() -> None:
    nothing = np.zeros(100, np.bool_)
    found = weighed_runs(np.zeros(100), nothing, nothing, 0.95)
    figure = failure_chart(found, estimate(pf=None, pf_low=0.0, pf_high=1.0))
    assert "unknown" in figure
