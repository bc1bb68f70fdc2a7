"""The functions of the language: what each computes, and what it does to dimensions. One table for both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from proofmark_expression.dimension import DIMENSIONLESS, Dimension

Rule = Callable[[Sequence[Dimension]], Dimension]


class Incompatible(ValueError):
    """Arguments whose dimensions a function cannot take; the message says why."""


def alike(arguments: Sequence[Dimension]) -> Dimension:
    """All of one dimension, which is the result's."""
    for argument in arguments[1:]:
        if argument != arguments[0]:
            raise Incompatible(f"expected arguments of one dimension, got {arguments[0]} and {argument}")
    return arguments[0]


def pure(arguments: Sequence[Dimension]) -> Dimension:
    """Plain numbers, and a plain number results."""
    for argument in arguments:
        if argument != DIMENSIONLESS:
            raise Incompatible(f"expected a plain number, got {argument}")
    return DIMENSIONLESS


def ratio(arguments: Sequence[Dimension]) -> Dimension:
    """All of one dimension, and a plain number results."""
    alike(arguments)
    return DIMENSIONLESS


def root(degree: int) -> Rule:
    """The dimension's root."""
    return lambda arguments: arguments[0].power(Fraction(1, degree))


CELSIUS_ZERO_K = 273.15
TEMPERATURE = Dimension.of({"temperature": 1})


def temperature(arguments: Sequence[Dimension]) -> Dimension:
    """A temperature, and a plain number results."""
    if arguments[0] != TEMPERATURE:
        raise Incompatible(f"expected a temperature, got {arguments[0]}")
    return DIMENSIONLESS


@dataclass(frozen=True)
class Function:
    compute: Callable[..., Any]
    rule: Rule
    least: int = 1
    most: int = 1
    """Numbers of arguments."""


def _smallest(*arguments: Any) -> Any:
    return _folded(np.minimum, arguments)


def _largest(*arguments: Any) -> Any:
    return _folded(np.maximum, arguments)


def _folded(pair: Callable[[Any, Any], Any], arguments: Sequence[Any]) -> Any:
    result = arguments[0]
    for argument in arguments[1:]:
        result = pair(result, argument)
    return result


FUNCTIONS: dict[str, Function] = {
    "abs": Function(np.abs, alike),
    "sqrt": Function(np.sqrt, root(2)),
    "cbrt": Function(np.cbrt, root(3)),
    "min": Function(_smallest, alike, 2, 16),
    "max": Function(_largest, alike, 2, 16),
    "clip": Function(np.clip, alike, 3, 3),
    "hypot": Function(np.hypot, alike, 2, 2),
    "sign": Function(np.sign, lambda _: DIMENSIONLESS),
    "atan2": Function(np.arctan2, ratio, 2, 2),
    "in_degC": Function(lambda kelvin: kelvin - CELSIUS_ZERO_K, temperature),
    **{
        name: Function(compute, pure)
        for name, compute in {
            "exp": np.exp,
            "expm1": np.expm1,
            "log": np.log,
            "log2": np.log2,
            "log10": np.log10,
            "log1p": np.log1p,
            "sin": np.sin,
            "cos": np.cos,
            "tan": np.tan,
            "asin": np.arcsin,
            "acos": np.arccos,
            "atan": np.arctan,
            "sinh": np.sinh,
            "cosh": np.cosh,
            "tanh": np.tanh,
            "asinh": np.arcsinh,
            "acosh": np.arccosh,
            "atanh": np.arctanh,
            "floor": np.floor,
            "ceil": np.ceil,
            "round": np.rint,
        }.items()
    },
}
CONSTANTS = {"pi": np.pi}
