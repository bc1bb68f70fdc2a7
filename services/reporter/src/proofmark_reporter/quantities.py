"""How numbers are written: in the spec's own units, with as many digits as a reader can use.

Bounds are rounded to their safe side, so that nothing printed claims more than was shown.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from math import floor, isfinite, isnan, log10

from proofmark_contracts.design import Unit

MEASURED = 5
"""Significant digits of what runs showed."""
STATED = 9
"""Significant digits of what a spec says."""
SHARE = 3
"""Of what a share lacks to 0 or 100 %."""
MOST_DECIMALS = 12
RARE = 1e-3
"""Probabilities below it are written as powers of ten."""
MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
DIMENSIONLESS = Unit(symbol="")
KELVIN = Unit(symbol="K")

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NAMES = {"degC": "°C", "degF": "°F"}
_OHM = re.compile(r"(?<![A-Za-z])([GMkmu]?)ohm(?![A-Za-z])")
_MICRO = re.compile(r"(?<![A-Za-z])u(?=(?:m|s|g|A|K|mol|N|Pa|J|W|V|C|F|H|S|T|Hz|rad|bar|L|l|Ω)(?![A-Za-z]))")


def number(value: float, digits: int = STATED) -> str:
    """Write a number with so many significant digits: `12,500`, `0.0315`, `2.1 × 10⁻⁷`."""
    if not isfinite(value):
        return "not a number" if isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value + 0.0:.{digits}g}"  # + 0.0: zero has no sign
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
    text = _MICRO.sub("µ", _OHM.sub(r"\1Ω", text))
    return re.sub(r"[A-Za-z]+", lambda name: _NAMES.get(name[0], name[0]), text).replace("*", "·")


def quantity(value: float, unit: Unit, digits: int = STATED) -> str:
    """Write an SI value in a unit: `10.05 mm`."""
    return _with_symbol(number(unit.from_si(value), digits), unit)


def of_differences(unit: Unit) -> Unit:
    """The unit of differences of quantities in this one: kelvin where it has a zero of its own."""
    return KELVIN if unit.offset else unit


def difference(value: float, unit: Unit, digits: int = STATED) -> str:
    """Write the difference of two quantities, such as a margin or a standard deviation, given in SI."""
    return quantity(value, of_differences(unit), digits)


def percent(share: float) -> str:
    """Write a measured share with three digits of what it lacks to 0 or 100 %: `99.953 %` for 0.99953."""
    return _percent(share, SHARE, ROUND_HALF_EVEN)


def stated_percent(share: float) -> str:
    """Write a share that a spec states, such as a target."""
    return _percent(share, STATED, ROUND_HALF_EVEN)


def at_least(bound: float, target: float | None = None) -> str:
    """Write a lower bound on a share, rounded down, with digits enough to tell on which side of the target it is."""
    return _percent(bound, SHARE, ROUND_FLOOR, target)


def at_most(bound: float, target: float | None = None) -> str:
    """Write an upper bound on a share, rounded up, with digits enough to tell on which side of the target it is."""
    return _percent(bound, SHARE, ROUND_CEILING, target)


def probability(p: float) -> str:
    """Write a measured probability: `2.31 %`, or `3.21 × 10⁻⁶` where it is rare."""
    return _probability(p, ROUND_HALF_EVEN)


def probability_at_least(bound: float, limit: float | None = None) -> str:
    """Write a lower bound on a probability, rounded down, with digits enough to tell on which side of a limit it is."""
    return _probability(bound, ROUND_FLOOR, limit)


def probability_at_most(bound: float, limit: float | None = None) -> str:
    """Write an upper bound on a probability, rounded up, with digits enough to tell on which side of a limit it is."""
    return _probability(bound, ROUND_CEILING, limit)


def stated_probability(p: float) -> str:
    """Write a probability that follows from what a spec states, such as 1 - target without the noise of floats."""
    return _scientific(_significant(Decimal(repr(p)), STATED, ROUND_HALF_EVEN)) if 0 < p < RARE else stated_percent(p)


def power_of_ten(tick: float, _: int = 0) -> str:
    """Write a tick on a scale of powers of ten: `10⁻⁶`."""
    return f"10{str(round(log10(tick))).translate(_SUPERSCRIPTS)}" if tick < 1 else "1"


def _probability(p: float, rounding: str, limit: float | None = None) -> str:
    if not 0 < p < RARE:
        return _percent(p, SHARE, rounding, limit)
    exact, digits = Decimal(repr(float(p))), SHARE
    rounded = _significant(exact, digits, rounding)
    if limit is not None:
        aim = Decimal(repr(float(limit)))
        while rounded.compare(aim) != exact.compare(aim):
            digits += 1
            rounded = _significant(exact, digits, rounding)
    return _scientific(rounded)


def _scientific(value: Decimal) -> str:
    digits, power = value.normalize(), value.adjusted()
    return f"{digits.scaleb(-power):f} × 10{str(power).translate(_SUPERSCRIPTS)}"


def _significant(value: Decimal, digits: int, rounding: str) -> Decimal:
    return _rounded(value, digits - 1 - value.adjusted(), rounding)


def _percent(share: float, digits: int, rounding: str, target: float | None = None) -> str:
    scarce = 100 * min(share, 1 - share)
    decimals = min(MOST_DECIMALS, max(0, digits - 1 - floor(log10(scarce)))) if scarce > 0 else 0
    exact = _exact_percent(share)
    rounded = _rounded(exact, decimals, rounding)
    if target is not None:
        aim = _exact_percent(target)
        while rounded.compare(aim) != exact.compare(aim):
            decimals += 1
            rounded = _rounded(exact, decimals, rounding)
    text = f"{rounded:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}{THIN}%"


def _exact_percent(share: float) -> Decimal:
    return Decimal(repr(float(share))) * 100


def _rounded(value: Decimal, decimals: int, rounding: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def _with_symbol(text: str, unit: Unit) -> str:
    shown = symbol(unit)
    return f"{text}{THIN}{shown}" if shown else text
