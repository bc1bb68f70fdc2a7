"""Polynomial surrogates, and the scores they may be fitted on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import norm, rankdata

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.polynomial import fit_polynomial, terms
from proofmark_reliability.scores import normal_scores
from proofmark_reliability.surrogate import fit, fit_plane

VALUES: FloatArray = np.random.default_rng(0).normal(size=(200, 3))


def cubic(x: FloatArray) -> FloatArray:
    return np.asarray(1 + x[:, 0] - 2 * x[:, 1] * x[:, 2] + 0.5 * x[:, 0] ** 3 - x[:, 0] * x[:, 1] ** 2)


@pytest.mark.parametrize("parameter", [0, 1, 2])
def test_a_cubic_is_recovered_and_its_changes_are_exact(parameter: int) -> None:
    surrogate = fit_polynomial(VALUES, cubic(VALUES), 3)
    np.testing.assert_allclose(surrogate.left_out, cubic(VALUES), atol=1e-4)
    runs, redraws = VALUES[:5], np.linspace(-3, 3, 7)
    for run, changes in zip(runs, surrogate.changes(runs, parameter, redraws), strict=True):
        changed = np.tile(run, (7, 1))
        changed[:, parameter] = redraws
        np.testing.assert_allclose(changes, cubic(changed) - cubic(run[np.newaxis]), atol=1e-5)


def test_coefficients_are_those_of_normalised_hermite_polynomials() -> None:
    """x**4 - x**3 is sqrt(24) h4 - sqrt(6) h3 + 6 sqrt(2) h2 - 3 h1 + 3."""
    x = VALUES[:, :1]
    surrogate = fit_polynomial(x, (x**4 - x**3)[:, 0], 4)
    by_degree = dict(zip(surrogate.degrees[:, 0].tolist(), surrogate.coefficients, strict=True))
    expected = {4: np.sqrt(24), 3: -np.sqrt(6), 2: 6 * np.sqrt(2), 1: -3, 0: 3}
    assert by_degree == pytest.approx(expected, abs=1e-5)


def test_of_second_degree_it_is_the_quadratic() -> None:
    """Two bases of one space, each with the same tiny ridge."""
    margins = np.sin(VALUES[:, 0]) + VALUES[:, 1] * VALUES[:, 2]
    polynomial, quadratic = fit_polynomial(VALUES, margins, 2), fit(VALUES, margins)
    np.testing.assert_allclose(polynomial.left_out, quadratic.left_out, atol=1e-6)
    redraws = np.linspace(-2, 2, 5)
    for parameter in range(3):
        ours, theirs = (fitted.changes(VALUES[:9], parameter, redraws) for fitted in (polynomial, quadratic))
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_of_first_degree_it_is_the_plane() -> None:
    margins = np.exp(VALUES[:, 0])
    polynomial, plane = fit_polynomial(VALUES, margins, 1), fit_plane(VALUES, margins)
    np.testing.assert_allclose(polynomial.left_out, plane.left_out, atol=1e-6)
    np.testing.assert_allclose(plane.hessian, 0)


def test_leaving_a_run_out_is_predicted_without_refitting() -> None:
    """The fit without the run reaches it from the origin, where an exact fit is known, one parameter at a time."""
    random = np.random.default_rng(1)
    values, margins = random.normal(size=(60, 2)), random.normal(size=60)
    whole = fit_polynomial(values, margins, 3)
    origin = np.zeros((1, 2))
    for run in (0, 17, 59):
        rest = np.arange(60) != run
        other = fit_polynomial(values[rest], margins[rest], 3)
        to_rest = [
            other.changes(origin, 0, x[:1]) + other.changes(np.array([[x[0], 0.0]]), 1, x[1:]) for x in values[rest]
        ]
        # least squares with a constant: residuals add up to zero, which gives the value at the origin
        at_origin = (margins[rest] - np.ravel(to_rest)).mean()
        x = values[run]
        reached = other.changes(origin, 0, x[:1]) + other.changes(np.array([[x[0], 0.0]]), 1, x[1:])
        assert whole.left_out[run] == pytest.approx(at_origin + reached[0, 0], abs=1e-5)


@given(dimensions=st.integers(1, 6), degree=st.integers(1, 5))
def test_terms_are_as_many_as_are_fitted(dimensions: int, degree: int) -> None:
    values = np.random.default_rng(2).normal(size=(20, dimensions))
    polynomial = fit_polynomial(values, values[:, 0], degree)
    assert polynomial.degrees.shape == (terms(dimensions, degree), dimensions)
    assert len(np.unique(polynomial.degrees, axis=0)) == len(polynomial.degrees)
    assert polynomial.degrees.sum(axis=1).max() == degree


def test_scores_of_any_law_are_those_of_its_ranks() -> None:
    values = np.random.default_rng(3).lognormal(sigma=2, size=(500, 2))
    scores = normal_scores(values, np.ones(500), values)
    np.testing.assert_allclose(scores, ndtri((rankdata(values, axis=0) - 0.5) / 500))


def test_values_that_repeat_share_a_score_and_those_beyond_take_the_last() -> None:
    known = np.array([[3.0], [5.0], [5.0], [9.0]])
    scores = normal_scores(known, np.array([1.0, 2.0, 1.0, 4.0]), np.array([[5.0], [1.0], [99.0], [4.0]]))[:, 0]
    middle, lowest, highest = norm.ppf([2.5 / 8, 0.5 / 8, 6 / 8])
    assert scores == pytest.approx([middle, lowest, highest, (lowest + middle) / 2])
