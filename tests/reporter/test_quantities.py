"""Numbers as engineers read them, never claiming more than was shown."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.design import Unit
from proofmark_reporter.quantities import (
    MEASURED,
    at_least,
    at_most,
    count,
    difference,
    number,
    percent,
    power_of_ten,
    probability,
    probability_at_least,
    probability_at_most,
    quantity,
    stated_percent,
    stated_probability,
    symbol,
)

MM = Unit(symbol="mm", factor=1e-3)
DEG_C = Unit(symbol="degC", offset=273.15)
DEG_F = Unit(symbol="degF", factor=5 / 9, offset=459.67 * 5 / 9)
shares = st.floats(0, 1)


def plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


def value_of(text: str) -> Fraction:
    return Fraction(plain(text).removesuffix(" %")) / 100


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.99953, "99.953 %"), (0.5, "50 %"), (1.0, "100 %"), (0.0, "0 %"), (0.999, "99.9 %"), (1e-5, "0.001 %")],
)
def test_a_share_has_as_many_nines_as_it_needs(share: float, text: str) -> None:
    assert plain(percent(share)) == text


@given(shares)
def test_bounds_are_rounded_to_their_safe_side(share: float) -> None:
    assert value_of(at_least(share)) <= Fraction(repr(share)) <= value_of(at_most(share))


@given(st.floats(1e-9, 1 - 1e-9))
def test_a_share_keeps_two_digits_of_what_is_scarce(share: float) -> None:
    scarce = min(share, 1 - share)
    assert abs(float(value_of(percent(share))) - share) <= 0.006 * scarce


@given(st.sampled_from([0.5, 0.9, 0.995, 0.9912345]), st.sampled_from([-1, 0, 1]), st.floats(-12, -2.5))
def test_a_bound_is_on_its_own_side_of_the_target(target: float, side: int, power: float) -> None:
    bound = target + side * 10**power
    sides = [
        (value > Fraction(repr(target))) - (value < Fraction(repr(target)))
        for value in (Fraction(repr(bound)), value_of(at_least(bound, target)), value_of(at_most(bound, target)))
    ]
    assert sides == [sides[0]] * 3


def test_a_bound_close_to_the_target_has_more_digits() -> None:
    assert plain(at_most(0.99499999, 0.995)) == "99.499999 %"
    assert plain(at_least(0.99123451, 0.9912345)) == "99.123451 %"
    assert plain(at_most(0.995, 0.995)) == "99.5 %"


@pytest.mark.parametrize(
    ("p", "text"),
    [(3.2154e-6, "3.22 × 10⁻⁶"), (9.999e-4, "1 × 10⁻³"), (1e-9, "1 × 10⁻⁹"), (0.0231, "2.31 %"), (0.0, "0 %")],
)
def test_a_rare_probability_is_written_as_a_power_of_ten(p: float, text: str) -> None:
    assert plain(probability(p)) == text


def test_what_a_target_allows_shows_no_noise_of_floats() -> None:
    assert [plain(stated_probability(1 - target)) for target in (0.999999, 0.9999, 0.99)] == [
        "1 × 10⁻⁶",
        "1 × 10⁻⁴",
        "1 %",
    ]


def rare(text: str) -> Fraction:
    digits, _, power = text.partition(" × 10")
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    return Fraction(digits) * Fraction(10) ** exponent


@given(st.floats(1e-300, 9.9e-4))
def test_bounds_on_a_rare_probability_are_rounded_to_their_safe_side(p: float) -> None:
    low, high = rare(probability_at_least(p)), rare(probability_at_most(p))
    assert low <= Fraction(repr(p)) <= high
    assert high - low <= high / 100


@given(st.floats(1e-9, 9e-4), st.sampled_from([-1, 0, 1]), st.floats(-6, -1))
def test_a_bound_on_a_rare_probability_is_on_its_own_side_of_the_limit(limit: float, side: int, power: float) -> None:
    bound = min(limit * (1 + side * 10**power), 9.9e-4)
    sides = [
        (value > Fraction(repr(limit))) - (value < Fraction(repr(limit)))
        for value in (
            Fraction(repr(bound)),
            rare(probability_at_least(bound, limit)),
            rare(probability_at_most(bound, limit)),
        )
    ]
    assert sides == [sides[0]] * 3


def test_a_tick_on_a_scale_of_powers_of_ten_is_one() -> None:
    assert [power_of_ten(tick) for tick in (1e-6, 0.1, 1.0)] == ["10⁻⁶", "10⁻¹", "1"]


def test_a_stated_share_keeps_its_digits() -> None:
    assert plain(stated_percent(0.9912345)) == "99.12345 %"


def test_no_share_but_all_is_at_least_all() -> None:
    assert plain(at_least(math.nextafter(1, 0))) != "100 %"
    assert plain(at_most(math.nextafter(0, 1))) != "0 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (12500, "12,500"), (1234.5678, "1234.6"), (10.0500000001, "10.05"), (-0.0315, "-0.0315")],
)
def test_a_measured_number_has_five_digits(value: float, text: str) -> None:
    assert plain(number(value, MEASURED)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(100.0005, "100.0005"), (123456, "123,456"), (0.1 + 0.2, "0.3"), (206e9, "2.06 × 10¹¹"), (-0.0, "0")],
)
def test_a_stated_number_is_written_as_it_was_stated(value: float, text: str) -> None:
    assert plain(number(value)) == text


@pytest.mark.parametrize(("value", "text"), [(2.1e-7, "2.1 × 10⁻⁷"), (-3e12, "-3 × 10¹²")])
def test_a_very_small_or_large_number_has_a_power_of_ten(value: float, text: str) -> None:
    assert plain(number(value)) == text


@pytest.mark.parametrize(("value", "text"), [(math.nan, "not a number"), (math.inf, "∞"), (-math.inf, "-∞")])
def test_what_is_no_number_says_so(value: float, text: str) -> None:
    assert plain(number(value)) == text


@given(st.floats(-1e4, 1e4))
def test_a_number_reads_back_within_its_digits(value: float) -> None:
    text = plain(number(value)).replace(",", "")
    if "×" not in text:
        assert math.isclose(float(text), value, rel_tol=6e-9, abs_tol=1e-12)


def test_quantities_and_differences_are_in_the_unit_they_were_written_in() -> None:
    assert plain(quantity(10.05e-3, MM)) == "10.05 mm"
    assert plain(difference(-2e-6, MM)) == "-0.002 mm"
    assert plain(quantity(293.15, DEG_C)) == "20 °C"
    assert plain(quantity(273.15, DEG_F)) == "32 °F"
    assert quantity(0.5, Unit(symbol="")) == "0.5"


@pytest.mark.parametrize("unit", [DEG_C, DEG_F])
def test_differences_of_temperatures_are_kelvin(unit: Unit) -> None:
    assert plain(difference(3.0, unit)) == "3 K"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        *[("W/m^2/K", "W/m²/K"), ("N*m", "N·m"), ("m**-1", "m⁻¹"), ("kohm", "kΩ"), ("lumen", "lumen")],
        *[("um", "µm"), ("uV", "µV"), ("um^2/us", "µm²/µs"), ("uohm", "µΩ"), ("unit", "unit"), ("u", "u")],
    ],
)
def test_units_are_printed_as_in_a_textbook(written: str, printed: str) -> None:
    assert symbol(Unit(symbol=written)) == printed


@given(st.integers(0, 10**15))
def test_counts_are_whole(value: int) -> None:
    assert int(re.sub(",", "", count(value))) == value
