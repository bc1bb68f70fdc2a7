"""How parameters enter an affine model: the factors of its operators, of its loads and of what is fixed.

With the reference T0, a temperature that all others are told from, and the rise w = T - T0, the steady state is

    sum_q conductance_q K_q w = sum_p heat_p f_p + sum_j h_j (ambient_j - T0) g_j

among the free nodes, and w = temperature_d - T0 at the nodes of each fixed temperature.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import OutOfRange
from proofmark_thermal.reduced.errors import BadVectors

Quantity: TypeAlias = float | str
"""A constant, or the name of a parameter."""
Columns: TypeAlias = Mapping[str, FloatArray]
"""(n,) values of parameters by name."""


@dataclass(frozen=True)
class Factor:
    """Of an operator or of a heat."""

    quantity: Quantity
    scale: float = 1.0
    inverse: bool = False

    def __call__(self, columns: Columns, count: int) -> FloatArray:
        """Return its (n,) values."""
        here = valued(self.quantity, columns, count)
        return self.scale / here if self.inverse else self.scale * here


@dataclass(frozen=True)
class Warming:
    """Heat by a film whose surroundings are not at the reference."""

    h: Quantity
    ambient: Quantity


@dataclass(frozen=True, eq=False)
class Factors:
    """Of parameter vectors."""

    conductances: FloatArray
    """(n, q)"""
    loads: FloatArray
    """(n, p): heats, then films."""
    lifts: FloatArray
    """(n, l) K that fixed temperatures are above the reference."""
    reference_k: FloatArray
    """(n,)"""


@dataclass(frozen=True)
class Coefficients:
    """The parameters and what they drive."""

    parameters: tuple[str, ...]
    conductances: tuple[Factor, ...]
    heats: tuple[Factor, ...]
    films: tuple[Warming, ...]
    fixed: tuple[Quantity, ...]
    reference: Quantity

    def checked(self, parameters: Columns) -> Columns:
        """Return parameter vectors as floats, in order.

        Raises
        ------
        BadVectors
            A parameter is missing or unknown, or lengths differ.
        """
        if set(parameters) != set(self.parameters):
            raise BadVectors("parameters", self.parameters, sorted(parameters))
        columns = {name: np.asarray(parameters[name], dtype=np.float64) for name in self.parameters}
        shapes = sorted({str(column.shape) for column in columns.values()})
        if len(shapes) > 1 or any(column.ndim != 1 for column in columns.values()):
            raise BadVectors("shapes of the parameters", ["one (n,) for all"], shapes)
        return columns

    def factors(self, columns: Columns) -> Factors:
        """Return the factors of checked parameter vectors.

        Raises
        ------
        OutOfRange
            A conductance is not positive.
        """
        count = len(next(iter(columns.values())))
        reference = valued(self.reference, columns, count)
        conductances = [factor(columns, count) for factor in self.conductances]
        for factor, values in zip(self.conductances, conductances, strict=True):
            if not (values > 0).all():
                raise OutOfRange(f"parameter {factor.quantity}", "a conductance above zero", float(values.min()))
        loads = [heat(columns, count) for heat in self.heats]
        loads += [
            valued(film.h, columns, count) * (valued(film.ambient, columns, count) - reference) for film in self.films
        ]
        lifts = [valued(each, columns, count) - reference for each in self.fixed]
        return Factors(_columns(conductances, count), _columns(loads, count), _columns(lifts, count), reference)


def valued(quantity: Quantity, columns: Columns, count: int) -> FloatArray:
    """Return the (n,) values of a quantity."""
    return columns[quantity] if isinstance(quantity, str) else np.full(count, quantity)


def _columns(rows: list[FloatArray], count: int) -> FloatArray:
    return np.array(rows).reshape(len(rows), count).T
