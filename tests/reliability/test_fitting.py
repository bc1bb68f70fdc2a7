"""Gaussian mixtures fitted to weighed points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.fitting import Components, effective, fit_mixture, truncated
from proofmark_reliability.normals import addressed_uniforms, to_normals
from proofmark_reliability.quadratics import monomials


def cloud(points: int, dimensions: int, seed: int = 0) -> FloatArray:
    return to_normals(addressed_uniforms(seed, 0, points, dimensions))


def fitted(points: FloatArray, weights: FloatArray | None = None) -> Components:
    weights = np.full(len(points), 1 / len(points)) if weights is None else weights / weights.sum()
    return fit_mixture(points, weights, [weights])


@given(st.integers(2, 60), st.integers(0, 1000))
def test_the_effective_size_lies_between_one_and_all(count: int, seed: int) -> None:
    weights = np.random.default_rng(seed).lognormal(0, 2, count)
    assert 1 <= effective(weights) <= count * (1 + 1e-12)
    assert effective(np.ones(count)) == pytest.approx(count)


@given(st.integers(2, 60), st.integers(0, 1000), st.floats(1, 40))
def test_truncated_weights_keep_their_order_and_reach_the_effective_size(count: int, seed: int, least: float) -> None:
    weights = np.random.default_rng(seed).lognormal(0, 4, count)
    cut = truncated(weights, least)
    assert cut.sum() == pytest.approx(1)
    assert effective(cut) >= min(least, count / 2)
    assert (np.diff(cut[np.argsort(weights)]) >= -1e-15).all()


def test_weights_that_are_even_enough_are_only_scaled() -> None:
    weights = np.array([1.0, 2.0, 3.0, 2.0])
    assert np.allclose(truncated(weights, 2.0), weights / 8)


def test_one_cloud_is_one_component_with_its_moments() -> None:
    """Standard error of a mean 0.022 and of a variance 0.032; five of them."""
    components = fitted(cloud(2000, 3) * np.array([0.3, 1.0, 1.0]) + np.array([4.0, 0.0, -1.0]))
    assert len(components.shares) == 1
    assert np.allclose(components.means[0], [4.0, 0.0, -1.0], atol=0.11)
    assert np.allclose(np.diag(components.covariances[0]), [0.09, 1.0, 1.0], atol=0.16)


def test_weights_count_as_repetitions() -> None:
    points = cloud(40, 2)
    twice = np.concatenate((points, points[:10]))
    weights = np.ones(40)
    weights[:10] = 2
    assert np.allclose(fitted(points, weights).means, fitted(twice).means)


@pytest.mark.parametrize(("regions", "dimensions"), [(2, 2), (4, 2), (3, 10), (8, 8)])
def test_regions_that_lie_apart_are_told_apart(regions: int, dimensions: int) -> None:
    points = cloud(60 * regions, dimensions)
    axis = np.arange(len(points)) % regions
    sign = np.where(axis < dimensions, 1.0, -1.0)
    points[np.arange(len(points)), axis % dimensions] = 4.2 * sign
    components = fitted(points)
    found = {tuple(np.round(mean / 4.2).astype(int)) for mean in components.means}
    assert found == {
        tuple(int(sign) * (np.arange(dimensions) == axis % dimensions))
        for axis, sign in {*zip(axis.tolist(), sign.tolist(), strict=True)}
    }


def test_a_region_of_few_light_points_is_not_lost() -> None:
    points = cloud(200, 5)
    points[:, 0] = 4.0
    points[:6, 0] = -4.5
    weights = np.ones(200)
    weights[:6] = 0.1
    components = fitted(points, weights)
    assert components.means[:, 0].min() < -3
    assert components.shares[np.argmin(components.means[:, 0])] == pytest.approx(0.6 / 194.6, abs=0.001)


def test_groups_are_told_apart_from_the_first() -> None:
    """Two requirements fail in the same place: one component each, though likelihood asks for one."""
    points = cloud(100, 2)
    weights = np.full(100, 0.01)
    first = np.where(points[:, 1] > 0, weights, 0.0)
    assert len(fit_mixture(points, weights, [weights]).shares) == 1
    assert len(fit_mixture(points, weights, [first, weights - first]).shares) == 2


def test_few_points_leave_a_covariance_near_the_identity() -> None:
    variances = np.linalg.eigvalsh(fitted(cloud(3, 4) * 0.01).covariances[0])
    assert (variances > 0.4).all()


def test_coefficients_give_the_log_densities_of_the_components() -> None:
    components = fitted(cloud(100, 3))
    points = cloud(20, 3, seed=1)
    expected = multivariate_normal(components.means[0], components.covariances[0]).logpdf(points)
    found = (components.coefficients() @ monomials(points))[0] - np.log(components.shares[0]) - 1.5 * np.log(2 * np.pi)
    assert np.allclose(found, expected)
