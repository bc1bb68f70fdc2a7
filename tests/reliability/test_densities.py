"""Gaussian components and mixtures."""

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal

from proofmark_reliability.densities import DEFENSIVE_SHARE, Gaussian, Mixture, defensive, isotropic, log_sum, mixture
from proofmark_reliability.errors import WrongShape
from proofmark_reliability.normals import addressed_uniforms, log_nominal

ORTHONORMAL = np.linalg.qr(np.array([[1.0, 0.3], [0.2, -1.0], [0.7, 0.4], [-0.1, 0.9]]))[0]
COMPONENT = Gaussian(np.array([3.0, -1.0, 0.0, 2.0]), ORTHONORMAL, np.array([0.4, 2.0]), 1.3)
COVARIANCE = (
    1.3**2 * (np.eye(4) - ORTHONORMAL @ ORTHONORMAL.T) + ORTHONORMAL @ np.diag([0.4**2, 2.0**2]) @ ORTHONORMAL.T
)
MIXTURE = Mixture(np.array([0.2, 0.5, 0.3]), (COMPONENT, isotropic(4), isotropic(4, 2.0)))


def test_a_component_has_the_density_of_its_covariance() -> None:
    points = COMPONENT.points(addressed_uniforms(1, 0, 100, 4))
    assert np.allclose(COMPONENT.log_density(points), multivariate_normal(COMPONENT.mean, COVARIANCE).logpdf(points))


def test_points_of_a_component_are_standard_normal_once_whitened() -> None:
    """Four tests at 0.1 %: family-wise error 0.4 %."""
    points = COMPONENT.points(addressed_uniforms(2, 0, 20_000, 4))
    white = np.linalg.solve(np.linalg.cholesky(COVARIANCE), (points - COMPONENT.mean).T)
    assert min(kstest(column, "norm").pvalue for column in white) > 0.001
    assert np.abs(np.corrcoef(white) - np.eye(4)).max() < 0.035


def test_the_nominal_density_is_a_component() -> None:
    points = COMPONENT.points(addressed_uniforms(3, 0, 50, 4))
    assert np.allclose(isotropic(4).log_density(points), log_nominal(points))


def test_a_mixture_has_the_weighed_density_of_its_parts() -> None:
    points = MIXTURE.points(addressed_uniforms(4, 0, 100, 5))
    expected = sum(
        share * np.exp(part.log_density(points)) for share, part in zip(MIXTURE.shares, MIXTURE.parts, strict=True)
    )
    assert np.allclose(np.exp(MIXTURE.log_density(points)), expected)


def test_a_mixture_in_many_dimensions_has_the_weighed_density_of_its_parts() -> None:
    directions = np.linalg.qr(np.arange(120.0).reshape(40, 3) % 7 + np.eye(40)[:, :3])[0]
    parts = (Gaussian(np.linspace(-1, 1, 40), directions, np.array([0.2, 1.0, 3.0]), 0.9), isotropic(40))
    points = parts[0].points(addressed_uniforms(9, 0, 30, 40))
    covariance = 0.9**2 * (np.eye(40) - directions @ directions.T) + directions * [0.04, 1.0, 9.0] @ directions.T
    first = multivariate_normal(parts[0].mean, covariance).logpdf(points)
    logs = Mixture(np.array([0.4, 0.6]), parts).log_densities(points)
    assert np.allclose(logs, [first + np.log(0.4), log_nominal(points) + np.log(0.6)])


def test_points_of_a_mixture_weighed_by_it_estimate_nominal_probabilities() -> None:
    """P(u0 > 2.5) = 0.00621 from weighed points: within four of its own standard errors (6e-5)."""
    points = MIXTURE.points(addressed_uniforms(5, 0, 100_000, 5))
    terms = np.exp(log_nominal(points) - MIXTURE.log_density(points)) * (points[:, 0] > 2.5)
    assert abs(terms.mean() - 0.006209665) < 4 * terms.std() / 100_000**0.5


def test_a_point_is_a_function_of_its_own_row() -> None:
    numbers = addressed_uniforms(6, 0, 64, MIXTURE.columns)
    assert np.allclose(MIXTURE.points(numbers[10:20]), MIXTURE.points(numbers)[10:20], rtol=1e-13)


def test_mixtures_nest() -> None:
    nested = mixture([(3.0, MIXTURE), (1.0, COMPONENT), (0.0, isotropic(4))])
    assert (len(nested.parts), nested.columns) == (4, 5)
    points = nested.points(addressed_uniforms(7, 0, 50, nested.columns))
    expected = 0.75 * np.exp(MIXTURE.log_density(points)) + 0.25 * np.exp(COMPONENT.log_density(points))
    assert np.allclose(np.exp(nested.log_density(points)), expected)


def test_no_weight_under_a_defensive_density_exceeds_the_inverse_share() -> None:
    density = defensive(COMPONENT)
    points = isotropic(4, 3.0).points(addressed_uniforms(8, 0, 1000, 4))
    assert (log_nominal(points) - density.log_density(points)).max() <= -np.log(DEFENSIVE_SHARE) + 1e-12


def test_sums_of_logs_do_not_underflow() -> None:
    assert np.allclose(log_sum(np.array([[-2000.0], [-2000.0]])), -2000 + np.log(2))


def test_shares_that_fit_no_parts_are_refused() -> None:
    with pytest.raises(WrongShape, match=r"shares of a mixture: expected shape \(2,\), got \(1,\)"):
        Mixture(np.array([1.0]), (COMPONENT, COMPONENT))
