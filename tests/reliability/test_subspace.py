"""The directions in which failing runs differ from others."""

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.normals import addressed_uniforms, to_normals
from proofmark_reliability.subspace import FULL, informed_axes, slope

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


def test_the_slope_of_a_plane_is_found_from_runs_anywhere() -> None:
    points = cloud(400) + np.eye(DIMENSIONS)[0]
    direction = np.sin(np.arange(DIMENSIONS))
    found = slope(points, 5 - points @ direction)
    assert abs(found @ direction) / np.linalg.norm(found) / np.linalg.norm(direction) > 0.98
    assert found @ direction < 0
