"""Numbers that may depend on temperature or on time: constant, tabulated, scheduled.

Tables and schedules are piecewise linear and constant beyond their ends. Two knots of a schedule may share a time: the
value jumps there, and is the later one from then on.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import BadTable


@dataclass(frozen=True)
class Table:
    """Values against a temperature, or against a difference of temperatures where that is said."""

    at_k: tuple[float, ...]
    """Ascending."""
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        _check("table", self.at_k, self.values, strictly=True)

    def __call__(self, temperature_k: FloatArray) -> FloatArray:
        return np.interp(temperature_k, self.at_k, self.values)

    def slope(self, temperature_k: FloatArray) -> FloatArray:
        """The derivative, zero beyond the ends."""
        slopes = np.concatenate(([0.0], np.diff(self.values) / np.diff(self.at_k), [0.0]))
        return np.asarray(slopes[np.searchsorted(self.at_k, temperature_k, side="right")])


@dataclass(frozen=True)
class Schedule:
    """Values against time."""

    times_s: tuple[float, ...]
    """Ascending; a time that stands twice is a jump."""
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        _check("schedule", self.times_s, self.values, strictly=False)

    def __call__(self, time_s: float) -> float:
        later = int(np.searchsorted(self.times_s, time_s, side="right"))
        if later in (0, len(self.times_s)):
            return self.values[max(later - 1, 0)]
        start, end = self.times_s[later - 1], self.times_s[later]
        share = (time_s - start) / (end - start)
        return (1 - share) * self.values[later - 1] + share * self.values[later]


OfTemperature: TypeAlias = float | Table
OfTime: TypeAlias = float | Schedule
Value: TypeAlias = float | Table | Schedule


def extremes(value: Value) -> tuple[float, float]:
    """Return the least and the greatest that a value can be."""
    values = (value,) if isinstance(value, int | float) else value.values
    return min(values), max(values)


def _check(what: str, at: tuple[float, ...], values: tuple[float, ...], *, strictly: bool) -> None:
    if len(at) != len(values) or len(at) < 2:
        raise BadTable(what, "two or more knots with a value each", f"{len(at)} knots and {len(values)} values")
    steps = np.diff(at)
    if not np.isfinite([*at, *values]).all():
        raise BadTable(what, "finite numbers", "one that is not")
    if (steps <= 0).any() if strictly else (steps < 0).any():
        raise BadTable(what, "ascending knots", ", ".join(f"{knot:g}" for knot in at))


def negative(value: OfTime) -> OfTime:
    """Return a value with its sign changed."""
    if isinstance(value, Schedule):
        return Schedule(value.times_s, tuple(-each for each in value.values))
    return -value
