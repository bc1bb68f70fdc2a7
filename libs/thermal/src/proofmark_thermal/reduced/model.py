"""A reduced steady model: temperatures of many parameter vectors at once, each with its bound. It needs numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.reduced.archive import packed, unpacked
from proofmark_thermal.reduced.coefficients import Coefficients, Factor, Warming
from proofmark_thermal.reduced.readouts import Box, Maximum, Reading
from proofmark_thermal.reduced.system import ReducedSystem
from proofmark_thermal.reduced.temperatures import Bounded, Temperatures, greatest, joined

BLOCK = 512
"""Vectors that are computed at once, always as many: what a vector gets does not depend on what stands beside it."""
KIND = "proofmark thermal steady 1"


@dataclass(frozen=True, eq=False)
class ReducedModel:
    """Made by `reduce_steady`."""

    coefficients: Coefficients
    ranges: Mapping[str, tuple[float, float]]
    """That it was trained on."""
    system: ReducedSystem
    box: Box
    regions: Mapping[str, Maximum]
    probes: Mapping[str, Reading]
    junctions: Mapping[str, tuple[Reading, Factor]]
    """With the rise of the junction over the mean of its faces."""
    unknowns: int
    """Of the full model."""

    def evaluate(self, parameters: Mapping[str, FloatArray]) -> Temperatures:
        """Return the temperatures of parameter vectors.

        Parameters
        ----------
        parameters : (n,) each
            SI and K, by name.

        Raises
        ------
        BadVectors
            A parameter is missing or unknown, or lengths differ.
        OutOfRange
            A conductance is not positive.
        """
        given = self.coefficients.checked(parameters)
        count = len(next(iter(given.values())))
        blocks = [self._block(given, start, min(start + BLOCK, count)) for start in range(0, max(count, 1), BLOCK)]
        return joined(blocks)

    def to_bytes(self) -> bytes:
        """Return the model as bytes; equal models give equal bytes."""
        return packed(KIND, self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "ReducedModel":
        """Return the model of bytes.

        Raises
        ------
        BadBytes
            They are none.
        """
        parts = (cls, Coefficients, Factor, Warming, ReducedSystem, Box, Maximum, Reading)
        found: ReducedModel = unpacked(KIND, data, parts)
        return found

    def _block(self, given: Mapping[str, FloatArray], start: int, end: int) -> Temperatures:
        padded = {name: np.full(BLOCK, float(self.ranges[name][0])) for name in given}
        for name, values in given.items():
            padded[name][: end - start] = values[start:end]
        factors = self.coefficients.factors(padded)
        coordinates = self.system.solve(factors)
        errors = self.system.error(factors, coordinates)
        inside = self.box.holds(coordinates)

        def bounded(values: FloatArray, bounds: FloatArray) -> Bounded:
            return Bounded((values + factors.reference_k)[: end - start], bounds[: end - start])

        regions, probes, junctions = {}, {}, {}
        for name, maximum in self.regions.items():
            values, bounds = maximum(coordinates, errors)
            regions[name] = bounded(values, np.where(inside, bounds, np.inf))
        for name, probe in self.probes.items():
            probes[name] = bounded(*probe(coordinates, errors))
        for name, (mean, over) in self.junctions.items():
            values, bounds = mean(coordinates, errors)
            junctions[name] = bounded(values + over(padded, BLOCK), bounds)
        return Temperatures(greatest([*regions.values(), *junctions.values()]), regions, probes, junctions)
