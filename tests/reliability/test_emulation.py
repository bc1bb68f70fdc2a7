"""Emulated margins: only their signs count, and errors say how far to trust them."""

import numpy as np
import pytest
from scipy.stats import norm

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.emulation import Emulator, emulate
from proofmark_reliability.gaussian_process import GaussianProcess, Shape

RUNS = np.random.default_rng(8).standard_normal((40, 2))
ELSEWHERE = np.random.default_rng(9).standard_normal((500, 2))


def linear(at: FloatArray) -> FloatArray:
    return np.asarray(1 - at[:, 0])


def exploding(at: FloatArray) -> FloatArray:
    return np.asarray(np.sinh(3 * (1 - at[:, 0] - 0.1 * at[:, 1] ** 2)))


def test_a_margin_that_explodes_is_squashed_and_another_is_not() -> None:
    margins = np.column_stack((linear(RUNS), exploding(RUNS)))
    plain, squashed = emulate(RUNS, margins, np.array([1.0, 1.0])).parts
    assert not plain.squashed
    assert squashed.squashed
    assert squashed.explained > 0.999


def test_squashing_is_no_gain_by_itself() -> None:
    """Far beyond its scale a margin shrinks to its logarithm; what that saves is the change of variable's."""
    rough = linear(RUNS) + 0.3 * np.sin(4 * RUNS[:, 1])
    (part,) = emulate(RUNS, rough[:, np.newaxis], np.array([1e-4])).parts
    assert not part.squashed


def test_the_unit_of_a_margin_does_not_matter() -> None:
    margins = np.column_stack((linear(RUNS), exploding(RUNS)))
    units = np.array([2.0**30, 2.0**-20])
    here = emulate(RUNS, margins, np.ones(2))
    there = emulate(RUNS, margins * units, units)
    np.testing.assert_array_equal(here.failing(ELSEWHERE), there.failing(ELSEWHERE))


def test_a_run_fails_where_any_requirement_is_violated() -> None:
    margins = np.column_stack((1 - RUNS[:, 0], 1.5 + RUNS[:, 1]))
    emulators = emulate(RUNS, margins, np.ones(2))
    truth = (ELSEWHERE[:, 0] > 1) | (ELSEWHERE[:, 1] < -1.5)
    assert np.array_equal(emulators.failing(ELSEWHERE) > 0.5, truth)


def test_requirements_fail_independently_of_one_another() -> None:
    margins = np.column_stack((np.sin(2 * RUNS[:, 0]), np.cos(2 * RUNS[:, 1])))
    emulators = emulate(RUNS[:15], margins[:15], np.ones(2))
    mean, deviation = emulators.predict(ELSEWHERE)
    first, second = norm.cdf(0, mean, deviation)
    np.testing.assert_allclose(emulators.failing(ELSEWHERE), first + second - first * second, atol=1e-12)


def test_the_optimistic_margin_is_the_worst_requirement_less_its_doubt() -> None:
    margins = np.column_stack((np.sin(2 * RUNS[:, 0]), np.cos(2 * RUNS[:, 1])))
    emulators = emulate(RUNS[:15], margins[:15], np.ones(2))
    mean, deviation = emulators.predict(ELSEWHERE)
    expected = np.minimum(mean[0] - 2 * deviation[0], mean[1] - 2 * deviation[1])
    np.testing.assert_array_equal(emulators.optimistic(ELSEWHERE, 2.0), expected)


def test_doubt_makes_up_for_errors_beyond_the_deviations_stated() -> None:
    """A length of 1.5 promises more than a wave of length 0.25 keeps."""
    line = np.linspace(-3, 3, 20)[:, np.newaxis]
    rigid = Shape("squared-exponential", np.array([1.5]), 1e-4)
    wave, flat = (
        Emulator(GaussianProcess(line, values, rigid), squashed=False)
        for values in (np.sin(4 * line[:, 0]), np.sin(line[:, 0]))
    )
    errors = (wave.process.values - wave.process.left_out) / wave.process.left_out_deviation
    assert wave.doubt == pytest.approx(np.sqrt(np.mean(errors**2)))
    assert wave.doubt > 1.1
    assert flat.doubt == 1
    between = np.array([[0.45]])
    assert wave.predict(between)[1] == wave.doubt * wave.process.predict(between)[1]
    np.testing.assert_array_equal(
        wave.covariance(between, line), wave.doubt**2 * wave.process.covariance(between, line)
    )


def test_an_earlier_emulation_is_a_start_and_no_more() -> None:
    margins = np.column_stack((linear(RUNS), exploding(RUNS)))
    earlier = emulate(RUNS[:20], margins[:20], np.ones(2))
    fresh, begun = emulate(RUNS, margins, np.ones(2)), emulate(RUNS, margins, np.ones(2), earlier)
    for without, with_start in zip(fresh.parts, begun.parts, strict=True):
        assert with_start.process.evidence >= without.process.evidence - 1e-9


def test_a_constant_margin_is_explained() -> None:
    (constant,) = emulate(RUNS, np.full((40, 1), 3.0), np.ones(1)).parts
    assert constant.explained == 1
    assert constant.doubt == pytest.approx(1, abs=1)
    assert np.isfinite(constant.predict(ELSEWHERE)[0]).all()
