"""The heat of a body on a few shapes, with conductances and heat that change while it runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import sqrt
from typing import ClassVar

import numpy as np

from proofmark_cosim.component import Component, FloatArray, Given, Moment, Number, Port, Quantity, Values, number
from proofmark_cosim.factorisation import factorised
from proofmark_cosim.graph import Node, constant, lifted, maximum, total, where

GAMMA = 1 - sqrt(0.5)
"""Share of the period that each stage is implicit in."""
NEAR = 1e-9
"""Of a range: what lies beyond its end by less is rounding."""
HOTTEST = "t_max"


@dataclass(frozen=True)
class Factor:
    """A number in the heat balance: scale x of, or scale / of."""

    of: float | str
    """Itself, or the name of an input or a parameter."""
    scale: float = 1.0
    inverse: bool = False
    rise: bool = False
    """A temperature of which the rise over the initial one counts."""


@dataclass(frozen=True, eq=False)
class Term:
    """A product of factors by weights of the shapes."""

    factors: tuple[Factor, ...]
    weights: FloatArray
    """(m, m) of a conductance, (m,) of a load."""


@dataclass(frozen=True, eq=False)
class Readout:
    """A temperature: the greatest over some places, and what lies over it."""

    shapes: FloatArray
    """(c, m)"""
    fixed: FloatArray
    """(c, l) of the fixed temperatures."""
    over: Factor | None = None
    """K"""


@dataclass(frozen=True)
class Driven:
    """An input: a number of the heat balance that changes while it runs."""

    unit: str
    low: float
    high: float
    """What the shapes were chosen for: beyond, the plant gives no number."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ReducedHeat(Component):
    """dx/dt = f - K x over shapes whose capacity is one, x = 0 where all is at the initial temperature.

    K and f are sums of factors by weights; inputs stand still within a period. Each period is a step of the two-stage
    SDIRK method of Alexander, of second order and L-stable, both stages with one symmetric matrix.

    Alexander (1977), SIAM J. Numer. Anal. 14.
    """

    kind: ClassVar[str] = "thermal"

    initial: Number = number("K", low=0)
    held: Mapping[str, Quantity] = field(default_factory=dict)
    """Numbers of the heat balance that stay as they are in a run."""
    driven: Mapping[str, Driven] = field(default_factory=dict)
    conductances: tuple[Term, ...] = ()
    loads: tuple[Term, ...] = ()
    fixed: tuple[Factor, ...] = ()
    """Temperatures of places that have no heat balance."""
    follows: FloatArray
    """(m, l) what a jump of a fixed temperature does to the shapes at once."""
    regions: Mapping[str, Readout]
    probes: Mapping[str, Readout] = field(default_factory=dict)
    junctions: Mapping[str, Readout] = field(default_factory=dict)

    @property
    def shapes(self) -> int:
        """m"""
        return len(self.follows)

    def numbers(self) -> dict[str, Quantity]:
        return super().numbers() | dict(self.held)

    def inputs(self) -> tuple[Port, ...]:
        return tuple(Port(name, one.unit) for name, one in self.driven.items())

    def outputs(self) -> tuple[Port, ...]:
        """The hottest of all, of each region, the probes by their names, and the junctions."""
        return tuple(Port(name, "K") for name in (HOTTEST, *self._readouts()))

    def prepare(self, given: Given) -> dict[str, FloatArray]:
        """The matrix (1 + step K) and the load, but for what changes."""
        m, implicit = self.shapes, GAMMA * given.period_s
        matrix = np.tile(np.eye(m), (given.vectors, 1, 1))
        for term in self._still(self.conductances):
            matrix += implicit * self._column(term.factors, given)[:, None, None] * term.weights
        load = np.zeros((given.vectors, m))
        for term in self._still(self.loads):
            load += self._column(term.factors, given)[:, None] * term.weights
        found = {f"matrix_{i}_{j}": matrix[:, i, j] for i in range(m) for j in range(i + 1)}
        return found | {f"load_{i}": load[:, i] for i in range(m)}

    def start(self, _: Values) -> dict[str, Node]:
        states = (*(f"x{i}" for i in range(self.shapes)), *(f"fixed{i}" for i in range(len(self.fixed))))
        return dict.fromkeys(states, constant(0.0))

    def observe(self, now: Moment) -> dict[str, Node]:
        x = [now.x[f"x{i}"] for i in range(self.shapes)]
        fixed = [now.x[f"fixed{i}"] for i in range(len(self.fixed))]
        found = {}
        for name, readout in self._readouts().items():
            places = zip(readout.shapes, readout.fixed, strict=True)
            rises = [_sum([*_products(row, x), *_products(share, fixed)]) for row, share in places]
            over = constant(0.0) if readout.over is None else self._value(readout.over, now)
            found[name] = now.p["initial"] + reduce(maximum, rises) + over
        hottest = [found[name] for name in self._readouts() if name not in self.probes]
        return {HOTTEST: reduce(maximum, hottest), **found}

    def advance(self, now: Moment) -> dict[str, Node]:
        m, implicit = self.shapes, GAMMA * now.period_s
        fixed = [self._value(each, now) for each in self.fixed]
        jumps = [value - now.x[f"fixed{i}"] for i, value in enumerate(fixed)]
        x = [_sum([now.x[f"x{i}"], *_products(self.follows[i], jumps)]) for i in range(m)]
        changing = [(self._product(term.factors, now), term.weights) for term in self._moving(self.conductances)]
        rows = [
            [
                _sum([now.p[f"matrix_{i}_{j}"], *(value * float(implicit * w[i, j]) for value, w in changing)])
                for j in range(i + 1)
            ]
            for i in range(m)
        ]
        brought = [(self._product(term.factors, now), term.weights) for term in self._moving(self.loads)]
        heat = [_sum([now.p[f"load_{i}"], *(value * float(w[i]) for value, w in brought)]) * implicit for i in range(m)]
        solve = factorised(rows)
        first = solve([x[i] + heat[i] for i in range(m)])
        ahead = [x[i] + (1 - GAMMA) / GAMMA * (first[i] - x[i]) for i in range(m)]
        last = solve([ahead[i] + heat[i] for i in range(m)])
        moved = {f"x{i}": value for i, value in enumerate(last)}
        if moved:  # one that is no number leaves none in any temperature
            moved["x0"] = where(self._known(now), last[0], float("nan"))
        return moved | {f"fixed{i}": value for i, value in enumerate(fixed)}

    def _known(self, now: Moment) -> Node:
        """Whether every input is in its range."""
        slack = {name: NEAR * (one.high - one.low) for name, one in self.driven.items()}
        tests = [now.u[name] >= one.low - slack[name] for name, one in self.driven.items()]
        tests += [now.u[name] <= one.high + slack[name] for name, one in self.driven.items()]
        return reduce(lambda a, b: a & b, tests, lifted(True))

    def _readouts(self) -> dict[str, Readout]:
        return {
            **{f"{HOTTEST}_{name}": each for name, each in self.regions.items()},
            **{f"t_junction_{name}": each for name, each in self.junctions.items()},
            **self.probes,
        }

    def _moving(self, terms: Iterable[Term]) -> Iterator[Term]:
        return (term for term in terms if any(factor.of in self.driven for factor in term.factors))

    def _still(self, terms: Iterable[Term]) -> Iterator[Term]:
        return (term for term in terms if not any(factor.of in self.driven for factor in term.factors))

    def _product(self, factors: Sequence[Factor], now: Moment) -> Node:
        return reduce(lambda a, b: a * b, [self._value(factor, now) for factor in factors])

    def _value(self, factor: Factor, now: Moment) -> Node:
        known = {**{name: now.p[name] for name in self.held}, **now.u}
        of = known[factor.of] if isinstance(factor.of, str) else constant(factor.of)
        if factor.rise:
            of = of - now.p["initial"]
        return factor.scale / of if factor.inverse else of * factor.scale

    def _column(self, factors: Sequence[Factor], given: Given) -> FloatArray:
        found = np.ones(given.vectors)
        for factor in factors:
            of = given.p[factor.of] if isinstance(factor.of, str) else np.full(given.vectors, factor.of)
            if factor.rise:
                of = of - given.p["initial"]
            found *= factor.scale / of if factor.inverse else of * factor.scale
        return found


def _products(weights: FloatArray, nodes: Sequence[Node]) -> list[Node]:
    return [node * float(weight) for weight, node in zip(weights, nodes, strict=True)]


def _sum(nodes: Sequence[Node]) -> Node:
    return total(nodes) if nodes else constant(0.0)
