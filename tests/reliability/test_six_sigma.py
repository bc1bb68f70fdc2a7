"""Six sigma: the published table, and capability by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from proofmark_reliability.errors import OutOfRange
from proofmark_reliability.six_sigma import (
    cp,
    cpk,
    defects_per_million,
    reliability_index,
    sigma_level,
    sigma_sentence,
)


@pytest.mark.parametrize(
    ("sigma", "defects"), [(1, 691_462), (2, 308_538), (3, 66_807), (4, 6_210), (5, 233), (6, 3.4)]
)
def test_sigma_levels_are_those_of_the_published_table(sigma: int, defects: float) -> None:
    assert sigma_level(defects / 1e6) == pytest.approx(sigma, abs=1e-3)
    assert defects_per_million(defects / 1e6) == pytest.approx(defects)


@given(beta=st.floats(-5, 37))
def test_the_reliability_index_is_exceeded_with_probability_pf(beta: float) -> None:
    assert reliability_index(float(norm.sf(beta))) == pytest.approx(beta, abs=1e-6)


def test_certainties_have_infinite_indices() -> None:
    assert (reliability_index(0.0), reliability_index(1.0)) == (float("inf"), float("-inf"))


@pytest.mark.parametrize("pf", [-1e-9, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(pf: float) -> None:
    for ask in (reliability_index, defects_per_million, sigma_level, sigma_sentence):
        with pytest.raises(OutOfRange, match=f"probability of failure: expected from 0 to 1, got {pf}"):
            ask(pf)


@pytest.mark.parametrize(
    ("pf_high", "told"),
    [
        (3.4e-6, "at least 5.99 sigma, up to about 3.4 defects per million"),
        (3.39e-6, "at least 6.00 sigma, up to about 3.39 defects per million"),
        (0.003, "at least 4.24 sigma, up to about 3,000 defects per million"),
        (0.97, "below zero sigma, up to about 970,000 defects per million"),
        (1.0, "below zero sigma, up to about 1,000,000 defects per million"),
        (0.0, "at least 40.00 sigma, up to about 0 defects per million"),
    ],
)
def test_the_sentence_never_rounds_a_sigma_level_up(pf_high: float, told: str) -> None:
    assert sigma_sentence(pf_high) == told


def test_capability_by_hand() -> None:
    assert cp(0.5, 4.0, 10.0) == pytest.approx(2.0)
    assert cpk(8.0, 0.5, 4.0, 10.0) == pytest.approx(4 / 3)
    assert cpk(8.0, 0.5, 4.0, None) == pytest.approx(8 / 3)
    assert cpk(8.0, 0.5, None, 10.0) == pytest.approx(4 / 3)
    assert cpk(11.0, 0.5, None, 10.0) == pytest.approx(-2 / 3)


@given(mean=st.floats(-5, 5), std=st.floats(0.1, 10), low=st.floats(-9, 0), width=st.floats(0.1, 20))
def test_a_centred_process_has_equal_indices_and_any_other_less(
    mean: float, std: float, low: float, width: float
) -> None:
    best, found = cp(std, low, low + width), cpk(mean, std, low, low + width)
    assert best is not None
    assert found is not None
    assert found <= best + 1e-12
    assert cpk(low + width / 2, std, low, low + width) == pytest.approx(best)


def test_without_spread_or_limits_there_is_no_capability() -> None:
    assert cp(0.0, 0.0, 1.0) is None
    assert cp(1.0, None, 1.0) is None
    assert cp(1.0, 0.0, None) is None
    assert cpk(0.5, 0.0, 0.0, 1.0) is None
    assert cpk(0.5, float("nan"), 0.0, 1.0) is None
    assert cpk(0.5, 1.0, None, None) is None
