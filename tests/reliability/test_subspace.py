"""The directions in which failing runs differ from others."""

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.fitting import Components
from proofmark_reliability.normals import addressed_uniforms, to_normals
from proofmark_reliability.subspace import FULL, informed_axes, local_slopes, slope

DIMENSIONS = 60
NO_SLOPES = np.empty((DIMENSIONS, 0))


def cloud(points: int, dimensions: int = DIMENSIONS) -> FloatArray:
    return to_normals(addressed_uniforms(0, 0, points, dimensions))


def axes_of(points: FloatArray, slopes: FloatArray = NO_SLOPES) -> FloatArray:
    weights = np.full(len(points), 1 / len(points))
    return informed_axes(points, weights, [weights], slopes)


def test_in_few_dimensions_all_directions_are_kept() -> None:
    assert np.array_equal(axes_of(cloud(50, FULL), np.empty((FULL, 0))), np.eye(FULL))


def test_plain_points_have_no_direction() -> None:
    assert axes_of(cloud(300)).shape == (DIMENSIONS, 0)


def test_a_mean_too_small_to_spread_the_points_is_a_direction() -> None:
    points = cloud(300)
    points[:, 7] += 0.9
    axes = axes_of(points)
    assert axes.shape == (DIMENSIONS, 1)
    assert abs(axes[7, 0]) > 0.85


def test_points_on_two_sides_spread_along_a_direction() -> None:
    points = cloud(300)
    points[:, 7] = np.where(np.arange(300) % 2, 4.0, -4.0)
    axes = axes_of(points)
    assert np.linalg.norm(axes[7]) > 0.95


def test_one_heavy_point_is_no_direction() -> None:
    points = cloud(300)
    weights = np.full(300, 0.9 / 299)
    weights[0] = 0.1
    assert informed_axes(points, weights, [weights], NO_SLOPES).shape[1] == 0


def test_slopes_are_kept_and_axes_are_orthonormal() -> None:
    points = cloud(300)
    points[:, 7] = 4.0
    slopes = np.zeros((DIMENSIONS, 2))
    slopes[3, 0], slopes[3, 1], slopes[4, 1] = 2.0, 1.0, 1.0
    axes = axes_of(points, slopes)
    assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-12)
    assert np.allclose(axes @ (axes.T @ slopes), slopes)


def test_a_slope_of_zero_is_no_direction() -> None:
    assert axes_of(cloud(300), np.zeros((DIMENSIONS, 1))).shape == (DIMENSIONS, 0)


def test_the_mean_slope_is_that_of_the_nominal_distribution() -> None:
    """Most runs lie far out, where the margin slopes otherwise; what they stand for is little."""
    plain, far = cloud(600), cloud(1200) + 6 * np.eye(DIMENSIONS)[5]
    normals = np.concatenate((plain, far))
    masses = np.concatenate((np.full(600, 1 / 600), np.full(1200, 1e-9)))
    margins = np.where(normals[:, 5] < 4, 5 - normals[:, 1], 5 - normals[:, 2])
    found = slope(normals, masses, margins)
    assert found[1] / np.linalg.norm(found) < -0.97


def test_local_slopes_are_those_about_each_component() -> None:
    """Two planes at right angles: the margin is the worse one."""
    normals = np.concatenate((cloud(600), cloud(600)))
    normals[:600, 3] += 4.0
    normals[600:, 9] -= 4.0
    margins = np.minimum(5 - normals[:, 3], 5 + normals[:, 9])
    axes = np.eye(DIMENSIONS)[:, [3, 9]]
    components = Components(np.full(2, 0.5), np.array([[4.0, 0.0], [0.0, -4.0]]), np.stack([np.eye(2)] * 2))
    found = local_slopes(normals, margins, normals @ axes, components)
    assert found.shape == (DIMENSIONS, 2)
    assert found[3, 0] / np.linalg.norm(found[:, 0]) < -0.95
    assert found[9, 1] / np.linalg.norm(found[:, 1]) > 0.95


def test_where_no_plane_explains_the_margin_there_is_no_local_slope() -> None:
    normals = cloud(600)
    one = Components(np.ones(1), np.zeros((1, 1)), np.ones((1, 1, 1)))
    assert local_slopes(normals, np.sign(np.sin(1e3 * normals[:, 0])), normals[:, :1], one).shape == (DIMENSIONS, 0)


def test_too_few_runs_for_a_plane_tell_no_local_slope() -> None:
    normals = cloud(70)
    one = Components(np.ones(1), np.zeros((1, 1)), np.ones((1, 1, 1)))
    assert local_slopes(normals, 5 - normals[:, 0], normals[:, :1], one).shape == (DIMENSIONS, 0)
