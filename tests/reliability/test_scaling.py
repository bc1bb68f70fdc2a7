"""Scales: requirements in different units become comparable, and stay so whatever the unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_reliability.scaling import limit_state, robust_scales


@given(seed=st.integers(0, 10**6), unit=st.floats(1e-9, 1e9), shift=st.floats(-5, 5))
def test_the_limit_state_does_not_depend_on_units(seed: int, unit: float, shift: float) -> None:
    margins = np.random.default_rng(seed).standard_normal((200, 2)) + shift
    rescaled = margins * (1.0, unit)
    np.testing.assert_allclose(
        limit_state(rescaled, robust_scales(rescaled)), limit_state(margins, robust_scales(margins)), rtol=1e-9
    )


def test_the_scale_of_a_normal_margin_is_its_standard_deviation() -> None:
    margins = 3 + 0.25 * np.random.default_rng(0).standard_normal((100_000, 1))
    assert robust_scales(margins)[0] == pytest.approx(0.25, rel=0.01)


def test_a_scale_ignores_runs_without_an_answer_and_a_few_wild_ones() -> None:
    margins = np.random.default_rng(1).standard_normal((1000, 1))
    spoilt = margins.copy()
    spoilt[:5], spoilt[5:10] = np.nan, 1e12
    assert robust_scales(spoilt)[0] == pytest.approx(robust_scales(margins)[0], rel=0.05)


@pytest.mark.parametrize(
    ("column", "scale"),
    [
        ([7.0, 7.0, 7.0, 7.0], 1.0),
        ([np.nan, np.nan, np.nan, np.nan], 1.0),
        ([0.0] * 9 + [10.0], 3.0),
        ([np.inf, -1.0, 1.0, -np.inf], 0.68268949),
    ],
)
def test_a_scale_is_never_zero_nor_infinite(column: list[float], scale: float) -> None:
    assert robust_scales(np.array(column)[:, np.newaxis])[0] == pytest.approx(scale)


def test_a_run_fails_the_union_if_it_violates_any_requirement_and_says_nothing_if_any_is_missing() -> None:
    margins = np.array([[1.0, 20.0], [1.0, -20.0], [-1.0, 20.0], [np.nan, -20.0]])
    found = limit_state(margins, np.array([1.0, 10.0]))
    np.testing.assert_array_equal(found, [1.0, -2.0, -1.0, np.nan])
