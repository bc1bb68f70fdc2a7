"""Marginals against SciPy's distributions, which were written by others."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import OutOfRange, UnknownName
from proofmark_reliability.marginals import KINDS, Parameters, quantile


def lognormal(mean: float, std: float) -> Any:
    variance = np.log1p((std / mean) ** 2)
    return stats.lognorm(s=np.sqrt(variance), scale=mean * np.exp(-variance / 2))


def gumbel(mean: float, std: float) -> Any:
    scale = std * np.sqrt(6) / np.pi
    return stats.gumbel_r(loc=mean - np.euler_gamma * scale, scale=scale)


def truncated(mean: float, std: float, low: float, high: float) -> Any:
    return stats.truncnorm((low - mean) / std, (high - mean) / std, loc=mean, scale=std)


LAWS: list[tuple[str, dict[str, float], Any]] = [
    ("normal", {"mean": 10.0, "std": 0.05}, stats.norm(10.0, 0.05)),
    ("lognormal", {"mean": 120.0, "std": 12.0}, lognormal(120.0, 12.0)),
    ("lognormal", {"mean": 0.02, "std": 0.05}, lognormal(0.02, 0.05)),
    ("uniform", {"low": 90.0, "high": 110.0}, stats.uniform(90.0, 20.0)),
    ("uniform", {"low": -20.0, "high": 0.0}, stats.uniform(-20.0, 20.0)),
    ("triangular", {"low": -1.0, "mode": 2.0, "high": 3.0}, stats.triang(0.75, -1.0, 4.0)),
    ("triangular", {"low": 0.0, "mode": 0.0, "high": 3.0}, stats.triang(0.0, 0.0, 3.0)),
    ("triangular", {"low": 0.0, "mode": 3.0, "high": 3.0}, stats.triang(1.0, 0.0, 3.0)),
    ("truncated-normal", {"mean": 30.0, "std": 7.5, "low": 0.0, "high": 50.0}, truncated(30.0, 7.5, 0.0, 50.0)),
    ("truncated-normal", {"mean": 0.0, "std": 1.0, "low": 6.0, "high": 9.0}, truncated(0.0, 1.0, 6.0, 9.0)),
    ("truncated-normal", {"mean": 0.0, "std": 1.0, "low": -20.0, "high": -19.0}, truncated(0.0, 1.0, -20.0, -19.0)),
    ("weibull", {"shape": 1.7, "scale": 4.0}, stats.weibull_min(1.7, scale=4.0)),
    ("gumbel", {"mean": 1500.0, "std": 350.0}, gumbel(1500.0, 350.0)),
    ("exponential", {"rate": 0.4}, stats.expon(scale=2.5)),
    ("beta", {"a": 2.0, "b": 3.5, "low": -1.0, "high": 4.0}, stats.beta(2.0, 3.5, -1.0, 5.0)),
    ("beta", {"a": 0.5, "b": 0.5, "low": 0.0, "high": 1.0}, stats.beta(0.5, 0.5)),
]
CASES = pytest.mark.parametrize(
    ("kind", "parameters", "law"), LAWS, ids=lambda value: value if isinstance(value, str) else ""
)

BULK = np.linspace(0.0005, 0.9995, 1999)
LOWER_TAIL: FloatArray = np.ldexp(np.full(43, 1 / 3), -np.arange(10, 53))
BEYOND_UPPER: FloatArray = np.ldexp(np.ones(43), -np.arange(10, 53))
UPPER_TAIL: FloatArray = 1 - BEYOND_UPPER


@CASES
def test_quantiles_agree_with_an_independent_implementation(kind: str, parameters: Parameters, law: Any) -> None:
    spread = law.ppf(0.75) - law.ppf(0.25)
    np.testing.assert_allclose(quantile(kind, parameters, BULK), law.ppf(BULK), rtol=1e-12, atol=1e-11 * spread)


FROM_ONE_PLACE = ("triangular", "truncated-normal")
"""Laws whose quantiles are measured from one place, whatever the tail."""
INTEGRATED = ("uniform", *FROM_ONE_PLACE)


def tail_beyond(kind: str, law: Any, side: str, points: FloatArray) -> FloatArray:
    """The probability beyond each point; integrated for the bounded laws whose tails SciPy takes from one."""
    if kind not in INTEGRATED:
        return np.asarray(law.cdf(points) if side == "lower" else law.sf(points))
    edge = law.support()[0 if side == "lower" else 1]
    nodes, weights = np.polynomial.legendre.leggauss(20)
    half = (points - edge)[:, np.newaxis] / 2
    return np.asarray(np.abs(half[:, 0]) * (law.pdf(edge + half * (1 + nodes)) @ weights))


@CASES
def test_both_tails_are_right_to_the_rounding_of_the_quantity(kind: str, parameters: Parameters, law: Any) -> None:
    """Read back through the distribution: the tail beyond a quantile is the tail that was asked for.

    The tolerance is what rounding a quantity to a double does to its tail: 4 units in the last place, of the law's
    largest value where the quantity is measured from there.
    """
    for side, probabilities, beyond in (("lower", LOWER_TAIL, LOWER_TAIL), ("upper", UPPER_TAIL, BEYOND_UPPER)):
        points = quantile(kind, parameters, probabilities)
        measured_from = max(np.abs(law.support())) if kind in FROM_ONE_PLACE else 0.0
        rounding = 4 * np.spacing(np.maximum(np.abs(points), measured_from)) * law.pdf(points) / beyond
        error = np.abs(tail_beyond(kind, law, side, points) / beyond - 1)
        assert (error <= 1e-9 + rounding).all(), (side, error.max())


@CASES
@pytest.mark.parametrize("start", range(1, 18))
def test_a_slice_has_the_bits_of_the_whole(kind: str, parameters: Parameters, law: Any, start: int) -> None:
    u = np.random.default_rng(start).random(200)
    whole = quantile(kind, parameters, u)
    assert np.array_equal(quantile(kind, parameters, u[start : start + 37]), whole[start : start + 37])
    strided = np.column_stack([u, u])[:, 1]
    assert np.array_equal(quantile(kind, parameters, strided), whole)


@CASES
def test_quantiles_never_fall(kind: str, parameters: Parameters, law: Any) -> None:
    everywhere = np.sort(np.concatenate([LOWER_TAIL, BULK, UPPER_TAIL]))
    assert (np.diff(quantile(kind, parameters, everywhere)) >= -1e-13 * abs(law.mean())).all()


@pytest.mark.parametrize("kind", ["normal", "lognormal", "gumbel"])
@given(mean=st.floats(0.1, 1e3), variation=st.floats(0.01, 1.5))
def test_mean_and_std_are_those_of_the_variable(kind: str, mean: float, variation: float) -> None:
    """Integrated over u = Phi(z), where the integrand is smooth, by the trapezium rule."""
    z = np.linspace(-8.2, 8.2, 4001)
    weight = stats.norm.pdf(z) * (z[1] - z[0])
    x = quantile(kind, {"mean": mean, "std": variation * mean}, stats.norm.cdf(z))
    first = (x * weight).sum()
    assert first == pytest.approx(mean, rel=1e-6)
    assert np.sqrt(((x - first) ** 2 * weight).sum()) == pytest.approx(variation * mean, rel=1e-3)


def test_bounded_quantities_never_leave_their_bounds() -> None:
    u = np.concatenate([LOWER_TAIL, UPPER_TAIL])
    for low, high in ((0.1, 0.3), (-1e9, 1e-9), (1e15, 1e15 + 1)):
        for kind, shape in (
            ("uniform", {}),
            ("triangular", {"mode": (low + high) / 2}),
            ("beta", {"a": 2.0, "b": 0.1}),
            ("truncated-normal", {"mean": low, "std": high - low}),
        ):
            x = quantile(kind, {"low": low, "high": high, **shape}, u)
            assert low <= x.min() <= x.max() <= high, kind


def test_discrete_values_come_in_rising_order_with_their_weights() -> None:
    u = (np.arange(1000) + 0.5) / 1000
    x = quantile("discrete", {"values": (3.0, 1.0, 2.0), "weights": (0.2, 0.5, 0.3)}, u)
    assert (np.diff(x) >= 0).all()
    assert dict(zip(*np.unique(x, return_counts=True), strict=True)) == {1.0: 500, 2.0: 300, 3.0: 200}


def test_discrete_weights_that_miss_one_by_rounding_still_cover_everything() -> None:
    x = quantile(
        "discrete", {"values": (1.0, 2.0, 3.0), "weights": (0.1, 0.1, 0.1)}, np.array([2.0**-53, 1 - 2.0**-53])
    )
    assert x.tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        ("normal", {"mean": 1, "std": -1}, "std of a normal: expected > 0, got -1"),
        ("lognormal", {"mean": -1, "std": 1}, "mean of a lognormal: expected > 0, got -1"),
        ("lognormal", {"mean": 1, "std": 0}, "std of a lognormal: expected > 0, got 0"),
        ("uniform", {"low": 2, "high": 1}, "high of a uniform: expected > low = 2, got 1"),
        ("triangular", {"low": 1, "mode": 1, "high": 1}, "high of a triangular: expected > low = 1, got 1"),
        ("triangular", {"low": 0, "mode": 3, "high": 2}, "mode of a triangular: expected from 0 to 2, got 3"),
        ("truncated-normal", {"mean": 0, "std": 0, "low": 0, "high": 1}, "std of a truncated normal: expected > 0"),
        ("truncated-normal", {"mean": 0, "std": 1, "low": 1, "high": 1}, "high of a truncated normal: expected > low"),
        ("truncated-normal", {"mean": 0, "std": 1, "low": 50, "high": 60}, "expected < 37 std, got 50"),
        ("truncated-normal", {"mean": 0, "std": 1, "low": -60, "high": -50}, "expected < 37 std, got 50"),
        ("weibull", {"shape": 0, "scale": 1}, "shape of a weibull: expected > 0, got 0"),
        ("weibull", {"shape": 1, "scale": 0}, "scale of a weibull: expected > 0, got 0"),
        ("gumbel", {"mean": 0, "std": 0}, "std of a gumbel: expected > 0, got 0"),
        ("exponential", {"rate": 0}, "rate of an exponential: expected > 0, got 0"),
        ("beta", {"a": 0, "b": 1, "low": 0, "high": 1}, "a of a beta: expected > 0, got 0"),
        ("beta", {"a": 1, "b": 0, "low": 0, "high": 1}, "b of a beta: expected > 0, got 0"),
        ("beta", {"a": 1, "b": 1, "low": 1, "high": 1}, "high of a beta: expected > low = 1, got 1"),
        ("discrete", {"values": (), "weights": ()}, "number of values of a discrete: expected > 0, got 0"),
        ("discrete", {"values": (1, 2), "weights": (1,)}, "number of weights of a discrete: expected 2, got 1"),
        ("discrete", {"values": (1, 2), "weights": (1, 0)}, "smallest weight of a discrete: expected > 0, got 0"),
    ],
)
def test_parameters_that_describe_no_distribution_are_refused(kind: str, parameters: Parameters, message: str) -> None:
    with pytest.raises(OutOfRange, match=message):
        quantile(kind, parameters, np.array([0.5]))


def test_an_unknown_distribution_is_refused() -> None:
    with pytest.raises(UnknownName, match=f"unknown distribution: expected one of {', '.join(KINDS)}, got 'cauchy'"):
        quantile("cauchy", {}, np.array([0.5]))
