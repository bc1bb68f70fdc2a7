"""From weighed points to a density."""

import numpy as np
import pytest
from scipy.special import chdtrc, ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.densities import defensive
from proofmark_reliability.learning import Fit, around, harden, learn, wide
from proofmark_reliability.normals import addressed_uniforms, log_nominal, to_normals


def cloud(points: int, dimensions: int, seed: int = 0) -> FloatArray:
    return to_normals(addressed_uniforms(seed, 0, points, dimensions))


def failing_half_space(points: int, dimensions: int, beta: float) -> FloatArray:
    """Nominal points beyond a plane."""
    normals = cloud(points, dimensions)
    normals[:, 0] = -to_normals(ndtr(-beta) * ndtr(normals[:, 0]))
    return normals


def learnt(normals: FloatArray) -> Fit:
    weights = np.full(len(normals), 1 / len(normals))
    return learn(normals, weights, -np.ones((len(normals), 1)), weights)


def test_only_the_direction_of_failure_differs_from_nominal() -> None:
    [(share, part)] = learnt(failing_half_space(200, 8, 4.0))
    assert share == 1
    outward, *others = sorted(part.deviations)
    assert outward < 0.5
    assert np.ptp(others) < 1e-12
    assert others[0] == pytest.approx(1.0, abs=0.05)
    assert abs(part.axes[0, np.argmin(part.deviations)]) > 0.97
    assert part.mean[0] == pytest.approx(4.23, abs=0.1)


def test_in_many_dimensions_the_directions_left_share_a_deviation() -> None:
    """On a ball of radius 11 in fifty dimensions, points are 11 / sqrt 50 = 1.56 times further out than nominal."""
    directions = cloud(200, 50)
    radius = 11.0
    [(_, part)] = learnt(radius * directions / np.linalg.norm(directions, axis=1, keepdims=True))
    assert part.axes.shape[1] == 0
    assert part.rest == pytest.approx(radius / 50**0.5, rel=0.05)


def test_a_half_space_keeps_all_but_one_of_a_hundred_directions_nominal() -> None:
    for _, part in learnt(failing_half_space(300, 100, 4.0)):
        assert part.axes.shape[1] == 1
        assert part.rest == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("dimensions", [1, 2, 5, 10, 25])
def test_a_wide_density_meets_a_half_space_with_bounded_weights(dimensions: int) -> None:
    density = wide(dimensions)
    assert density is not None
    assert 1.2 < density.rest <= 2.5
    s = density.rest
    across = (s / (2 - s**-2) ** 0.5) ** (dimensions - 1)
    assert across <= 5.0001


def test_beyond_25_dimensions_no_density_is_wide() -> None:
    assert wide(26) is None


def test_a_density_around_the_origin_reaches_as_far_as_the_points() -> None:
    points = 2.0 * cloud(5000, 4)
    assert around(points, np.ones(5000)).rest == pytest.approx(2.0, rel=0.03)
    assert around(0.1 * points, np.ones(5000)).rest == pytest.approx(0.2, rel=0.03)


def test_the_expected_spread_is_the_one_that_fresh_runs_have() -> None:
    failing = failing_half_space(400, 5, 4.0)
    pf = float(ndtr(-4))
    density, expected = harden(learnt(failing), failing, np.full(400, pf / 400))
    drawn = defensive(density)
    points = drawn.points(addressed_uniforms(1, 0, 40_000, drawn.columns))
    terms = np.exp(log_nominal(points) - drawn.log_density(points)) * (points[:, 0] > 4)
    assert terms.mean() == pytest.approx(pf, rel=0.05)
    assert terms.std() / pf == pytest.approx(expected, rel=0.2)
    assert expected < 2


def test_a_hardened_density_reaches_around_a_ball() -> None:
    """Points of a sphere lie all around: the part about the origin spreads their weights less than components do."""
    directions = cloud(150, 6)
    failing = 5.5 * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    density, _ = harden(learnt(failing), failing, np.full(150, chdtrc(6, 5.5**2) / 150))
    assert max(zip(density.shares.tolist(), range(len(density.parts)), strict=True))[1] >= len(density.parts) - 2
