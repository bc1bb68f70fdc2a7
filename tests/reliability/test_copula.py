"""Gaussian copula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import kstest

from proofmark_reliability.copula import correlate
from proofmark_reliability.designs import uniforms
from proofmark_reliability.errors import NotACorrelation, NotPositiveDefinite, WrongShape

MATRIX = [[1.0, 0.5, -0.3], [0.5, 1.0, 0.2], [-0.3, 0.2, 1.0]]


def test_correlation_in_normal_space_is_reproduced() -> None:
    """The standard error of a correlation is at most 1/sqrt(n) = 0.0032; five of them, three pairs."""
    scores = ndtri(correlate(uniforms("monte-carlo", 0, 0, (100_000,), 3), MATRIX))
    assert np.abs(np.corrcoef(scores.T) - MATRIX).max() < 0.016


def test_every_column_stays_uniform() -> None:
    """Three tests at 0.1 %: family-wise error 0.3 %."""
    correlated = correlate(uniforms("monte-carlo", 0, 0, (20_000,), 3), MATRIX)
    assert min(kstest(column, "uniform").pvalue for column in correlated.T) > 0.001


def test_the_first_column_is_unchanged() -> None:
    independent = uniforms("latin-hypercube", 0, 0, (100,), 3)
    assert np.array_equal(correlate(independent, MATRIX)[:, 0], independent[:, 0])


@given(start=st.integers(0, 200), count=st.integers(0, 50))
def test_a_slice_has_the_bits_of_the_whole(start: int, count: int) -> None:
    independent = uniforms("monte-carlo", 5, 0, (250,), 3)
    whole = correlate(independent, MATRIX)
    assert np.array_equal(correlate(independent[start : start + count], MATRIX), whole[start : start + count])


def test_extreme_points_stay_strictly_inside_the_cube() -> None:
    extreme = np.array([[1 - 2.0**-53] * 3, [2.0**-53] * 3])
    correlated = correlate(extreme, [[1, 0.99, 0.99], [0.99, 1, 0.99], [0.99, 0.99, 1]])
    assert correlated.min() > 0
    assert correlated.max() < 1


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1.0, 0.5]], r"expected a square matrix, got shape \(1, 2\)"),
        ([[2.0, 0.0], [0.0, 1.0]], r"expected a diagonal of ones, got \[2.0, 1.0\]"),
        ([[1.0, 0.5], [0.4, 1.0]], "expected a symmetric matrix, got one that is not"),
    ],
)
def test_what_is_no_correlation_matrix_is_refused(matrix: list[list[float]], message: str) -> None:
    with pytest.raises(NotACorrelation, match=message):
        correlate(np.full((1, 2), 0.5), matrix)


def test_correlations_that_contradict_each_other_are_refused_with_the_eigenvalue() -> None:
    with pytest.raises(NotPositiveDefinite, match=r"its smallest eigenvalue is -0\.8") as refused:
        correlate(np.full((1, 3), 0.5), [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert refused.value.smallest_eigenvalue == pytest.approx(-0.8)


def test_a_matrix_of_another_size_is_refused() -> None:
    with pytest.raises(WrongShape, match=r"uniforms: expected shape \(4, 3\), got \(4, 2\)"):
        correlate(np.full((4, 2), 0.5), MATRIX)
