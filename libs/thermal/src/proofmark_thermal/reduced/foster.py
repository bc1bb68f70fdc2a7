"""Foster networks: how one place answers one heat at parameters that stay as they are.

A Foster network cannot follow conductances that change, such as a controlled fan's; `ReducedTransient` can. Between
places that are not the same, and by truncation, resistances may be negative: such a network is right as a formula, but
no passive circuit.

References
----------
Szekely & Van Bien (1988), Solid-State Electronics 31: thermal responses as Foster networks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import OutOfRange, UnknownName
from proofmark_thermal.reduced.transient_model import ReducedTransient


@dataclass(frozen=True, eq=False)
class Foster:
    """A step of one unit of heat raises the place by direct + sum_i resistances_i (1 - exp(-t / times_i))."""

    resistances: FloatArray
    """(m,) K/W, or K by the unit of the parameter; slowest first."""
    times_s: FloatArray
    """(m,)"""
    direct: float
    """At once: of a lumped junction."""

    @property
    def negative(self) -> FloatArray:
        """The resistances below zero, which no passive network has."""
        return self.resistances[self.resistances < 0]

    def __call__(self, times_s: FloatArray) -> FloatArray:
        """Return the rise at (t,) times after the step."""
        return np.asarray(self.direct - np.expm1(-times_s[:, None] / self.times_s) @ self.resistances)


def foster(model: ReducedTransient, parameters: Mapping[str, float], heat: str, place: str) -> Foster:
    """Return the network from a heat to a place.

    Parameters
    ----------
    heat
        A parameter that drives power or flux.
    place
        A probe, a junction's source, or a region, which stands for its node that this heat makes the hottest.

    Raises
    ------
    UnknownName
        There is no such heat or place.
    OutOfRange
        Heat cannot leave, so that no resistance is finite.
    """
    columns = model.coefficients.checked({name: np.array([value]) for name, value in parameters.items()})
    factors = model.coefficients.factors(columns)
    lifts = model.capacity.shape[1] - len(model.capacity)
    stiffness = np.tensordot(factors.conductances[0], model.operators[:, :, lifts:], 1)
    lower = np.linalg.cholesky(model.capacity[:, lifts:])
    inverse = np.linalg.inv(lower)
    rates, vectors = np.linalg.eigh(inverse @ stiffness @ inverse.T)
    if not rates[0] > 0:
        raise OutOfRange("slowest rate of the body", "a rate above zero, as heat can leave", float(rates[0]))
    modes = inverse.T @ vectors
    known = [str(factor.quantity) for factor in model.coefficients.heats if isinstance(factor.quantity, str)]
    if heat not in known:
        raise UnknownName("Foster network", "heat", known, heat)
    entering = sum(
        factor.scale * load
        for factor, load in zip(model.coefficients.heats, model.loads, strict=False)
        if factor.quantity == heat
    )
    answers = modes.T @ entering / rates
    row, direct = _row(model, place, heat, modes @ answers, lifts)
    return Foster((row[lifts:] @ modes) * answers, 1 / rates, direct)


def _row(model: ReducedTransient, place: str, heat: str, steady: FloatArray, lifts: int) -> tuple[FloatArray, float]:
    """The weights of a place, and what a junction adds at once."""
    if place in model.probes:
        return model.probes[place], 0.0
    if place in model.junctions:
        row, over = model.junctions[place]
        return row, over.scale if over.quantity == heat else 0.0
    if place not in model.regions:
        raise UnknownName("Foster network", "place", [*model.probes, *model.junctions, *model.regions], place)
    rows = model.regions[place]
    return rows[(rows[:, lifts:] @ steady).argmax()], 0.0
