"""Parameters: constants, toleranced quantities, distributions, references; in SI, with the units they came in."""

import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofmark_contracts.design import (
    Beta,
    Constant,
    Discrete,
    Distribution,
    Exponential,
    Gumbel,
    LogNormal,
    Normal,
    Triangular,
    TruncatedNormal,
    Uniform,
    Weibull,
)
from proofmark_expression import CONSTANTS, DIMENSIONLESS, FUNCTIONS, Dimension
from proofmark_spec.problems import Path, Report, Wrong, below, did_you_mean, shortened
from proofmark_spec.quantities import NAME, Quantity, quantity, toleranced
from proofmark_spec.reading import choice, kind, mapping, number
from proofmark_spec.units import SiUnit

DISTRIBUTIONS: dict[str, tuple[type[Any], dict[str, str]]] = {
    "normal": (Normal, {"mean": "value", "std": "spread"}),
    "lognormal": (LogNormal, {"mean": "value", "std": "spread"}),
    "uniform": (Uniform, {"low": "value", "high": "value"}),
    "triangular": (Triangular, {"low": "value", "mode": "value", "high": "value"}),
    "truncated-normal": (TruncatedNormal, {"mean": "value", "std": "spread", "low": "value", "high": "value"}),
    "weibull": (Weibull, {"shape": "number", "scale": "value"}),
    "gumbel": (Gumbel, {"mean": "value", "std": "spread"}),
    "exponential": (Exponential, {"rate": "rate"}),
    "beta": (Beta, {"a": "number", "b": "number", "low": "value", "high": "value"}),
    "discrete": (Discrete, {"values": "values", "weights": "weights"}),
}
"""Each distribution's class, and what kind of quantity each of its fields is."""
POSITIVE = {"std", "shape", "scale", "rate", "a", "b"}
RESERVED = {*FUNCTIONS, *CONSTANTS, *keyword.kwlist}
MOST = 500


@dataclass(frozen=True)
class Parameter:
    law: Distribution
    unit: SiUnit

    @property
    def dimension(self) -> Dimension:
        return self.unit.dimension


def parameters(document: Any, sigma_level: Fraction | None, report: Report) -> dict[str, Parameter | None]:
    """Read every parameter. One that is wrong is noted and stands as None: what refers to it is not wrong too.

    Raises
    ------
    Wrong
        There are none, or too many.
    """
    entries = kind(document, dict)
    if not 0 < len(entries) <= MOST:
        raise Wrong(f"expected 1 to {MOST} parameters, got {len(entries)}")
    found: dict[str, Parameter | None] = dict.fromkeys(entries)
    for name, value in entries.items():
        with report.catching("parameters", name):
            if not NAME.match(name):
                raise Wrong("expected a name of at most 64 letters, digits and underscores")
            if name in RESERVED:
                raise Wrong("expressions use this word for something else: choose another name")
            found[name] = _parameter(value, entries, sigma_level, ("parameters", name), report)
    return found


def _parameter(
    value: Any, entries: Mapping[str, Any], sigma_level: Fraction | None, path: Path, report: Report
) -> Parameter:
    if isinstance(value, dict):
        return _distribution(value, entries, path, report)
    if isinstance(value, str) and (band := toleranced(value)) is not None:
        if sigma_level is None:
            raise Wrong("a tolerance needs tolerances.sigma_level: how many standard deviations +/- stands for")
        return Parameter(Normal(mean=band.mean(), std=band.std(sigma_level)), band.nominal.unit)
    constant = _constant(value, entries)
    return Parameter(Constant(value=constant.si), constant.unit)


def _constant(value: Any, entries: Mapping[str, Any]) -> Quantity:
    """A quantity, or the constant that a name refers to."""
    seen: list[str] = []
    while isinstance(value, str) and NAME.match(value):
        if value not in entries or value in seen:
            reason = "refers to itself" if value in seen else "is neither a quantity nor a parameter"
            raise Wrong(f"{value!r} {reason}{'' if value in seen else did_you_mean(value, list(entries))}")
        seen.append(value)
        value = entries[value]
    if seen and (isinstance(value, dict) or (isinstance(value, str) and toleranced(value) is not None)):
        raise Wrong(f"{seen[-1]!r} varies: only a constant can be referred to here")
    return quantity(value)


def _distribution(value: Mapping[str, Any], entries: Mapping[str, Any], path: Path, report: Report) -> Parameter:
    if "distribution" not in value:
        raise Wrong(f"missing distribution, one of {', '.join(DISTRIBUTIONS)}")
    with below("distribution"):
        name = choice(value["distribution"], list(DISTRIBUTIONS))
    law, fields = DISTRIBUTIONS[name]
    given = mapping(value, path, report, ["distribution", *fields])
    reader = _Fields(entries)
    numbers: dict[str, Any] = {}
    for field, what in fields.items():
        with below(field):
            numbers[field] = reader.read(given[field], what)
            if field in POSITIVE and not numbers[field] > 0:
                raise Wrong(f"expected a positive {field}, got {shortened(given[field])}")
    assert reader.unit is not None or "rate" in fields
    _check(name, numbers)
    return Parameter(law(**numbers), reader.unit or reader.inverse())


class _Fields:
    """Reads the fields of one distribution; all must have the dimension of the first."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._entries = entries
        self.unit: SiUnit | None = None
        self._rate: SiUnit | None = None

    def read(self, value: Any, what: str) -> Any:
        match what:
            case "number":
                return number(value)
            case "weights":
                return _weights(value)
            case "values":
                items = kind(value, list)
                if not items:
                    raise Wrong("expected at least one value")
                return tuple(self._same(_constant(item, self._entries)).si for item in items)
            case "rate":
                rate = _constant(value, self._entries)
                self._rate = rate.unit
                return rate.si_difference
            case "spread":
                return self._same(_constant(value, self._entries)).si_difference
        return self._same(_constant(value, self._entries)).si

    def inverse(self) -> SiUnit:
        """The unit of a parameter of which only a rate is known: SI's own."""
        assert self._rate is not None
        dimension = DIMENSIONLESS / self._rate.dimension
        return SiUnit(_si_symbol(dimension), dimension, Fraction(1))

    def _same(self, found: Quantity) -> Quantity:
        if self.unit is None:
            self.unit = found.unit
        if found.unit.dimension != self.unit.dimension:
            raise Wrong(f"expected {self.unit.dimension} as in the other fields, got {found.unit.dimension}")
        return found


def _weights(value: Any) -> tuple[float, ...]:
    weights = [number(item) for item in kind(value, list)]
    if not weights or min(weights) <= 0:
        raise Wrong("expected positive weights")
    largest = max(weights)
    total = math.fsum(weight / largest for weight in weights) * largest
    if not math.isfinite(total) or min(weights) / total == 0:
        raise Wrong("expected weights of comparable size")
    return tuple(weight / total for weight in weights)


def _check(name: str, numbers: Mapping[str, Any]) -> None:
    """What must hold between the fields of a distribution."""
    low, high = numbers.get("low"), numbers.get("high")
    if low is not None and high is not None and not low < high:
        raise Wrong("expected low < high")
    if name == "triangular" and low is not None and high is not None and not low <= numbers["mode"] <= high:
        raise Wrong("expected low <= mode <= high")
    if name == "lognormal" and not numbers["mean"] > 0:
        raise Wrong("expected a positive mean")
    if name == "truncated-normal" and low is not None and high is not None:
        nearest = max(low - numbers["mean"], numbers["mean"] - high, 0.0)
        if nearest > 30 * numbers["std"]:
            raise Wrong("the range lies more than 30 standard deviations from the mean: nothing is left")
    if name == "discrete":
        if len(numbers["values"]) != len(numbers["weights"]):
            raise Wrong(f"expected one weight a value, got {len(numbers['weights'])} for {len(numbers['values'])}")
        if len(set(numbers["values"])) < len(numbers["values"]):
            raise Wrong("expected each value once")


def _si_symbol(dimension: Dimension) -> str:
    bases = {"length": "m", "time": "s", "mass": "kg", "temperature": "K", "current": "A", "substance": "mol"}
    told = [bases.get(base, base) + ("" if power == 1 else f"^{power}") for base, power in dimension.exponents]
    return "*".join(told)
