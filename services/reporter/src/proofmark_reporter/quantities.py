"""How numbers are written: in the spec's own units, with as many digits as a reader can use.

Bounds are rounded to their safe side, so that nothing printed claims more than was shown.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from math import floor, isfinite, isnan, log10

from proofmark_contracts.design import Unit

DIGITS = 5
MOST_DECIMALS = 12
MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
DIMENSIONLESS = Unit(symbol="")
KELVIN = Unit(symbol="K")

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NAMES = {"degC": "°C", "degF": "°F", "um": "µm", "ohm": "Ω", "kohm": "kΩ"}


def number(value: float, digits: int = DIGITS) -> str:
    """Write a number with so many significant digits: `12,500`, `0.0315`, `2.1 × 10⁻⁷`."""
    if not isfinite(value):
        return "not a number" if isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        power = str(int(exponent)).translate(_SUPERSCRIPTS)
        return f"{mantissa} × 10{power}".replace("-", MINUS)
    whole, point, decimals = text.partition(".")
    grouped = f"{int(whole):,}" if len(whole.lstrip("-")) > 4 else whole
    return f"{grouped}{point}{decimals}".replace("-", MINUS)


def count(value: int) -> str:
    """Write a whole number with its thousands apart."""
    return f"{value:,}".replace("-", MINUS)


def symbol(unit: Unit) -> str:
    """A unit's symbol as it is printed: `W/m²/K` for `W/m^2/K`."""
    text = re.sub(r"(?:\^|\*\*)(-?\d+)", lambda power: power[1].translate(_SUPERSCRIPTS), unit.symbol)
    return re.sub(r"[A-Za-z]+", lambda name: _NAMES.get(name[0], name[0]), text).replace("*", "·")


def quantity(value: float, unit: Unit, digits: int = DIGITS) -> str:
    """Write an SI value in a unit: `10.05 mm`."""
    return _with_symbol(number(unit.from_si(value), digits), unit)


def of_differences(unit: Unit) -> Unit:
    """The unit of differences of quantities in this one: kelvin where it has a zero of its own."""
    return KELVIN if unit.offset else unit


def difference(value: float, unit: Unit, digits: int = DIGITS) -> str:
    """Write the difference of two quantities, such as a margin or a standard deviation, given in SI."""
    return quantity(value, of_differences(unit), digits)


def percent(share: float) -> str:
    """Write a share with three digits of what it lacks to 0 or 100 %: `99.953 %` for 0.99953."""
    return _percent(share, ROUND_HALF_EVEN)


def at_least(bound: float) -> str:
    """Write a lower bound on a share, rounded down."""
    return _percent(bound, ROUND_FLOOR)


def at_most(bound: float) -> str:
    """Write an upper bound on a share, rounded up."""
    return _percent(bound, ROUND_CEILING)


def _percent(share: float, rounding: str) -> str:
    scarce = 100 * min(share, 1 - share)
    decimals = min(MOST_DECIMALS, max(0, 2 - floor(log10(scarce)))) if scarce > 0 else 0
    rounded = (Decimal(repr(float(share))) * 100).quantize(Decimal(1).scaleb(-decimals), rounding=rounding)
    text = f"{rounded:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}{THIN}%"


def _with_symbol(text: str, unit: Unit) -> str:
    shown = symbol(unit)
    return f"{text}{THIN}{shown}" if shown else text
