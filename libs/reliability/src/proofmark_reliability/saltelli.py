"""Saltelli's plan: what Sobol indices are estimated from.

Of two independent points a and b, a group of runs changes one coordinate at a time: a; a with each coordinate of b in
turn; for indices of second order also b with each coordinate of a in turn; b. With d parameters that makes d + 2 or
2d + 2 runs, N times. The N pairs (a, b) are one scrambled Sobol net in 2d dimensions, which is balanced only if N is a
power of two.

Runs of a group share coordinates: a plan says how much each parameter matters, not how often the design fails.
"""

from dataclasses import dataclass

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import NotASaltelliPlan, TooManyDimensions
from proofmark_reliability.nets import SOBOL_DIMENSIONS, sobol


@dataclass(frozen=True)
class Plan:
    """The shape of a Saltelli plan."""

    groups: int
    """N"""
    dimensions: int
    second_order: bool

    @property
    def group(self) -> int:
        """Runs in a group."""
        return 2 * self.dimensions + 2 if self.second_order else self.dimensions + 2

    @property
    def samples(self) -> int:
        return self.groups * self.group


def plan(samples: int, dimensions: int) -> Plan:
    """Return the plan of so many samples. There is at most one: 2d + 2 is between one and two times d + 2.

    Raises
    ------
    NotASaltelliPlan
        Samples are not N·(d + 2) nor N·(2d + 2) with N a power of two.
    """
    sizes = [Plan(1 << power, dimensions, second) for power in range(1, 64) for second in (False, True)]
    for size in sizes:
        if size.samples == samples:
            return size
    below = [size.samples for size in sizes if size.samples < samples]
    above = min(size.samples for size in sizes if size.samples > samples)
    raise NotASaltelliPlan(dimensions, (*below[-1:], above), samples)


def saltelli(seed: int, batch: int, samples: int, dimensions: int, first: int, count: int) -> FloatArray:
    """Return part of a Saltelli plan in the order that SALib's `analyze.sobol` reads; see `designs.uniforms`.

    Raises
    ------
    NotASaltelliPlan, TooManyDimensions

    References
    ----------
    Saltelli (2002), Computer Physics Communications 145(2).
    """
    shape = plan(samples, dimensions)
    if 2 * dimensions > SOBOL_DIMENSIONS:
        raise TooManyDimensions("saltelli", SOBOL_DIMENSIONS // 2, dimensions)
    pairs = sobol(seed, batch, (shape.groups,), 2 * dimensions, 0, shape.groups)
    return arranged(pairs[:, :dimensions], pairs[:, dimensions:], shape)[first : first + count]


def arranged(a: FloatArray, b: FloatArray, shape: Plan) -> FloatArray:
    """Return the runs of a plan made from pairs.

    Parameters
    ----------
    a, b : (groups, d) float arrays

    Returns
    -------
    (samples, d) float array
    """
    role = np.arange(shape.group)
    changes = (role > 0) & (role < shape.group - 1)
    changed = changes[:, np.newaxis] & ((role - 1) % shape.dimensions == np.arange(shape.dimensions)[:, np.newaxis]).T
    from_b = changed ^ (role > shape.dimensions)[:, np.newaxis]
    return np.where(from_b, b[:, np.newaxis], a[:, np.newaxis]).reshape(shape.samples, shape.dimensions)


def is_arranged(values: FloatArray, shape: Plan) -> bool:
    """Whether runs are those of a plan, in its order: whatever the laws of their parameters, if these are independent.

    Parameters
    ----------
    values : (samples, d) float array
    """
    return np.array_equal(values, arranged(values[:: shape.group], values[shape.group - 1 :: shape.group], shape))
