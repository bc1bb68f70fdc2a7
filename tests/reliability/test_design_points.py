"""Design points: curvature against exact integrals, unions against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import chi2, multivariate_normal

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.design_points import DesignPoint, distinct, union
from proofmark_reliability.designs import monte_carlo

FLAT = np.empty(0)


def point(outward: FloatArray, beta: float, curvatures: FloatArray = FLAT, requirement: int = 0) -> DesignPoint:
    unit = outward / np.linalg.norm(outward)
    return DesignPoint(requirement, beta * unit, unit, beta, curvatures)


@pytest.mark.parametrize("dimensions", [2, 3, 6])
@pytest.mark.parametrize("curvature", [0.1, 0.4, 1.0])
def test_curvature_corrects_a_paraboloid_to_its_exact_probability(dimensions: int, curvature: float) -> None:
    """Failing where u0 exceeds beta + curvature / 2 times the squares of the others; the half-space is far off."""
    beta = 4.0
    found = point(np.eye(dimensions)[0], beta, np.full(dimensions - 1, curvature))
    exact = quad(
        lambda squares: ndtr(-beta - curvature * squares / 2) * chi2.pdf(squares, dimensions - 1),
        0,
        100,
        epsabs=0,
        limit=200,
    )[0]
    assert found.pf == pytest.approx(exact, rel=0.07 * (dimensions - 1) ** 0.5)
    assert ndtr(-beta) > 1.1 * exact


def test_of_great_beta_the_correction_is_breitungs() -> None:
    curvatures = np.array([0.3, 0.1, -0.05])
    breitung = np.prod(1 / np.sqrt(1 + 9.0 * curvatures))
    assert point(np.ones(4), 9.0, curvatures).correction == pytest.approx(breitung, rel=0.01)


def test_an_edge_bent_as_the_sphere_has_no_correction() -> None:
    assert point(np.ones(3), 3.0, np.array([-1 / 3, -1 / 3])).correction == 1
    assert point(np.ones(3), 3.0).correction == 1


@given(outward=st.lists(st.floats(-1, 1), min_size=2, max_size=6).filter(lambda given: max(map(abs, given)) > 1e-3))
def test_factors_add_up_to_one(outward: list[float]) -> None:
    assert point(np.array(outward) * 1e3, 2.0).factors.sum() == pytest.approx(1)


@pytest.mark.parametrize("angle", [30, 60, 90, 120, 180])
@pytest.mark.parametrize("betas", [(3.0, 3.0), (2.0, 4.0), (-0.5, 1.0)])
def test_a_union_of_two_half_spaces_has_the_bivariate_probability(angle: float, betas: tuple[float, float]) -> None:
    """Twenty thousand points count by one half to one: the relative standard error is 0.2 % at most, 15 unions."""
    radians = np.radians(angle)
    outward = np.array([[1.0, 0.0], [np.cos(radians), np.sin(radians)]])
    found = [point(direction, beta) for direction, beta in zip(outward, betas, strict=True)]
    safe = multivariate_normal(cov=[[1, np.cos(radians)], [np.cos(radians), 1]], allow_singular=True).cdf(betas)
    uniforms = monte_carlo(3, 0, 0, 20_000, 3)
    assert union(found, uniforms) == pytest.approx(1 - safe, rel=0.008, abs=1e-5)


def test_twins_are_kept_once_and_requirements_apart() -> None:
    near, nearer, far = (point(np.array([1.0, 0.0]), beta) for beta in (3.0, 2.9, 4.0))
    other = point(np.array([1.0, 0.0]), 3.0, requirement=1)
    assert distinct([near, far, other, nearer], 0.5) == [nearer, other, far]
