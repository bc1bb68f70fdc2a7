"""How engineers write quantities: `10.0 mm`, `10.0 mm +/- 0.05`, `167 W/m/K +5/-12`, `50 W +/- 10 %`.

::

    quantity  := number [unit]
    toleranced := quantity (+/- | ±) number [unit | %]
                | quantity +number [unit] / -number [unit]
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofmark_spec.problems import Wrong
from proofmark_spec.units import PERCENT, PLAIN_NUMBER, TEMPERATURE, SiUnit, unit

NUMBER = r"\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?"
SIGNED = rf"[+-]?(?:{NUMBER})"
QUANTITY = re.compile(rf"^(?P<number>{SIGNED})\s*(?P<unit>[^\d\s+±].*)?$")
SYMMETRIC = re.compile(rf"^(?P<nominal>.+?)\s*(?:\+/-|\+-|±)\s*(?P<number>{SIGNED})\s*(?P<unit>.*)$")
SIDED = re.compile(
    rf"^(?P<nominal>.+?)\s*\+\s*(?P<up>{NUMBER})\s*(?P<up_unit>[^\d\s/+-][^/]*?)?\s*/\s*-\s*(?P<down>{NUMBER})\s*(?P<down_unit>.*)$"
)
NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
LARGEST_EXPONENT = 300


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, exactly as written."""

    written: Fraction
    unit: SiUnit

    @property
    def si(self) -> float:
        return float(self.unit.absolute(self.written))

    @property
    def si_difference(self) -> float:
        return float(self.unit.difference(self.written))


@dataclass(frozen=True)
class Toleranced:
    """A nominal value with deviations to both sides, in SI."""

    nominal: Quantity
    up: Fraction
    down: Fraction

    def mean(self) -> float:
        """The middle of the band."""
        return float(self.nominal.unit.absolute(self.nominal.written) + (self.up - self.down) / 2)

    def std(self, sigma_level: Fraction) -> float:
        """Half the band is this many standard deviations."""
        return float((self.up + self.down) / 2 / sigma_level)


def quantity(value: Any) -> Quantity:
    """Read a number or a text such as `10 mm`.

    Raises
    ------
    Wrong
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Wrong(f"expected a quantity such as 10 mm, got {value!r}")
    if not isinstance(value, str):
        return Quantity(_exact(repr(value)), PLAIN_NUMBER)
    found = QUANTITY.match(value.strip())
    if found is None:
        raise Wrong(f"expected a quantity such as 10 mm, got {value!r}")
    return Quantity(_exact(found["number"]), unit((found["unit"] or "").strip()))


def toleranced(text: str) -> Toleranced | None:
    """Read a quantity with a tolerance; None if it has none.

    Raises
    ------
    Wrong
    """
    if (found := SYMMETRIC.match(text.strip())) is not None:
        nominal = quantity(found["nominal"])
        deviation = _deviation(found["number"], found["unit"], nominal)
        return _checked(nominal, deviation, deviation)
    if (found := SIDED.match(text.strip())) is not None:
        nominal = quantity(found["nominal"])
        down_unit = found["down_unit"].strip()
        up = _deviation(found["up"], found["up_unit"] or down_unit, nominal)
        return _checked(nominal, up, _deviation(found["down"], down_unit, nominal))
    return None


def _deviation(number: str, symbol: str, nominal: Quantity) -> Fraction:
    amount, symbol = _exact(number), symbol.strip()
    if symbol == "%":
        if nominal.unit.dimension == TEMPERATURE:
            raise Wrong("a percentage of a temperature depends on its scale: write a tolerance in K")
        return abs(nominal.unit.absolute(nominal.written)) * PERCENT.difference(amount)
    own = nominal.unit if symbol == "" else unit(symbol)
    if own.dimension != nominal.unit.dimension:
        raise Wrong(f"tolerance: expected {nominal.unit.dimension}, got {own.dimension} ({symbol})")
    return own.difference(amount)


def _checked(nominal: Quantity, up: Fraction, down: Fraction) -> Toleranced:
    if up < 0 or down < 0 or up + down == 0:
        raise Wrong("tolerance: expected a positive band")
    return Toleranced(nominal, up, down)


def _exact(number: str) -> Fraction:
    text = number.replace("_", "")
    exponent = re.search(r"[eE]([+-]?\d+)$", text)
    if "n" in text or (exponent and abs(int(exponent[1])) > LARGEST_EXPONENT):
        raise Wrong(f"expected a finite number, got {number}")
    return Fraction(text)
