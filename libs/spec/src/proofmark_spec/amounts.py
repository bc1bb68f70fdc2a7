"""Amounts of a section: a quantity such as `12 W/m^2/K`, or an expression over parameters such as `2 * loss`."""

from collections.abc import Mapping
from typing import Any, Protocol

from proofmark_expression import Dimension, Expression, ExpressionError
from proofmark_spec.problems import Wrong, did_you_mean, shortened
from proofmark_spec.quantities import Quantity, quantity


class Named(Protocol):
    """What an expression can speak of: a parameter, or a signal."""

    @property
    def dimension(self) -> Dimension:
        """Of its values."""


Parameters = Mapping[str, Named | None]
"""By name; None where one is wrong itself."""


def amount(value: Any, wanted: Dimension, parameters: Parameters) -> float | str:
    """Read an amount of this dimension: in SI, or as the expression that gives it in SI.

    Raises
    ------
    Wrong
    """
    if isinstance(value, str) and _refers(value):
        found = dimension_of(value, parameters)
        if found is not None and found != wanted:
            raise Wrong(f"{shortened(value)} is {found}: expected {wanted}")
        return value.strip()
    return constant(value, wanted)


def constant(value: Any, wanted: Dimension) -> float:
    """Read a quantity of this dimension, in SI.

    Raises
    ------
    Wrong
    """
    return _of(value, wanted).si


def difference(value: Any, wanted: Dimension) -> float:
    """Read a quantity that is a difference, in SI: of temperatures, it is in kelvin whatever their scale.

    Raises
    ------
    Wrong
    """
    return _of(value, wanted).si_difference


def dimension_of(text: str, parameters: Parameters) -> Dimension | None:
    """The dimension of an expression; None if it depends on a parameter that is wrong itself.

    Raises
    ------
    Wrong
    """
    known = {name: parameter.dimension for name, parameter in parameters.items() if parameter is not None}
    try:
        expression = Expression.parse(text)
        for missing in sorted(expression.names - parameters.keys()):
            what = "signal" if "." in missing else "parameter"
            raise Wrong(f"no {what} {missing!r}{did_you_mean(missing, list(parameters))}")
        return expression.dimension(known) if expression.names <= known.keys() else None
    except ExpressionError as error:
        raise Wrong(f"in {shortened(text)}, {error}") from error


def _of(value: Any, wanted: Dimension) -> Quantity:
    found = quantity(value)
    if found.unit.dimension != wanted:
        raise Wrong(f"expected {wanted}, got {found.unit.dimension}")
    return found


def _refers(text: str) -> bool:
    """Whether a text speaks of parameters: quantities such as `10 mm` are no expressions, numbers name nothing."""
    try:
        return bool(Expression.parse(text).names)
    except ExpressionError:
        return not text.strip()[:1].isdigit() and not text.strip().startswith(("+", "-", "."))
