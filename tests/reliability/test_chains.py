"""Chains below a level: what a move preserves, where it ends, and what families tell."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import log_ndtr, ndtr, ndtri

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.chains import (
    SHARE,
    SMALLEST_STEP,
    Chains,
    adapted,
    effective_families,
    family_error,
    levels_left,
    next_level,
)
from proofmark_reliability.normals import addressed_uniforms, to_normals

LEVEL = 2.0


def beyond_a_plane(chains: int, dimensions: int, seed: int = 0) -> Chains:
    """Independent points whose first coordinate lies beyond LEVEL."""
    uniforms = addressed_uniforms(seed, 0, chains, dimensions)
    normals = to_normals(uniforms)
    normals[:, 0] = -ndtri(uniforms[:, 0] * ndtr(-LEVEL))
    return Chains(normals, LEVEL - normals[:, 0], np.arange(chains))


def moved(chains: Chains, step: float, batch: int) -> tuple[Chains, float]:
    standard = to_normals(addressed_uniforms(7, batch, *chains.normals.shape))
    proposed = chains.proposed(step, standard)
    return chains.moved(proposed, LEVEL - proposed[:, 0], 0.0)


@pytest.mark.parametrize(("dimensions", "step"), [(1, 0.9), (3, 0.3), (100, 0.5)])
def test_moves_leave_the_distribution_below_a_level_as_it_is(dimensions: int, step: float) -> None:
    """Kolmogorov-Smirnov over 4000 chains after five moves; each distance is exceeded with probability 1e-4 at most."""
    chains = beyond_a_plane(4000, dimensions)
    for batch in range(5):
        chains, _ = moved(chains, step, batch)
    tail = ndtr(-chains.normals[:, 0]) / ndtr(-LEVEL)
    assert distance_from_uniform(tail) < 2.3 / np.sqrt(4000)
    if dimensions > 1:
        assert distance_from_uniform(ndtr(chains.normals[:, -1])) < 2.3 / np.sqrt(4000)


def distance_from_uniform(numbers: FloatArray) -> float:
    ordered = np.sort(numbers)
    steps = np.arange(len(ordered) + 1) / len(ordered)
    return float(max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max()))


def test_chains_stay_below_the_level() -> None:
    chains, acceptance = moved(beyond_a_plane(500, 4), 0.8, 0)
    assert (chains.values <= 0).all()
    assert 0.05 < acceptance < 0.95


def test_chains_stay_where_a_run_has_no_answer() -> None:
    chains = beyond_a_plane(10, 2)
    stayed, acceptance = chains.moved(chains.normals + 1, np.full(10, np.inf), 0.0)
    np.testing.assert_array_equal(stayed.normals, chains.normals)
    np.testing.assert_array_equal(stayed.values, chains.values)
    assert acceptance == 0


@given(st.integers(1, 40), st.integers(1, 200))
def test_as_many_chains_begin_at_each_point(points: int, chains: int) -> None:
    begun = beyond_a_plane(points, 1).repeated(chains)
    times = np.bincount(begun.families, minlength=points)
    assert len(begun) == chains
    assert times.max() - times.min() <= 1


@given(st.lists(st.integers(-3, 12), min_size=2, max_size=60))
def test_a_level_leaves_half_of_the_runs_behind_unless_they_are_equal(whole: list[int]) -> None:
    values = np.array(whole, dtype=np.float64)
    level = next_level(values)
    below = (values < level).mean()
    assert level in values
    assert below <= SHARE or values[values < level].std() == 0 or level < 0
    assert (values <= level).mean() > SHARE
    assert below > 0 or values.std() == 0 or level < 0


@given(st.lists(st.floats(-1, 9), min_size=2, max_size=60))
@example([-1.0, -1.0, 5.0])
def test_a_level_is_negative_once_more_than_half_of_the_runs_fail(values: list[float]) -> None:
    if (np.array(values) < 0).mean() > SHARE:
        assert next_level(np.array(values)) < 0


def test_the_probability_below_a_level_is_told_without_bias() -> None:
    """Of 20 uniform numbers 10 lie below: 0.5 over the level is, on average, 1. Known to 0.2 %."""
    levels = np.array([next_level(row) for row in addressed_uniforms(1, 0, 20_000, 20)])
    assert np.mean(SHARE / levels) == pytest.approx(1.0, rel=0.01)


@given(st.floats(1.5, 8.0), st.floats(0.01, 100.0))
def test_levels_of_a_linear_limit_state_are_foreseen(furthest: float, unit: float) -> None:
    earlier, now = ((float(ndtr(-beta)), unit * (furthest - beta)) for beta in (0.3, 1.2))
    expected = (log_ndtr(-furthest) - log_ndtr(-1.2)) / np.log(SHARE)
    assert levels_left(earlier, now) == pytest.approx(expected, rel=1e-6)


def test_a_limit_state_that_hardly_falls_foresees_many_levels() -> None:
    assert 1000 < levels_left((0.5, 1e308), (0.25, np.nextafter(1e308, 0))) < 1200


@given(st.floats(SMALLEST_STEP, 1.0))
def test_steps_shorten_where_moves_are_rejected_and_never_exceed_one(step: float) -> None:
    assert adapted(step, 0.0) < step or step == SMALLEST_STEP
    assert step < adapted(step, 1.0) <= 1.0 or step == 1.0


@given(st.integers(1, 50), st.integers(1, 20))
def test_equal_families_count_whole(families: int, size: int) -> None:
    assert effective_families(np.repeat(np.arange(families), size)) == pytest.approx(families)


def test_families_tell_the_error_of_a_count() -> None:
    """Roots are below a level with probability 0.2, and then leave four chains each: the spread is binomial."""
    roots, p = 500, 0.2
    below = addressed_uniforms(3, 0, 400, roots) < p
    told = [family_error(np.repeat(np.flatnonzero(row), 4), roots) for row in below]
    assert np.mean(told) == pytest.approx(np.sqrt((1 - p) / (p * roots)), rel=0.03)


def test_few_families_widen_the_interval_as_far_as_their_spread_is_uncertain() -> None:
    """A dozen families of geometric sizes. Of 1000 intervals of 95 %, fewer than 930 cover once in three hundred times;
    without widening 928 did."""
    roots, p, covered = 1000, 0.012, 0
    for seed in range(1000):
        uniforms = addressed_uniforms(seed, 0, roots, 2)
        sizes = np.where(uniforms[:, 0] < p, 1 + np.floor(np.log(uniforms[:, 1]) / np.log(0.5)), 0).astype(np.int64)
        error = family_error(np.repeat(np.arange(roots), sizes), roots)
        expected = roots * p / 0.5
        covered += abs(np.log(sizes.sum() / expected)) < 1.96 * np.sqrt(np.log1p(error**2))
    assert covered >= 930
