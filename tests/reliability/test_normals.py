"""Standard-normal points from addressed uniform numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from proofmark_reliability.normals import FURTHEST, addressed_uniforms, log_nominal, to_normals, to_uniforms


@given(st.floats(-6, 6))
def test_the_way_to_the_unit_cube_and_back_is_the_identity(coordinate: float) -> None:
    """Near one, doubles are 1.1e-16 apart: at six deviations that is 2e-8 of a coordinate."""
    assert np.isclose(to_normals(to_uniforms(np.array([coordinate])))[0], coordinate, atol=1e-7)


@given(st.floats(-1e6, 1e6))
def test_uniforms_are_strictly_inside_the_cube(coordinate: float) -> None:
    uniform = to_uniforms(np.array([coordinate]))[0]
    assert 0 < uniform < 1
    assert abs(to_normals(uniform)) <= FURTHEST + 0.1


def test_the_nominal_density_is_the_standard_normal_one() -> None:
    points = to_normals(addressed_uniforms(1, 0, 50, 4))
    assert np.allclose(log_nominal(points), multivariate_normal(np.zeros(4)).logpdf(points))


@given(st.integers(1, 40), st.integers(1, 9))
def test_a_vector_depends_on_its_own_address_alone(vectors: int, columns: int) -> None:
    whole = addressed_uniforms(7, 3, 40, columns)
    assert np.array_equal(addressed_uniforms(7, 3, vectors, columns), whole[:vectors])
