"""Runs of several densities, weighed together."""

import numpy as np
import pytest
from scipy.special import ndtr

from proofmark_reliability.densities import Gaussian, isotropic
from proofmark_reliability.normals import addressed_uniforms, log_nominal
from proofmark_reliability.pool import Pool

SHIFTED = Gaussian(np.array([2.5, 0.0]), np.empty((2, 0)), np.empty(0))


def pooled(batches: list[tuple[Gaussian, int]]) -> Pool:
    pool = Pool(2, 1)
    for batch, (density, runs) in enumerate(batches):
        points = density.points(addressed_uniforms(3, batch, runs, 2))
        pool.add(density, runs, points, 3 - points[:, :1])
    return pool


def test_plain_runs_all_stand_for_the_same_probability() -> None:
    assert np.allclose(pooled([(isotropic(2), 300), (isotropic(2), 200)]).masses, 1 / 500)


def test_masses_of_failing_runs_add_up_to_the_probability_of_failure() -> None:
    """Relative standard error of the sum: 2 % by the delta method over 20 seeds; five of them."""
    pool = pooled([(isotropic(2), 2000), (SHIFTED, 8000), (isotropic(2, 1.5), 2000)])
    assert pool.masses[pool.failing].sum() == pytest.approx(float(ndtr(-3)), rel=0.1)


def test_a_mass_is_the_nominal_density_over_all_that_was_drawn() -> None:
    pool = pooled([(isotropic(2), 30), (SHIFTED, 70)])
    drawn = 30 * np.exp(isotropic(2).log_density(pool.normals)) + 70 * np.exp(SHIFTED.log_density(pool.normals))
    assert np.allclose(pool.masses, np.exp(log_nominal(pool.normals)) / drawn)


def test_no_run_outweighs_what_the_plain_ones_leave_it() -> None:
    assert pooled([(isotropic(2), 250), (SHIFTED, 500)]).masses.max() <= 1 / 250 + 1e-15


def test_a_batch_without_runs_changes_nothing() -> None:
    pool = pooled([(isotropic(2), 30)])
    before = pool.masses
    pool.add(SHIFTED, 0, np.empty((0, 2)), np.empty((0, 1)))
    assert np.array_equal(pool.masses, before)
