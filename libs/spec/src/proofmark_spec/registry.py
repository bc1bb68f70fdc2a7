"""What a unit's name means by pint, the one source of units: its dimension and its exact factor to SI.

Pint takes 0.4 s to import and to read its definitions, so its answers for the names that specs usually hold stand in
`usual_units.json`. It is asked itself for any other.
"""

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from proofmark_expression import Dimension
from proofmark_spec.problems import Wrong

USUAL = Path(__file__).with_name("usual_units.json")
"""By name: the factor as a fraction, and the exponents of base dimensions."""
CONSTANTS = ("_constant", "speed_of_light", "elementary_charge", "pi")
"""How pint's names for `k`, `c`, `e` and the like end: numbers of nature, not units."""


def named(name: str) -> tuple[Dimension, Fraction] | None:
    """Dimension and factor of a unit; None if there is none of this name.

    Raises
    ------
    Wrong
        Its scale has a zero of its own.
    """
    known = usual().get(name)
    return asked(name) if known is None else (Dimension.of(known[1]), Fraction(known[0]))


def asked(name: str) -> tuple[Dimension, Fraction] | None:
    """The same by pint itself."""
    from pint.errors import PintError

    registry = _registry()
    try:
        units = registry.parse_units(name)
        nothing, one = (registry.Quantity(Fraction(count), units).to_base_units() for count in (0, 1))
        factor = Fraction(one.magnitude)
    except (PintError, AttributeError, TypeError, ValueError, ArithmeticError):
        return None
    if str(units).endswith(CONSTANTS):
        return None
    if nothing.magnitude != 0:
        raise Wrong(f"{name!r} has a zero of its own: write K, degC or degF")
    return Dimension.of({base.strip("[]"): Fraction(power) for base, power in one.dimensionality.items()}), factor


@cache
def usual() -> dict[str, tuple[str, dict[str, int]]]:
    """Pint's answers that stand ready."""
    known: dict[str, tuple[str, dict[str, int]]] = json.loads(USUAL.read_text())
    return known


@cache
def _registry() -> Any:
    from pint import UnitRegistry

    return UnitRegistry(non_int_type=Fraction, autoconvert_offset_to_baseunit=True)
