"""Units by name: dimension, factor and offset to SI, exactly. Temperatures are absolute or differences, never both.

::

    unit   := factor ((* | · | /) factor)*
    factor := name [(^ | **) whole | ² | ³] | 1 | ( unit )

Names are pint's, with SI prefixes. Physical constants, decibels and other scales without a true zero are no units here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from proofmark_contracts.design import Unit
from proofmark_expression import DIMENSIONLESS, Dimension
from proofmark_spec.problems import Wrong, did_you_mean
from proofmark_spec.registry import named

LONGEST, LARGEST_POWER = 64, 12
TEMPERATURE = Dimension.of({"temperature": 1})
CELSIUS_ZERO = Fraction("273.15")
FAHRENHEIT_ZERO = CELSIUS_ZERO - Fraction(32) * Fraction(5, 9)
REFUSED = {
    "C": "'C' could be coulomb or Celsius: write degC, or coulomb",
    "F": "'F' could be farad or Fahrenheit: write degF, or farad",
    "mil": "'mil' could be a thousandth of an inch or an angle: write thou, or mrad",
    "dB": "decibels are no linear unit: write the ratio",
    "dBm": "decibels are no linear unit: write the power",
}
TOKEN = re.compile(
    r"\s*(?:(?P<mark>[*·/()](?!\*))|(?:\^|\*\*)\s*(?P<power>[+-]?\d{1,3})|(?P<small>[²³])"
    r"|(?P<name>[^\W\d_][A-Za-z0-9_]*|°[A-Z]|%)|(?P<one>1))"
)


@dataclass(frozen=True)
class SiUnit:
    """`SI = factor * written + offset`; a difference takes the factor alone."""

    symbol: str
    dimension: Dimension
    factor: Fraction
    offset: Fraction = Fraction(0)

    def absolute(self, written: Fraction) -> Fraction:
        return self.factor * written + self.offset

    def difference(self, written: Fraction) -> Fraction:
        return self.factor * written

    def shown(self) -> Unit:
        """As the contracts carry it."""
        return Unit(symbol=self.symbol, factor=float(self.factor), offset=float(self.offset))


PLAIN_NUMBER = SiUnit("", DIMENSIONLESS, Fraction(1))
SCALES = {
    name: SiUnit(name, TEMPERATURE, factor, offset)
    for names, factor, offset in (
        (("degC", "°C", "celsius"), Fraction(1), CELSIUS_ZERO),
        (("degF", "°F", "fahrenheit"), Fraction(5, 9), FAHRENHEIT_ZERO),
    )
    for name in names
}
PERCENT = SiUnit("%", DIMENSIONLESS, Fraction(1, 100))


@lru_cache(1024)
def unit(symbol: str) -> SiUnit:
    """The unit of this name.

    Raises
    ------
    Wrong
        There is none, or the name is ambiguous.
    """
    if symbol == "":
        return PLAIN_NUMBER
    if symbol in SCALES:
        return SCALES[symbol]
    tokens = [*_tokens(symbol)]
    dimension, factor = _product(tokens, symbol)
    if tokens:
        raise _unreadable(symbol)
    if not 1e-150 < factor < 1e150:
        raise Wrong(f"{symbol!r} is out of range")
    return SiUnit(symbol, dimension, factor)


def _tokens(symbol: str) -> Iterator[tuple[str, str]]:
    if len(symbol) > LONGEST:
        raise Wrong(f"expected a unit of at most {LONGEST} characters, got {len(symbol)}")
    start = 0
    while start < len(symbol):
        found = TOKEN.match(symbol, start)
        if found is None or found.lastgroup is None:
            raise _unreadable(symbol)
        yield found.lastgroup, found[found.lastgroup]
        start = found.end()


def _product(tokens: list[tuple[str, str]], symbol: str) -> tuple[Dimension, Fraction]:
    dimension, factor = _factor(tokens, symbol)
    while tokens and tokens[0][1] in ("*", "·", "/"):
        divides = tokens.pop(0)[1] == "/"
        other, by = _factor(tokens, symbol)
        dimension, factor = (dimension / other, factor / by) if divides else (dimension * other, factor * by)
    return dimension, factor


def _factor(tokens: list[tuple[str, str]], symbol: str) -> tuple[Dimension, Fraction]:
    kind, text = tokens.pop(0) if tokens else ("", "")
    if kind == "one":
        return DIMENSIONLESS, Fraction(1)
    if text == "(":
        inside = _product(tokens, symbol)
        if not tokens or tokens.pop(0)[1] != ")":
            raise _unreadable(symbol)
        return inside
    if kind != "name":
        raise _unreadable(symbol)
    dimension, factor = _named(text, symbol)
    if tokens and tokens[0][0] in ("power", "small"):
        power = int(tokens.pop(0)[1].translate({ord("²"): "2", ord("³"): "3"}))
        if abs(power) > LARGEST_POWER:
            raise Wrong(f"expected a power of at most {LARGEST_POWER}, got {power} in {symbol!r}")
        return dimension.power(Fraction(power)), factor**power
    return dimension, factor


def _named(name: str, symbol: str) -> tuple[Dimension, Fraction]:
    """A unit as a factor of others: temperatures are differences here."""
    if name in SCALES:
        return TEMPERATURE, SCALES[name].factor
    if name in REFUSED:
        raise Wrong(REFUSED[name])
    found = named(name)
    if found is None:
        raise _unknown(name, symbol)
    return found


def _unreadable(symbol: str) -> Wrong:
    return Wrong(f"expected a unit such as N*m or W/m^2/K, got {symbol!r}")


def _unknown(name: str, symbol: str) -> Wrong:
    inside = f" in {symbol!r}" if name != symbol else ""
    return Wrong(f"unknown unit {name!r}{inside}{_suggestion(name)}")


def _suggestion(name: str) -> str:
    prefixes = ("", "k", "M", "G", "m", "u", "n", "c", "d")
    usual = ("m", "N", "Pa", "W", "V", "A", "K", "g", "s", "Hz", "J", "ohm", "H", "T", "L", "bar", "rad", "mol")
    names = [prefix + name for prefix in prefixes for name in usual]
    names += ["degC", "degF", "deg", "inch", "foot", "minute", "hour", "rpm", "percent", "ppm", "coulomb", "farad"]
    same = [known for known in names if known.lower() == name.lower()]
    if same:
        closest = min(same, key=lambda known: sum(a != b for a, b in zip(known, name, strict=False)))
        return f", did you mean {closest!r}?"
    return did_you_mean(name, names) if len(name) > 1 else ""
