"""Units: an exact group, temperatures as differences inside products, nothing that only looks like a unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_expression import DIMENSIONLESS
from proofmark_spec.problems import Wrong
from proofmark_spec.units import TEMPERATURE, unit

names = st.sampled_from(["m", "mm", "kg", "s", "min", "K", "degC", "N", "kW", "V", "ohm", "inch", "lbf", "%"])


@given(names, names)
def test_a_product_multiplies_and_a_quotient_divides(one: str, other: str) -> None:
    a, b = unit(f"1*{one}"), unit(f"1*{other}")
    product, quotient = unit(f"{one}*{other}"), unit(f"{one}/{other}")
    assert (product.factor, product.dimension) == (a.factor * b.factor, a.dimension * b.dimension)
    assert (quotient.factor, quotient.dimension) == (a.factor / b.factor, a.dimension / b.dimension)
    assert product.offset == quotient.offset == 0


@given(names, st.integers(-12, 12))
def test_a_power_is_a_repeated_product(name: str, power: int) -> None:
    base, found = unit(f"1*{name}"), unit(f"{name}^{power}")
    assert found.factor == base.factor**power
    assert found.dimension == base.dimension.power(Fraction(power))


@given(names, names, names)
def test_brackets_divide_as_one(one: str, other: str, third: str) -> None:
    bracketed, written_out = unit(f"{one}/({other}*{third})"), unit(f"{one}/{other}/{third}")
    assert (bracketed.factor, bracketed.dimension) == (written_out.factor, written_out.dimension)


@pytest.mark.parametrize(
    ("symbol", "factor"),
    [
        ("deg", Fraction("3.1415926535897932384626433832795028841971693993751") / 180),
        ("lbf", Fraction("0.45359237") * Fraction("9.80665")),
        ("psi", Fraction("0.45359237") * Fraction("9.80665") / Fraction("0.0254") ** 2),
        ("bar", Fraction(100_000)),
        ("eV", Fraction("1.602176634e-19")),
        ("kWh", Fraction(3_600_000)),
        ("g", Fraction(1, 1000)),
        ("degF", Fraction(5, 9)),
        ("ppm", Fraction(1, 1_000_000)),
    ],
)
def test_factors_are_exact(symbol: str, factor: Fraction) -> None:
    assert unit(symbol).factor == factor


@pytest.mark.parametrize(("symbol", "water_freezes"), [("degC", 0), ("°C", 0), ("degF", 32), ("K", "273.15")])
def test_temperatures_agree_where_water_freezes(symbol: str, water_freezes: float | str) -> None:
    found = unit(symbol)
    assert found.dimension == TEMPERATURE
    assert found.absolute(Fraction(water_freezes)) == Fraction("273.15")


def test_no_unit_is_a_plain_number() -> None:
    assert unit("").dimension == unit("m/mm").dimension == unit("rad").dimension == DIMENSIONLESS


@pytest.mark.parametrize(
    ("symbol", "told"),
    [
        ("mn", "unknown unit 'mn', did you mean 'mN'?"),
        ("KN", "unknown unit 'KN', did you mean 'kN'?"),
        ("Mpa", "unknown unit 'Mpa', did you mean 'MPa'?"),
        ("kn/xx", "unknown unit 'xx' in 'kn/xx'"),
        ("C", "'C' could be coulomb or Celsius: write degC, or coulomb"),
        ("W/m^2/C", "'C' could be coulomb or Celsius: write degC, or coulomb"),
        ("F", "'F' could be farad or Fahrenheit: write degF, or farad"),
        ("k", "unknown unit 'k', did you mean 'K'?"),
        ("mk", "unknown unit 'mk', did you mean 'mK'?"),
        ("c", "unknown unit 'c'"),
        ("pi", "unknown unit 'pi'"),
        ("degRe", "'degRe' has a zero of its own: write K, degC or degF"),
        ("dB", "decibels are no linear unit: write the ratio"),
        ("m^13", "expected a power of at most 12, got 13 in 'm^13'"),
        ("m^0.5", "expected a unit such as N*m or W/m^2/K, got 'm^0.5'"),
        ("(mm^12)^12", "expected a unit such as N*m or W/m^2/K, got '(mm^12)^12'"),
        ("N m", "expected a unit such as N*m or W/m^2/K, got 'N m'"),
        ("N*", "expected a unit such as N*m or W/m^2/K, got 'N*'"),
        ("(N", "expected a unit such as N*m or W/m^2/K, got '(N'"),
        ("N)", "expected a unit such as N*m or W/m^2/K, got 'N)'"),
        ("2*m", "expected a unit such as N*m or W/m^2/K, got '2*m'"),
        ("Ym^12*Ym^12", "'Ym^12*Ym^12' is out of range"),
        ("m*" * 40 + "m", "expected a unit of at most 64 characters, got 81"),
    ],
)
def test_what_is_no_unit_says_why(symbol: str, told: str) -> None:
    with pytest.raises(Wrong) as refusal:
        unit(symbol)
    assert str(refusal.value) == told
