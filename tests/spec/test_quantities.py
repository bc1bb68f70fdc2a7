"""Engineers' spelling of quantities, exact to the last bit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_spec.problems import Wrong
from proofmark_spec.quantities import Quantity, Toleranced, quantity, toleranced
from proofmark_spec.units import unit

decimals = st.decimals(0, 10_000, places=3, allow_nan=False).map(str) | st.from_regex(
    r"[1-9][0-9]{0,3}(\.[0-9]{1,4})?(e-?[1-9])?", fullmatch=True
)
signs = st.sampled_from(["", "-", "+"])
SYMBOLS = ("mm", "m", "kN", "W/m/K", "m^2*K/W", "MPa", "1/h", "rpm", "inch", "")
symbols = st.sampled_from(SYMBOLS)
gaps = st.sampled_from([" ", "  "])


def read(text: str) -> Toleranced:
    found = toleranced(text)
    assert found is not None
    return found


@given(signs, decimals, symbols)
def test_a_quantity_is_the_double_nearest_to_what_is_written(sign: str, number: str, symbol: str) -> None:
    exact = Fraction(sign + number) * unit(symbol).factor
    assert quantity(f"{sign}{number} {symbol}").si == float(exact)


@pytest.mark.parametrize(
    ("written", "si"),
    [
        ("10.0 mm", 0.01),
        ("9.95 mm", 0.00995),
        ("0.1 um", 1e-7),
        ("1.7 mm", 0.0017),
        ("4.35 kN", 4350.0),
        ("20 degC", 293.15),
        ("-40 degF", 233.15),
        ("98.6 degF", 310.15),
        ("2.2 GPa", 2.2e9),
        ("36 km/h", 10.0),
        ("1 inch", 0.0254),
        ("5 %", 0.05),
        ("7", 7.0),
        (7, 7.0),
        (0.1, 0.1),
        ("10mm", 0.01),
        ("1_000 N", 1000.0),
        (".5 mm", 0.0005),
        ("1e-3 m", 0.001),
        ("0.001 1/h", 0.001 / 3600),
        ("12 W/(m^2*K)", 12.0),
        ("12 W/m²/K", 12.0),
        ("12 W/m^2/degC", 12.0),
        ("3 N·m", 3.0),
        ("5 µm", 5e-6),
        ("4.7 Ω", 4.7),
        ("3 m^-1", 3.0),
        ("30 kg*m**2/s^2", 30.0),
    ],
)
def test_known_quantities(written: str | float, si: float) -> None:
    assert quantity(written).si == si


@given(signs, decimals, symbols, decimals, gaps, st.sampled_from(["+/-", "±"]))
def test_a_symmetric_tolerance_is_read_whatever_its_spelling(
    sign: str, number: str, symbol: str, deviation: str, gap: str, mark: str
) -> None:
    if Fraction(deviation) == 0:
        return
    factor = unit(symbol).factor
    expected = Toleranced(
        Quantity(Fraction(sign + number), unit(symbol)), Fraction(deviation) * factor, Fraction(deviation) * factor
    )
    assert read(f"{sign}{number} {symbol}{gap}{mark}{gap}{deviation}") == expected
    assert read(f"{sign}{number} {symbol} {mark} {deviation} {symbol}".strip()) == expected


@given(decimals, symbols, decimals, decimals)
def test_a_one_sided_tolerance_is_centred_in_its_band(number: str, symbol: str, up: str, down: str) -> None:
    if Fraction(up) + Fraction(down) == 0:
        return
    band = read(f"{number} {symbol} +{up}/-{down}")
    factor = unit(symbol).factor
    highest, lowest = Fraction(number) + Fraction(up), Fraction(number) - Fraction(down)
    assert band.mean() == float((highest + lowest) / 2 * factor)
    assert band.std(Fraction(3)) == float((highest - lowest) / 6 * factor)


@given(decimals, st.sampled_from(SYMBOLS[:-2]), st.integers(1, 50))
def test_a_percentage_is_of_the_nominal_value(number: str, symbol: str, percent: int) -> None:
    if Fraction(number) == 0:
        return
    deviation = Fraction(number) * percent / 100 * unit(symbol).factor
    assert read(f"{number} {symbol} +/- {percent} %").up == deviation
    assert read(f"{number} {symbol} +{percent} %/-{percent}%").down == deviation


@given(decimals, decimals, st.integers(1, 12))
def test_a_higher_sigma_level_means_a_smaller_deviation(number: str, deviation: str, level: int) -> None:
    if Fraction(deviation) == 0:
        return
    band = read(f"{number} mm +/- {deviation}")
    assert band.std(Fraction(level)) == float(Fraction(deviation) / 1000 / level)


@pytest.mark.parametrize(
    ("written", "mean", "half_band"),
    [
        ("20 degC +/- 2 K", 293.15, 2.0),
        ("20 degC +/- 2", 293.15, 2.0),
        ("20 degC +/- 2 degC", 293.15, 2.0),
        ("20 degC +/- 3.6 degF", 293.15, 2.0),
        ("0 K ± 1.5 K", 0.0, 1.5),
        ("4.7 kohm +/- 1%", 4700.0, 47.0),
        ("10.0 +/- 0.05 mm", 0.01, 5e-5),
        ("10 mm +0.015/-0", 0.0100075, 7.5e-6),
        ("-5 V +/- 10 %", -5.0, 0.5),
    ],
)
def test_traps_of_other_readers(written: str, mean: float, half_band: float) -> None:
    """pint reads `10.0 +/- 0.05 mm` as 0.5 mm, `4.7 kohm +/- 1%` as kiloohm percent, and fails at degC."""
    band = read(written)
    assert band.mean() == mean
    assert band.std(Fraction(1)) == half_band


@given(st.text(max_size=40) | st.text("0123456789.+-/±eE_ %mmNdegCKW^*()", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for reader in (quantity, toleranced):
        try:
            found = reader(text)
        except Wrong as wrong:
            assert str(wrong).isprintable()
        else:
            assert found is None or isinstance(found, Quantity | Toleranced)


@pytest.mark.parametrize(
    "written", ["1" + " " * 10_000 + "x", "9" * 10_000, "1 " + "m*" * 5_000 + "m", "(" * 119, "1 " + "(" * 100]
)
def test_hostile_length_is_refused_at_once(written: str) -> None:
    with pytest.raises(Wrong, match=r"at most (120|64) characters|such as 10 mm"):
        quantity(written)
