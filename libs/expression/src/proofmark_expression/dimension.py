"""Dimensions of quantities: products of powers of base dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Self


@dataclass(frozen=True)
class Dimension:
    """Exponents of base dimensions, such as length 1, time -2; sorted, without zeros."""

    exponents: tuple[tuple[str, Fraction], ...] = ()

    @classmethod
    def of(cls, exponents: Mapping[str, Fraction | int | float]) -> Self:
        """From base dimension to exponent."""
        exact = {base: Fraction(power) for base, power in exponents.items()}
        return cls(tuple(sorted((base, power) for base, power in exact.items() if power)))

    def __mul__(self, other: Self) -> Self:
        found = dict(self.exponents)
        for base, power in other.exponents:
            found[base] = found.get(base, Fraction(0)) + power
        return self.of(found)

    def __truediv__(self, other: Self) -> Self:
        return self * other.power(Fraction(-1))

    def power(self, exponent: Fraction) -> Self:
        """The dimension of a quantity raised to a power."""
        return self.of({base: power * exponent for base, power in self.exponents})

    def __str__(self) -> str:
        told = [base if power == 1 else f"{base}^{power}" for base, power in self.exponents]
        return " ".join(told) or "a plain number"


DIMENSIONLESS = Dimension()
