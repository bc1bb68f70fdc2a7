"""How engineers write quantities: `10.0 mm`, `10.0 mm +/- 0.05`, `167 W/m/K +5/-12`, `50 W +/- 10 %`.

::

    quantity   := number [unit]
    toleranced := quantity (+/- | ±) number [unit | %]
                | quantity +number [unit | %] / -number [unit | %]

A unit behind the tolerance alone is that of both: `10.0 +/- 0.05 mm`. Numbers stay exact fractions until they are SI:
`10.0 mm` is the double nearest to 0.01.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofmark_spec.problems import Wrong, shortened
from proofmark_spec.units import PERCENT, PLAIN_NUMBER, TEMPERATURE, SiUnit, unit

NUMBER = r"(?>\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
SIGNED = rf"[+-]?{NUMBER}"
QUANTITY = re.compile(rf"^(?P<number>{SIGNED})(?:\s*(?P<unit>[^\W\d_].*|[°%(].*)|\s+(?P<inverse>1\s*/.*))?$")
NOMINAL = rf"^(?P<nominal>{SIGNED}[^+±]*?)\s*"
SYMMETRIC = re.compile(rf"{NOMINAL}(?:\+/-|\+-|±)\s*(?P<number>{SIGNED})\s*(?P<unit>.*)$")
SIDED = re.compile(
    rf"{NOMINAL}\+\s*(?P<up>{NUMBER})\s*(?P<up_unit>[^+]*?)\s*/\s*-\s*(?P<down>{NUMBER})\s*(?P<down_unit>.*)$"
)
SOME_TOLERANCE = re.compile(rf"{NOMINAL}(?:[+±]|(?<=\s)-)")
NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
LONGEST, LARGEST_EXPONENT = 120, 300


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, exactly as written."""

    written: Fraction
    unit: SiUnit

    @property
    def si(self) -> float:
        return nearest(self.unit.absolute(self.written))

    @property
    def si_difference(self) -> float:
        return nearest(self.unit.difference(self.written))


@dataclass(frozen=True)
class Toleranced:
    """A nominal value with deviations to both sides, in SI."""

    nominal: Quantity
    up: Fraction
    down: Fraction

    def mean(self) -> float:
        """The middle of the band."""
        return nearest(self.nominal.unit.absolute(self.nominal.written) + (self.up - self.down) / 2)

    def std(self, sigma_level: Fraction) -> float:
        """Half the band is this many standard deviations."""
        std = nearest((self.up + self.down) / 2 / sigma_level)
        if not std > 0:
            raise Wrong("tolerance: expected a positive band")
        return std


def nearest(exact: Fraction) -> float:
    """The double nearest to a number.

    Raises
    ------
    Wrong
        There is none.
    """
    try:
        return float(exact)
    except OverflowError:
        raise Wrong("expected a number within double precision") from None


def quantity(value: Any) -> Quantity:
    """Read a number or a text such as `10 mm`.

    Raises
    ------
    Wrong
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Wrong(f"expected a quantity such as 10 mm, got {shortened(value)}")
    if not isinstance(value, str):
        return Quantity(_exact(repr(value)), PLAIN_NUMBER)
    found = QUANTITY.match(_short(value))
    if SOME_TOLERANCE.match(_short(value)):
        raise Wrong(f"expected a quantity without a tolerance, got {value!r}")
    if found is None:
        raise Wrong(f"expected a quantity such as 10 mm, got {value!r}")
    return Quantity(_exact(found["number"]), unit((found["unit"] or found["inverse"] or "").strip()))


def toleranced(text: str) -> Toleranced | None:
    """Read a quantity with a tolerance; None if it has none.

    Raises
    ------
    Wrong
    """
    text = _short(text)
    if (found := SYMMETRIC.match(text)) is not None:
        nominal = _nominal(found["nominal"], found["unit"])
        deviation = _deviation(found["number"], found["unit"], nominal)
        return _checked(nominal, deviation, deviation)
    if (found := SIDED.match(text)) is not None:
        up_unit, down_unit = found["up_unit"] or found["down_unit"], found["down_unit"]
        nominal = _nominal(found["nominal"], up_unit, down_unit)
        if up_unit not in (down_unit, nominal.unit.symbol) and not down_unit:
            raise Wrong(f"the unit of -{found['down']} could be {up_unit} or {nominal.unit.symbol}: write it out")
        up, down = _deviation(found["up"], up_unit, nominal), _deviation(found["down"], down_unit, nominal)
        return _checked(nominal, up, down)
    if SOME_TOLERANCE.match(text):
        raise Wrong(f"expected a tolerance such as +/- 0.05 or +5/-12, got {text!r}")
    return None


def _nominal(text: str, *behind: str) -> Quantity:
    """The nominal value, in the unit behind its tolerances if it has none of its own."""
    found = quantity(text)
    symbols = {symbol.strip() for symbol in behind} - {"", "%"}
    if found.unit != PLAIN_NUMBER or not symbols:
        return found
    if len(symbols) > 1:
        raise Wrong(f"{text} has no unit, and its tolerances have two: {', '.join(sorted(symbols))}")
    return Quantity(found.written, unit(symbols.pop()))


def _deviation(number: str, symbol: str, nominal: Quantity) -> Fraction:
    amount, symbol = _exact(number), symbol.strip()
    if symbol == "%":
        if nominal.unit.dimension == TEMPERATURE:
            raise Wrong("a percentage of a temperature depends on its scale: write a tolerance in K")
        if nominal.unit == PERCENT:
            raise Wrong("a percentage of a percentage could mean two things: write 0.05 +/- 0.01")
        return abs(nominal.unit.absolute(nominal.written)) * PERCENT.difference(amount)
    own = nominal.unit if symbol == "" else unit(symbol)
    if own.dimension != nominal.unit.dimension:
        raise Wrong(f"tolerance: expected {nominal.unit.dimension}, got {own.dimension} ({symbol})")
    return own.difference(amount)


def _checked(nominal: Quantity, up: Fraction, down: Fraction) -> Toleranced:
    if up < 0 or down < 0 or up + down == 0:
        raise Wrong("tolerance: expected a positive band")
    return Toleranced(nominal, up, down)


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise Wrong(f"expected a quantity of at most {LONGEST} characters, got {len(text)}")
    return text.strip()


def _exact(number: str) -> Fraction:
    text = number.replace("_", "")
    exponent = re.search(r"[eE]([+-]?\d+)$", text)
    if "n" in text or (exponent and abs(int(exponent[1])) > LARGEST_EXPONENT):
        raise Wrong(f"expected a finite number, got {number}")
    return Fraction(text)
