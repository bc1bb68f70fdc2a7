"""Copulas of OpenTURNS, against closed forms."""

import sys
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kendalltau, kstest, multivariate_t, t

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.designs import uniforms
from proofmark_reliability.errors import MissingExtra, NotACorrelation, OutOfRange, UnknownName, WrongShape
from proofmark_reliability.openturns_copulas import FAMILIES, Parameters, depend

pytest.importorskip("openturns", reason="comes with the extra proofmark-reliability[openturns]")

MATRIX = [[1.0, 0.5, -0.3], [0.5, 1.0, 0.2], [-0.3, 0.2, 1.0]]
PAIRS: list[tuple[str, Parameters]] = [
    ("clayton", {"theta": 2.0}),
    ("gumbel", {"theta": 2.5}),
    ("frank", {"theta": -4.0}),
    ("student", {"nu": 3.0, "matrix": [[1.0, 0.6], [0.6, 1.0]]}),
]
CASES = pytest.mark.parametrize(("family", "parameters"), PAIRS)
CORNERS: FloatArray = np.array([[a, b] for a in (1e-6, 1e-3, 0.3, 1 - 1e-6) for b in (1e-6, 1e-3, 0.4, 1 - 1e-6)])


def conditional(family: str, parameters: Any, u: FloatArray, v: FloatArray) -> FloatArray:
    """P(V <= v given U = u), the derivative of the copula by its first argument."""
    theta = parameters.get("theta")
    if family == "clayton":
        return np.asarray((1 + u**theta * (v**-theta - 1)) ** (-1 / theta - 1))
    if family == "gumbel":
        a, b = -np.log(u), -np.log(v)
        both = (a**theta + b**theta) ** (1 / theta)
        return np.asarray(np.exp(-both) * both ** (1 - theta) * a ** (theta - 1) / u)
    if family == "frank":
        below = np.exp(-theta * u) * np.expm1(-theta * v)
        return np.asarray(below / (np.expm1(-theta) + np.expm1(-theta * u) * np.expm1(-theta * v)))
    nu, correlation = parameters["nu"], parameters["matrix"][0][1]
    x, y = t.ppf(u, nu), t.ppf(v, nu)
    scale = np.sqrt((nu + x**2) * (1 - correlation**2) / (nu + 1))
    return np.asarray(t.cdf((y - correlation * x) / scale, nu + 1))


@CASES
def test_the_second_column_inverts_the_conditional_law_of_the_copula(family: str, parameters: Parameters) -> None:
    for points in (uniforms("sobol", 1, 0, (64,) * 10, 2), CORNERS):
        u, v = depend(family, parameters, points).T
        assert np.array_equal(u, points[:, 0])
        np.testing.assert_allclose(conditional(family, parameters, u, v), points[:, 1], rtol=1e-6, atol=1e-9)


@CASES
def test_every_column_stays_uniform(family: str, parameters: Parameters) -> None:
    """Eight tests at 0.1 %: family-wise error 0.8 %."""
    dependent = depend(family, parameters, uniforms("monte-carlo", 2, 0, (5000,), 2))
    assert min(kstest(column, "uniform").pvalue for column in dependent.T) > 0.001


@CASES
def test_rank_correlation_is_that_of_the_copula(family: str, parameters: Any) -> None:
    """Kendall's tau in closed form; its standard error is below 0.01 here: five of them, four copulas."""
    theta = parameters.get("theta")
    tau = {
        "clayton": lambda: theta / (theta + 2),
        "gumbel": lambda: 1 - 1 / theta,
        "frank": lambda: 1 - 4 / theta * (1 - quad(lambda x: x / np.expm1(x), 0, theta)[0] / theta),
        "student": lambda: 2 / np.pi * np.arcsin(parameters["matrix"][0][1]),
    }[family]()
    dependent = depend(family, parameters, uniforms("monte-carlo", 4, 0, (5000,), 2))
    assert kendalltau(*dependent.T).statistic == pytest.approx(tau, abs=0.05)


def test_students_copula_has_as_many_columns_as_its_matrix() -> None:
    """The probability of a corner against SciPy's integral; five standard errors of 10,000 runs."""
    dependent = depend("student", {"nu": 4.0, "matrix": MATRIX}, uniforms("monte-carlo", 5, 0, (10_000,), 3))
    corner = multivariate_t(shape=MATRIX, df=4).cdf(t.ppf([0.3, 0.3, 0.3], 4))
    assert (dependent < 0.3).all(axis=1).mean() == pytest.approx(corner, abs=5 * np.sqrt(corner / 10_000))


@CASES
def test_a_slice_has_the_bits_of_the_whole(family: str, parameters: Parameters) -> None:
    independent = uniforms("monte-carlo", 6, 0, (60,), 2)
    whole = depend(family, parameters, independent)
    assert np.array_equal(depend(family, parameters, independent[17:40]), whole[17:40])


@pytest.mark.parametrize(
    ("family", "parameters"), [*PAIRS, ("gumbel", {"theta": 1.1}), ("student", {"nu": 0.5, "matrix": [[1, 0], [0, 1]]})]
)
def test_extreme_points_stay_strictly_inside_the_cube(family: str, parameters: Parameters) -> None:
    steps = np.ldexp(np.ones(10), -np.arange(53, 3, -5))
    near = np.concatenate([steps, 1 - steps])
    extreme = np.array([[a, b] for a in near for b in near])
    dependent = depend(family, parameters, extreme)
    assert dependent.min() > 0
    assert dependent.max() < 1


@pytest.mark.parametrize(
    ("family", "parameters", "message"),
    [
        ("clayton", {"theta": 0.0}, "theta of a clayton copula: expected > 0, got 0.0"),
        ("gumbel", {"theta": 1.01}, "theta of a gumbel copula: expected >= 1.1, got 1.01"),
        ("frank", {"theta": 0.0}, "theta of a frank copula: expected other than 0, got 0.0"),
        ("student", {"nu": 0.0, "matrix": MATRIX}, "nu of a student copula: expected > 0, got 0.0"),
    ],
)
def test_parameters_that_describe_no_copula_are_refused(family: str, parameters: Parameters, message: str) -> None:
    with pytest.raises(OutOfRange, match=message):
        depend(family, parameters, np.full((2, 2), 0.5))


def test_what_is_no_correlation_matrix_is_refused() -> None:
    with pytest.raises(NotACorrelation, match="expected a symmetric matrix"):
        depend("student", {"nu": 3.0, "matrix": [[1.0, 0.5], [0.4, 1.0]]}, np.full((2, 2), 0.5))


def test_an_unknown_copula_is_refused() -> None:
    with pytest.raises(UnknownName, match=f"unknown copula: expected one of {', '.join(FAMILIES)}, got 'joe'"):
        depend("joe", {"theta": 2.0}, np.full((2, 2), 0.5))


def test_a_copula_of_pairs_refuses_three_columns() -> None:
    with pytest.raises(WrongShape, match=r"uniforms: expected shape \(2, 2\), got \(2, 3\)"):
        depend("clayton", {"theta": 2.0}, np.full((2, 3), 0.5))


def test_without_openturns_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openturns", None)
    message = r"the clayton copula takes an extra: install proofmark-reliability\[openturns\]"
    with pytest.raises(MissingExtra, match=message):
        depend("clayton", {"theta": 2.0}, np.full((2, 2), 0.5))
