"""Sentences that say what the numbers say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_contracts.assessment import Estimate
from proofmark_contracts.design import Beta, Constant, Discrete, Exponential, Unit, Weibull
from proofmark_reliability.intervals import lower_limit, runs_to_prove, upper_limit
from proofmark_reporter.quantities import DIMENSIONLESS, at_most
from proofmark_reporter.wording import (
    law_in_units,
    runs_at_rate,
    verdict_sentence,
    what_it_takes,
    without_the_missing,
)

THIN = "\N{NARROW NO-BREAK SPACE}"


def estimate(failures: int = 0, missing: int = 0, samples: int = 1000, **more: Any) -> Estimate:
    told = {
        "name": "system",
        "target": 0.999,
        "samples": samples,
        "failures": failures,
        "missing": missing,
        "r": 1 - failures / (samples - missing) if samples > missing else None,
        "r_low": 0.9,
        "r_high": 1.0,
        "bound_low": 1 - upper_limit(failures + missing, samples, 0.95),
        "bound_high": 1.0,
        "certified": "exact",
    }
    return Estimate.model_validate({**told, **more})


def said(about: Estimate) -> str:
    return " ".join(what_it_takes(about, 0.95)).replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_conditional_certificate_that_was_not_accepted_is_no_answer() -> None:
    conditional = estimate(bound_low=0.9995, certified="conditional", reason="if it holds", model_free_pf_high=0.01)
    sentence = verdict_sentence("not-proven", conditional, 0.95, "every requirement").replace(THIN, " ")
    assert "at least 99.95 % meet every requirement (95 % confidence, on the condition below)" in sentence
    assert sentence.endswith("at most 1 % of units fail, 10 times the 0.1 % that the target allows.")


def test_an_estimate_that_is_not_certified_is_no_answer() -> None:
    refused = estimate(bound_low=0.9995, certified="no", reason="points are not independent")
    sentence = verdict_sentence("not-proven", refused, 0.95, "every requirement")
    assert sentence.endswith("of units meet every requirement: points are not independent.")


def test_a_study_that_looked_for_failures_is_not_told_how_many_runs_its_failures_cost() -> None:
    text = " ".join(what_it_takes(estimate(failures=900), 0.95, counted=False))
    assert text.endswith(
        "not one of them failing. That is without looking for failures; this study looked for them, in 1,000 runs."
    )


def test_a_study_that_is_watched_needs_more_runs_and_can_be_extended() -> None:
    seen = estimate(failures=1, target=0.99, samples=300, bound_low=0.98)
    text = " ".join(what_it_takes(seen, 0.95, watched=True))
    assert "takes at least 299 runs, their number fixed beforehand and not one of them failing." in text
    assert text.endswith("and some more because the study is watched: it can be extended.")
    assert " ".join(what_it_takes(seen, 0.95)).endswith("to extend one until it passes proves nothing.")


def test_the_fewest_runs_are_named() -> None:
    assert said(estimate()) == (
        "To prove 99.9 % with 95 % confidence takes at least 2,995 runs, not one of them failing."
    )


def test_failures_and_missing_runs_make_it_more() -> None:
    text = said(estimate(failures=1, missing=1, samples=100_000, bound_low=0.9999))
    assert text.endswith(f"With 2 failures (a missing run counts as one), as here, it takes {6294:,}.")
    assert runs_to_prove(0.999, 0.95, 2) == 6294


def test_a_rate_that_no_number_of_runs_excuses_is_said_to_be_one() -> None:
    assert "At the rate seen, 0.1 %, no number of runs proves it" in said(estimate(failures=1))


def test_a_target_that_cannot_be_proven_is_said_to_be_one() -> None:
    assert said(estimate(target=1.0)) == "No number of runs proves a target of 100 %."


@given(rate=st.floats(0, 0.2), target=st.floats(0.5, 0.999))
@settings(max_examples=60, deadline=None)
def test_as_many_runs_as_expected_would_prove_the_target(rate: float, target: float) -> None:
    runs = runs_at_rate(rate, target, 0.95)
    if runs is None:
        assert 1 - rate <= target + 1e-3
    else:
        assert runs_to_prove(target, 0.95, round(rate * runs)) <= 1.01 * runs
        assert runs_to_prove(target, 0.95) <= runs


@pytest.mark.parametrize("missing", [0, 1000])
def test_bounds_without_missing_runs_are_compared_only_where_they_exist(missing: int) -> None:
    assert without_the_missing(estimate(missing=missing), 0.95, 1) == ""


def test_bounds_without_missing_runs_are_closer() -> None:
    text = without_the_missing(estimate(missing=5, bound_low=0.9895), 0.95, 1)
    assert "would be 99.699" in text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_an_upper_bound_without_missing_runs_shares_its_confidence_as_the_stated_one_does() -> None:
    text = without_the_missing(estimate(failures=5, missing=5, bound_high=0.999), 0.95, 3)
    assert f"and {at_most(1 - lower_limit(5, 995, 1 - 0.05 / 3), 0.999)} instead of" in text


@pytest.mark.parametrize("failures", [0, 1])
def test_runs_that_are_missing_are_to_be_repaired_where_they_alone_are_in_the_way(failures: int) -> None:
    text = said(estimate(failures=failures, missing=50, target=0.99))
    assert text.endswith("runs: the missing runs must be repaired.")
    assert "the design" not in text


def test_a_design_with_too_many_failures_must_change_whether_or_not_runs_are_missing() -> None:
    assert said(estimate(failures=50, missing=50, target=0.99)).endswith("the design, or its target, must change.")


def test_a_bound_in_the_verdict_differs_from_the_target_it_misses() -> None:
    missed = estimate(failures=9, target=0.995, bound_high=0.9949999)
    sentence = verdict_sentence("rejected", missed, 0.95, "it").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "at most 99.49999 % meet it" in sentence


def test_a_law_is_told_in_the_units_of_its_parameters() -> None:
    mm = Unit(symbol="mm", factor=1e-3)
    written = {
        law.kind: law_in_units(law, mm).replace("\N{NARROW NO-BREAK SPACE}", " ")
        for law in (Exponential(rate=200), Weibull(shape=1.5, scale=2e-3), Beta(a=2, b=3, low=1e-3, high=4e-3))
    }
    assert written == {
        "exponential": "rate 0.2 per mm",
        "weibull": "shape 1.5, scale 2 mm",
        "beta": "a 2, b 3, low 1 mm, high 4 mm",
    }
    assert law_in_units(Constant(value=0.1000005), mm).startswith("100.0005")


def test_a_law_in_si_names_its_numbers() -> None:
    assert law_in_units(Weibull(shape=1.5, scale=2e-3), DIMENSIONLESS) == "shape 1.5, scale 0.002"
    two = Discrete(values=(1e-3, 2e-3), weights=(0.25, 0.75))
    assert law_in_units(two, DIMENSIONLESS).replace("\N{NARROW NO-BREAK SPACE}", " ") == "0.001 (25 %), 0.002 (75 %)"
