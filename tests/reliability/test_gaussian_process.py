"""Gaussian processes: laws of interpolation, and the search for the likeliest shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import TooFewSamples, WrongShape
from proofmark_reliability.gaussian_process import (
    KERNELS,
    GaussianProcess,
    Kernel,
    Shape,
    _likeliest,
    _objective,
    _solve,
    fit,
    least_values,
)

kernels = st.sampled_from(KERNELS)
seeds = st.integers(0, 2**32 - 1)


def points(seed: int, runs: int, dimensions: int) -> FloatArray:
    return np.random.default_rng(seed).standard_normal((runs, dimensions))


def wave(at: FloatArray) -> FloatArray:
    return np.asarray(np.sin(at[:, 0]) + 0.3 * at[:, -1] ** 2)


@settings(deadline=None)
@given(kernel=kernels, seed=seeds, dimensions=st.integers(1, 5), length=st.floats(0.5, 3), nugget=st.floats(1e-6, 0.1))
def test_mean_and_spread_are_those_of_normal_conditioning(
    kernel: Kernel, seed: int, dimensions: int, length: float, nugget: float
) -> None:
    """The trend as a linear part of the kernel with a very wide prior (Rasmussen & Williams, eq. 2.41)."""
    known, asked = points(seed, 15, dimensions), points(seed + 1, 6, dimensions)
    shape = Shape(kernel, length * np.arange(1.0, dimensions + 1), nugget)
    process = GaussianProcess(known, wave(known), shape)

    def prior(a: FloatArray, b: FloatArray) -> FloatArray:
        distance = np.sqrt((((a[:, np.newaxis] - b) / shape.lengths) ** 2).sum(axis=2))
        smooth = np.exp(-0.5 * distance**2)
        kinked = (1 + 5**0.5 * distance + 5 / 3 * distance**2) * np.exp(-(5**0.5) * distance)
        return np.asarray((smooth if kernel == "squared-exponential" else kinked) + 1e6 * (1 + a @ b.T))

    gain = np.linalg.solve(prior(known, known) + nugget * np.eye(15), prior(known, asked)).T
    covariance = prior(asked, asked) - gain @ prior(known, asked)
    mean, deviation = process.predict(asked)
    np.testing.assert_allclose(mean, gain @ wave(known), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(process.covariance(asked, asked), process.variance * covariance, rtol=1e-2, atol=1e-4)
    of_one = np.diag(process.covariance(asked, asked)) + process.variance * nugget
    np.testing.assert_allclose(deviation**2, of_one, rtol=1e-6, atol=1e-9)


@settings(deadline=None)
@given(kernel=kernels, seed=seeds, dimensions=st.integers(1, 4))
def test_leaving_one_out_is_fitting_without_it(kernel: Kernel, seed: int, dimensions: int) -> None:
    known = points(seed, 12, dimensions)
    shape = Shape(kernel, np.full(dimensions, 1.5), 1e-3)
    process = GaussianProcess(known, wave(known), shape)
    for one in range(len(known)):
        others = np.arange(len(known)) != one
        without = GaussianProcess(known[others], wave(known)[others], shape)
        mean, deviation = without.predict(known[[one]])
        spread = deviation * np.sqrt(process.variance / without.variance)
        assert process.left_out[one] == pytest.approx(mean[0], rel=1e-6, abs=1e-6)
        assert process.left_out_deviation[one] == pytest.approx(spread[0], rel=1e-6)


@settings(deadline=None)
@given(
    kernel=kernels, seed=seeds, logs=st.lists(st.floats(-0.5, 1.5), min_size=3, max_size=3), nugget=st.floats(1e-4, 0.1)
)
def test_the_gradient_is_that_of_finite_differences(
    kernel: Kernel, seed: int, logs: list[float], nugget: float
) -> None:
    known = points(seed, 14, 3)
    at = np.append(logs, np.log(nugget))

    def objective(logs: FloatArray) -> tuple[float, FloatArray]:
        shape = Shape(kernel, np.exp(logs[:-1]), float(np.exp(logs[-1])))
        return _objective(_solve(known, wave(known), shape), shape)

    steps = 1e-5 * np.eye(4)
    differences = [(objective(at + step)[0] - objective(at - step)[0]) / 2e-5 for step in steps]
    np.testing.assert_allclose(objective(at)[1], differences, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    "start", [Shape(kernel, np.full(2, length), 1e-2) for kernel in KERNELS for length in (0.5, 5)]
)
def test_no_start_finds_a_likelier_shape(start: Shape) -> None:
    known = points(3, 40, 2)
    best = fit(known, wave(known)).evidence
    standard = (wave(known) - wave(known).mean()) / wave(known).std()
    other = GaussianProcess(known, wave(known), _likeliest(known, standard, start)[1])
    assert other.evidence <= best + 0.05
    assert best > GaussianProcess(known, wave(known), start).evidence + 5


@settings(deadline=None, max_examples=20)
@given(seed=seeds, dimensions=st.integers(1, 6), unit=st.sampled_from([1e-9, 1.0, 1e9]), level=st.floats(-1e3, 1e3))
def test_a_linear_function_is_known_everywhere(seed: int, dimensions: int, unit: float, level: float) -> None:
    known, far = points(seed, dimensions + 8, dimensions), 6 * points(seed + 1, 20, dimensions)
    slopes = np.arange(1.0, dimensions + 1)
    process = fit(known, unit * (level + known @ slopes))
    mean, deviation = process.predict(far)
    np.testing.assert_allclose(mean, unit * (level + far @ slopes), rtol=1e-6, atol=unit * 1e-4 * (1 + abs(level)))
    assert deviation.max() < unit * 1e-2 * (1 + abs(level))


def test_a_smooth_function_takes_the_smooth_kernel_and_a_kinked_one_the_other() -> None:
    known = np.linspace(-3, 3, 25)[:, np.newaxis]
    assert fit(known, np.sin(known[:, 0])).shape.kernel == "squared-exponential"
    assert fit(known, np.abs(known[:, 0] - 0.1)).shape.kernel == "matern-5/2"


def test_an_idle_input_gets_a_longer_length_than_a_working_one() -> None:
    known = points(5, 40, 2)
    lengths = fit(known, np.sin(2 * known[:, 0])).shape.lengths
    assert lengths[1] > 5 * lengths[0]


def test_spread_says_how_far_predictions_are_off() -> None:
    """Functions drawn from a process with a known shape: of 40,000 errors 95 % lie within 1.96 deviations. Errors of
    one function go together, so 400 functions were drawn; a false alarm lies beyond four standard errors."""
    random = np.random.default_rng(11)
    within = []
    for _ in range(400):
        at = random.standard_normal((125, 2))
        apart = ((at[:, np.newaxis] - at) ** 2).sum(axis=2) / 1.5**2
        drawn = np.linalg.cholesky(np.exp(-0.5 * apart) + 1e-6 * np.eye(125)) @ random.standard_normal(125)
        process = GaussianProcess(at[:25], drawn[:25], Shape("squared-exponential", np.full(2, 1.5), 1e-6))
        mean, deviation = process.predict(at[25:])
        # the variance comes from 22 spare values, so errors follow Student's law
        within.append(np.mean(np.abs(drawn[25:] - mean) < stdtrit(22, 0.975) * deviation))
    assert np.mean(within) == pytest.approx(0.95, abs=4 * np.std(within) / 20)


def test_a_constant_function_is_fitted() -> None:
    mean, deviation = fit(points(0, 10, 2), np.full(10, 7.0)).predict(points(1, 5, 2))
    np.testing.assert_allclose(mean, 7.0)
    assert np.isfinite(deviation).all()


def test_the_same_values_give_the_same_bits() -> None:
    known = points(2, 30, 4)
    once, again = (fit(known, wave(known)).predict(points(3, 50, 4)) for _ in range(2))
    assert np.array_equal(once, again)


def test_too_few_values_are_refused() -> None:
    few = least_values(4) - 1
    with pytest.raises(TooFewSamples, match="needs at least 7 samples: got 6"):
        fit(points(0, few, 4), np.ones(few))
    with pytest.raises(WrongShape, match="values: expected shape"):
        fit(points(0, 10, 2), np.ones(9))
