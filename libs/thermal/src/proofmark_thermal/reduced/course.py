"""A reduced course: the highest temperatures over a time that many parameter vectors are followed through, schedules
and all. It needs numpy only.

Its temperatures are estimates. The error that is told beside them is the worst that was seen when it was made, of the
shapes against full courses and of the steps against halved ones; nothing proves that no vector has a larger one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.reduced.archive import packed, unpacked
from proofmark_thermal.reduced.coefficients import Coefficients, Factor, Quantity, Warming, valued
from proofmark_thermal.reduced.errors import BadVectors
from proofmark_thermal.reduced.temperatures import Bounded, Temperatures, joined
from proofmark_thermal.reduced.transient_model import Moment, ReducedTransient

BLOCK = 512
"""Vectors that are followed at once, always as many: what a vector gets does not depend on what stands beside it."""
KIND = "proofmark thermal course 1"


@dataclass(frozen=True)
class Scheduled:
    """A number of the heat balance against time, piecewise linear; it jumps where a time stands twice."""

    times_s: tuple[float, ...]
    values: tuple[Quantity, ...]

    def means(self, edges_s: FloatArray, knots: FloatArray) -> FloatArray:
        """Return the (t, n) means over the t steps between edges, of (k, n) values at the knots."""
        start, end = edges_s[:-1], edges_s[1:]
        shares = np.zeros((len(start), len(self.times_s)))
        shares[:, 0] += np.maximum(np.minimum(end, self.times_s[0]) - start, 0)
        shares[:, -1] += np.maximum(end - np.maximum(start, self.times_s[-1]), 0)
        for number, (before, after) in enumerate(pairwise(self.times_s)):
            if before < after:
                low, high = np.maximum(start, before), np.minimum(end, after)
                width, middle = np.maximum(high - low, 0), ((low + high) / 2 - before) / (after - before)
                shares[:, number] += width * (1 - middle)
                shares[:, number + 1] += width * middle
        return np.asarray(shares @ knots / (end - start)[:, None])


@dataclass(frozen=True, eq=False)
class ReducedCourse:
    """Made by `reduce_course`."""

    model: ReducedTransient
    ranges: Mapping[str, tuple[float, float]]
    """That it was trained on, of each parameter."""
    schedules: Mapping[str, Scheduled]
    """Of the model's parameters that are not the course's own."""
    duration_s: float
    steps: int
    error_estimate_k: float

    def evaluate(self, parameters: Mapping[str, FloatArray]) -> Temperatures:
        """Return the highest temperatures of parameter vectors, each with the estimated error as its bound.

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
        shapes = {np.shape(values) for values in parameters.values()}
        if parameters.keys() != self.ranges.keys() or len(shapes) != 1:
            raise BadVectors("parameters, of one length", list(self.ranges), sorted(parameters))
        ((count,),) = shapes
        starts = range(0, max(count, 1), BLOCK)
        return joined([self._block(parameters, start, min(start + BLOCK, count)) for start in starts])

    def to_bytes(self) -> bytes:
        """Return the course as bytes; equal courses give equal bytes."""
        return packed(KIND, self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "ReducedCourse":
        """Return the course of bytes.

        Raises
        ------
        BadBytes
            They are none.
        """
        parts = (cls, ReducedTransient, Scheduled, Coefficients, Factor, Warming)
        found: ReducedCourse = unpacked(KIND, data, parts)
        return found

    def _block(self, parameters: Mapping[str, FloatArray], start: int, end: int) -> Temperatures:
        padded = {name: np.full(BLOCK, low) for name, (low, _) in self.ranges.items()}
        for name, values in parameters.items():
            padded[name][: end - start] = values[start:end]
        highest = self._followed(padded)

        def told(values: FloatArray) -> Bounded:
            return Bounded(values[: end - start], np.full(end - start, self.error_estimate_k))

        return Temperatures(
            told(highest.hottest),
            {name: told(values) for name, values in highest.regions.items()},
            {name: told(values) for name, values in highest.probes.items()},
            {name: told(values) for name, values in highest.junctions.items()},
        )

    def _followed(self, padded: Mapping[str, FloatArray]) -> Moment:
        """Go through all steps, and keep the highest of each temperature."""
        edges = np.linspace(0, self.duration_s, self.steps + 1)
        driven = {
            name: each.means(edges, np.array([valued(value, padded, BLOCK) for value in each.values]))
            for name, each in self.schedules.items()
        }
        first = {name: driven[name][0] if name in driven else padded[name] for name in self.model.ranges}
        conductances = {factor.quantity for factor in self.model.coefficients.conductances}
        run = self.model.begin(first, self.duration_s / self.steps, [name for name in driven if name in conductances])
        highest = run.temperatures()
        for step in range(self.steps):
            run.step({name: values[step] for name, values in driven.items()} if step else None)
            highest = _higher(highest, run.temperatures())
        return highest


def _higher(one: Moment, other: Moment) -> Moment:
    return Moment(
        np.maximum(one.hottest, other.hottest),
        {name: np.maximum(values, other.regions[name]) for name, values in one.regions.items()},
        {name: np.maximum(values, other.probes[name]) for name, values in one.probes.items()},
        {name: np.maximum(values, other.junctions[name]) for name, values in one.junctions.items()},
    )
