"""Vectors in SI units."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal

from proofmark_reliability.designs import uniforms
from proofmark_reliability.errors import UnknownName, WrongShape
from proofmark_reliability.marginals import quantile
from proofmark_reliability.sample import vectors

MARGINALS = {
    "bore": ("normal", {"mean": 0.01, "std": 5e-5}),
    "load": ("uniform", {"low": 90.0, "high": 110.0}),
    "gap": ("lognormal", {"mean": 2e-5, "std": 3e-6}),
}


def test_columns_are_the_marginals_of_their_uniforms_in_order() -> None:
    points = uniforms("latin-hypercube", 1, 0, (500,), 3)
    columns = vectors(MARGINALS, None, points)
    assert list(columns) == ["bore", "load", "gap"]
    for column, (name, (kind, parameters)) in enumerate(MARGINALS.items()):
        assert np.array_equal(columns[name], quantile(kind, parameters, points[:, column]))


def test_only_the_named_parameters_are_correlated_in_the_order_given() -> None:
    """Standard error of a correlation 0.007; five of them."""
    points = uniforms("monte-carlo", 1, 0, (20_000,), 3)
    columns = vectors(MARGINALS, (("gap", "bore"), [[1.0, 0.7], [0.7, 1.0]]), points)
    independent = vectors(MARGINALS, None, points)
    assert np.array_equal(columns["gap"], independent["gap"])
    assert np.array_equal(columns["load"], independent["load"])
    bore = (columns["bore"] - 0.01) / 5e-5
    assert np.corrcoef(bore, np.log(columns["gap"]))[0, 1] == pytest.approx(0.7, abs=0.035)
    assert np.corrcoef(bore, ndtri(points[:, 1]))[0, 1] == pytest.approx(0, abs=0.035)


def test_a_discrete_parameter_is_correlated_by_its_normal_score_and_keeps_its_weights() -> None:
    """The joint frequency of two low values is that of two correlated normal scores; five standard errors of each."""
    switches = {name: ("discrete", {"values": (3.0, 7.0), "weights": (0.3, 0.7)}) for name in ("left", "right")}
    points = uniforms("monte-carlo", 1, 0, (20_000,), 2)
    columns = vectors(switches, (("left", "right"), [[1.0, 0.8], [0.8, 1.0]]), points)
    low = np.column_stack(list(columns.values())) == 3.0
    both = multivariate_normal(cov=[[1.0, 0.8], [0.8, 1.0]]).cdf(ndtri([0.3, 0.3]))
    assert low.mean(axis=0) == pytest.approx([0.3, 0.3], abs=5 * 0.0033)
    assert low.all(axis=1).mean() == pytest.approx(both, abs=5 * 0.003)
    assert np.corrcoef(low.T)[0, 1] < 0.65


def test_the_uniforms_are_left_as_they_were() -> None:
    points = uniforms("monte-carlo", 1, 0, (50,), 3)
    before = points.copy()
    vectors(MARGINALS, (("bore", "load"), [[1.0, 0.7], [0.7, 1.0]]), points)
    assert np.array_equal(points, before)


def test_a_correlated_parameter_that_does_not_vary_is_refused() -> None:
    with pytest.raises(UnknownName, match="unknown correlated parameter: expected one of bore, load, gap, got 'lod'"):
        vectors(MARGINALS, (("bore", "lod"), [[1.0, 0.5], [0.5, 1.0]]), np.full((2, 3), 0.5))


def test_a_column_too_few_is_refused() -> None:
    with pytest.raises(WrongShape, match=r"uniforms: expected shape \(2, 3\), got \(2, 2\)"):
        vectors(MARGINALS, None, np.full((2, 2), 0.5))


def test_a_design_where_nothing_varies_has_no_columns() -> None:
    assert vectors({}, None, uniforms("monte-carlo", 0, 0, (10,), 0)) == {}


def test_no_module_of_this_room_loads_scipy_stats_at_import() -> None:
    """It takes 1.9 s, which every service that samples or counts would pay at start."""
    script = (
        "import pkgutil, importlib, sys, proofmark_reliability as room\n"
        "names = [m.name for m in pkgutil.iter_modules(room.__path__)]\n"
        "for name in names: importlib.import_module(f'proofmark_reliability.{name}')\n"
        "print(len(names), 'scipy.special' in sys.modules, 'scipy.stats' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert int(loaded[0]) >= 10
    assert loaded[1:] == ["True", "False"]
