"""Populations where failure is possible, and the density aimed at it: closed forms of half-spaces."""

import numpy as np
import pytest
from scipy.special import ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.densities import defensive
from proofmark_reliability.emulation import Emulators, emulate
from proofmark_reliability.normals import log_nominal
from proofmark_reliability.possible import DEVIATIONS, Draws, aim, population


def half_spaces(dimensions: int, *betas: float) -> Emulators:
    """Requirement i is violated where coordinate i exceeds its beta; what is linear is emulated without doubt."""
    runs = np.random.default_rng(1).standard_normal((dimensions + 8, dimensions))
    return emulate(runs, np.column_stack([beta - runs[:, i] for i, beta in enumerate(betas)]), np.ones(len(betas)))


@pytest.mark.parametrize(("dimensions", "beta"), [(1, 2.0), (2, 5.2), (6, 4.0), (8, 6.5)])
def test_a_population_has_the_law_of_failing_parameters(dimensions: int, beta: float) -> None:
    """Over a half-space: the mean along its normal is phi(beta) / Phi(-beta), other directions stay standard normal.
    1,200 points are worth 100 independent ones at least; bounds are four of their standard errors, 12 comparisons."""
    found = population(half_spaces(dimensions, beta), dimensions, Draws(3, 1))
    assert found is not None
    along, across = found[:, 0], found[:, 1:]
    mean = np.exp(-(beta**2) / 2) / np.sqrt(2 * np.pi) / ndtr(-beta)
    assert along.min() > beta - 0.1
    assert along.mean() == pytest.approx(mean, abs=4 * np.sqrt(1 + beta * mean - mean**2) / 10 + 0.02)
    if across.size:
        assert np.abs(across.mean(axis=0)).max() < 0.4
        assert across.std() == pytest.approx(1, abs=0.2)


def test_a_population_reaches_every_requirement() -> None:
    found = population(half_spaces(3, 4.0, 4.0, 4.2), 3, Draws(0, 1))
    assert found is not None
    assert ((found > [3.95, 3.95, 4.15]).mean(axis=0) > 0.1).all()


def test_what_no_point_can_violate_has_no_population() -> None:
    assert population(half_spaces(2, 30.0), 2, Draws(0, 1)) is None


def test_doubt_makes_failure_possible() -> None:
    runs = np.random.default_rng(2).standard_normal((12, 2))
    doubtful = emulate(runs, (3 - runs[:, [0]] + np.sin(3 * runs[:, [1]])), np.ones(1))
    found = population(doubtful, 2, Draws(0, 1))
    assert found is not None
    mean, deviation = doubtful.predict(found)
    assert (mean - DEVIATIONS * deviation <= 0).all()
    assert (mean > 0).mean() > 0.2


@pytest.mark.parametrize("betas", [(2.0,), (4.5, 4.6), (5.5,)])
def test_an_aimed_density_weighs_what_it_draws_to_the_closed_form(betas: tuple[float, ...]) -> None:
    """Twelve thousand draws of relative spread two at most: four standard errors are 7 %."""
    emulators, draws = half_spaces(3, *betas), Draws(5, 2)
    points = population(emulators, 3, draws)
    assert points is not None
    found = aim(emulators, points, draws)
    pf = 1 - np.prod([ndtr(beta) for beta in betas])
    assert found.pf == pytest.approx(pf, rel=0.1)
    assert found.unsure < 0.05
    assert found.spread < 2

    drawn = defensive(found.density)
    normals = drawn.points(draws.uniforms(12_000, drawn.columns))
    weights = np.exp(log_nominal(normals) - drawn.log_density(normals))
    outcome = weights * (normals[:, : len(betas)] > betas).any(axis=1)
    assert outcome.mean() == pytest.approx(pf, rel=0.07)
    assert outcome.std() / pf == pytest.approx(found.spread, rel=0.25)


def test_doubt_is_counted_where_signs_are_open() -> None:
    runs = np.random.default_rng(2).standard_normal((12, 2))

    def bent(at: FloatArray) -> FloatArray:
        return np.asarray(2.5 - at[:, [0]] + np.sin(2 * at[:, [1]]))

    few, draws = emulate(runs, bent(runs), np.ones(1)), Draws(1, 1)
    more_runs = np.vstack((runs, 2 * np.random.default_rng(3).standard_normal((60, 2))))
    many = emulate(more_runs, bent(more_runs), np.ones(1))
    unsure = []
    for emulators in (few, many):
        points = population(emulators, 2, draws)
        assert points is not None
        unsure.append(aim(emulators, points, draws).unsure)
    assert unsure[0] > 0.1
    assert unsure[1] < 0.03


def test_draws_are_the_same_again_and_never_repeat() -> None:
    first, again = Draws(7, 2), Draws(7, 2)
    one, two = first.uniforms(5, 3), first.uniforms(5, 3)
    np.testing.assert_array_equal(one, again.uniforms(5, 3))
    np.testing.assert_array_equal(two, again.uniforms(5, 3))
    assert not np.isin(one, two).any()
    assert not np.isin(one, Draws(7, 3).uniforms(5, 3)).any()
    assert not np.isin(one, Draws(8, 2).uniforms(5, 3)).any()
