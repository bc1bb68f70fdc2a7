"""Temperatures of parameter vectors, with bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Bounded:
    """Temperatures that differ from the full model's, on the same mesh, by no more than the bounds."""

    values: FloatArray
    """(n,) K"""
    bounds: FloatArray
    """(n,) K; infinite where nothing is known, zero for full solutions."""

    def undecided(self, limit_k: float) -> BoolArray:
        """Return the (n,) truth of whether the bound leaves open on which side of a limit the temperature is."""
        return np.asarray((np.abs(self.values - limit_k) <= self.bounds) & (self.bounds > 0))


@dataclass(frozen=True, eq=False)
class Temperatures:
    """Of parameter vectors."""

    hottest: Bounded
    """Over regions and junctions."""
    regions: Mapping[str, Bounded]
    probes: Mapping[str, Bounded]
    junctions: Mapping[str, Bounded]


def greatest(parts: Sequence[Bounded]) -> Bounded:
    """Return the greatest of temperatures, with the bound that their bounds make."""
    values = np.max([part.values for part in parts], axis=0)
    above = np.max([part.values + part.bounds for part in parts], axis=0) - values
    below = values - np.max([part.values - part.bounds for part in parts], axis=0)
    return Bounded(values, np.maximum(above, below))


def joined(blocks: Sequence[Temperatures]) -> Temperatures:
    """Return the temperatures of blocks of vectors as one."""

    def one(parts: Sequence[Bounded]) -> Bounded:
        values, bounds = [part.values for part in parts], [part.bounds for part in parts]
        return Bounded(np.concatenate(values), np.concatenate(bounds))

    first = blocks[0]
    return Temperatures(
        one([each.hottest for each in blocks]),
        {name: one([each.regions[name] for each in blocks]) for name in first.regions},
        {name: one([each.probes[name] for each in blocks]) for name in first.probes},
        {name: one([each.junctions[name] for each in blocks]) for name in first.junctions},
    )
