"""Units by name: dimension, factor and offset to SI, exactly. Temperatures are absolute or differences, never both."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from proofmark_contracts.design import Unit
from proofmark_expression import DIMENSIONLESS, Dimension
from proofmark_spec.problems import Wrong, did_you_mean

TEMPERATURE = Dimension.of({"temperature": 1})
CELSIUS_ZERO = Fraction("273.15")
FAHRENHEIT_ZERO = CELSIUS_ZERO - Fraction(32) * Fraction(5, 9)
AMBIGUOUS = {
    "C": "'C' could be coulomb or Celsius: write degC, or coulomb",
    "F": "'F' could be farad or Fahrenheit: write degF, or farad",
}


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
KELVIN_SCALES = {
    name: SiUnit(name, TEMPERATURE, factor, offset)
    for names, factor, offset in (
        (("degC", "°C", "celsius"), Fraction(1), CELSIUS_ZERO),
        (("degF", "°F", "fahrenheit"), Fraction(5, 9), FAHRENHEIT_ZERO),
    )
    for name in names
}
PERCENT = SiUnit("%", DIMENSIONLESS, Fraction(1, 100))


@cache
def unit(symbol: str) -> SiUnit:
    """The unit of this name.

    Raises
    ------
    Wrong
        There is none, or the name is ambiguous.
    """
    if symbol == "":
        return PLAIN_NUMBER
    if symbol in KELVIN_SCALES:
        return KELVIN_SCALES[symbol]
    if symbol in AMBIGUOUS:
        raise Wrong(AMBIGUOUS[symbol])
    from pint.errors import PintError

    try:
        quantity = _registry().Quantity(Fraction(1), _registry().parse_units(symbol)).to_base_units()
        factor = Fraction(quantity.magnitude)
    except (PintError, AttributeError, TypeError, ValueError, ArithmeticError) as error:
        raise Wrong(f"unknown unit {symbol!r}{_suggestion(symbol)}") from error
    bases = {base.strip("[]"): Fraction(power) for base, power in quantity.dimensionality.items()}
    return SiUnit(symbol, Dimension.of(bases), factor)


@cache
def _registry() -> Any:
    from pint import UnitRegistry

    return UnitRegistry(non_int_type=Fraction, autoconvert_offset_to_baseunit=True)


def _suggestion(symbol: str) -> str:
    prefixes = ("", "k", "M", "G", "m", "u", "n", "c", "d")
    usual = ("m", "N", "Pa", "W", "V", "A", "K", "g", "s", "Hz", "J", "ohm", "F", "H", "bar", "rad", "C")
    names = [prefix + name for prefix in prefixes for name in usual]
    names += ["degC", "degF", "deg", "inch", "ft", "min", "hour", "rpm", "percent", "ppm", "N*m", "W/m/K", "W/m^2/K"]
    close = [name for name in names if name.lower() == symbol.lower()]
    return f", did you mean {close[0]!r}?" if close else did_you_mean(symbol, names)
