"""Parameters: every distribution in SI, references, and what must hold between fields."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.design import (
    Beta,
    Constant,
    Discrete,
    Exponential,
    Gumbel,
    LogNormal,
    Normal,
    Triangular,
    TruncatedNormal,
    Uniform,
    Unit,
    Weibull,
)
from proofmark_spec import SpecError, parse
from proofmark_spec.parameters import DISTRIBUTIONS

from .documents import document, with_parameter

LAWS: list[tuple[Any, Any]] = [
    ("24 V", Constant(value=24.0)),
    (0.45, Constant(value=0.45)),
    ("-5 degC", Constant(value=268.15)),
    ("9 N +/- 3", Normal(mean=9.0, std=1.0)),
    ("167 W/m/K +5/-12", Normal(mean=163.5, std=8.5 / 3)),
    ("50 W +/- 12 %", Normal(mean=50.0, std=2.0)),
    ({"distribution": "normal", "mean": "20 degC", "std": "3 K"}, Normal(mean=293.15, std=3.0)),
    ({"distribution": "normal", "mean": "20 degC", "std": "3 degC"}, Normal(mean=293.15, std=3.0)),
    ({"distribution": "normal", "mean": "300 K", "std": "9 degF"}, Normal(mean=300.0, std=5.0)),
    ({"distribution": "lognormal", "mean": "2 mm", "std": "0.5 mm"}, LogNormal(mean=0.002, std=0.0005)),
    ({"distribution": "uniform", "low": "8 W/m^2/K", "high": "12 W/m^2/K"}, Uniform(low=8.0, high=12.0)),
    ({"distribution": "uniform", "low": "-10 degC", "high": "50 degF"}, Uniform(low=263.15, high=283.15)),
    ({"distribution": "triangular", "low": 0.2, "mode": 0.2, "high": 0.4}, Triangular(low=0.2, mode=0.2, high=0.4)),
    (
        {"distribution": "truncated-normal", "mean": "1 m", "std": "1 cm", "low": "99 cm", "high": "2 m"},
        TruncatedNormal(mean=1.0, std=0.01, low=0.99, high=2.0),
    ),
    ({"distribution": "weibull", "shape": 1.5, "scale": "2 h"}, Weibull(shape=1.5, scale=7200.0)),
    ({"distribution": "gumbel", "mean": "10 kN", "std": "1 kN"}, Gumbel(mean=1e4, std=1e3)),
    ({"distribution": "exponential", "rate": "0.36 1/h"}, Exponential(rate=0.0001)),
    ({"distribution": "beta", "a": 2, "b": 3, "low": "0 %", "high": "50 %"}, Beta(a=2.0, b=3.0, low=0.0, high=0.5)),
    (
        {"distribution": "discrete", "values": ["1 mm", "2 mm"], "weights": [3, 1]},
        Discrete(values=(0.001, 0.002), weights=(0.75, 0.25)),
    ),
]


@pytest.mark.parametrize(("written", "law"), LAWS, ids=[str(written)[:60] for written, _ in LAWS])
def test_what_is_written_is_what_is_meant(written: Any, law: Any) -> None:
    assert parse(with_parameter(written), {}).design.parameters["x"] == law


def test_every_distribution_is_among_them() -> None:
    assert {law.kind for _, law in LAWS} == {*DISTRIBUTIONS, "constant"}


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("20 degC +/- 2 K", Unit(symbol="degC", factor=1.0, offset=273.15)),
        ({"distribution": "normal", "mean": "10 mm", "std": "5 um"}, Unit(symbol="mm", factor=0.001)),
        ({"distribution": "exponential", "rate": "0.36 1/h"}, Unit(symbol="s")),
        ({"distribution": "exponential", "rate": "3 m^2/s"}, Unit(symbol="m^-2*s")),
        (0.45, Unit(symbol="")),
        ("5 %", Unit(symbol="%", factor=0.01)),
    ],
)
def test_a_parameter_is_shown_as_its_author_wrote_it(written: Any, unit: Unit) -> None:
    assert parse(with_parameter(written), {}).design.units["x"] == unit


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=20))
def test_weights_become_shares_of_one(weights: list[float]) -> None:
    written = {"distribution": "discrete", "values": list(range(len(weights))), "weights": weights}
    law = parse(with_parameter(written), {}).design.parameters["x"]
    assert isinstance(law, Discrete)
    assert sum(law.weights) == pytest.approx(1, abs=1e-12)
    assert law.weights[0] * sum(weights) == pytest.approx(weights[0])


def test_a_name_stands_for_the_constant_it_refers_to() -> None:
    parameters = {
        **document()["parameters"],
        "load": {"distribution": "normal", "mean": "usual", "std": "spread"},
        "usual": "nominal",
        "nominal": "2 kN",
        "spread": "50 N",
    }
    design = parse(document(parameters=parameters), {}).design
    assert design.parameters["load"] == Normal(mean=2000.0, std=50.0)
    assert design.parameters["usual"] == design.parameters["nominal"] == Constant(value=2000.0)
    assert design.random_parameters == ("bore", "load", "shaft")


def test_what_refers_to_a_wrong_parameter_is_not_wrong_too() -> None:
    spoilt = document(
        parameters={**document()["parameters"], "load": "100 mn", "area": "4 mm^2"},
        model={"kind": "expression", "metrics": {"clearance": "bore - shaft", "stress": "load / area"}},
        correlations=[{"between": ["load", "bore"], "rho": 0.5}],
        requirements=[{"metric": "stress", "max": "200 MPa"}],
    )
    with pytest.raises(SpecError) as refusal:
        parse(spoilt, {})
    assert str(refusal.value) == "spec: parameters.load: unknown unit 'mn', did you mean 'mN'?"


def test_a_tolerance_too_small_for_a_double_is_refused() -> None:
    with pytest.raises(SpecError, match=r"parameters\.x: tolerance: expected a positive band"):
        parse(with_parameter("10 m +/- 1e-290 um^6/m^5"), {})


@pytest.mark.parametrize("word", ["max", "pi", "lambda", "and"])
def test_words_of_the_language_are_no_names(word: str) -> None:
    with pytest.raises(SpecError) as refusal:
        parse(with_parameter("10 mm", name=word), {})
    told = f"spec: parameters.{word}: expressions use this word for something else: choose another name"
    assert str(refusal.value) == told
