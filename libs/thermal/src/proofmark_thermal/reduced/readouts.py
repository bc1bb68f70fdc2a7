"""What is read off reduced rises: weighted means, and maxima over many nodes by a few that are watched.

No error is larger than what the system's `error` says times the root of the place.
"""

from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Reading:
    """A probe, or the mean of a junction's faces."""

    weights: FloatArray
    """(l + m,)"""
    root: float
    """sqrt(K/W)"""

    def __call__(self, coordinates: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (n,) rises and their bounds, K."""
        return coordinates @ self.weights, self.root * errors


@dataclass(frozen=True, eq=False)
class Maximum:
    """Over nodes, by watching some of them that stand for cells of others."""

    weights: FloatArray
    """(c, l + m) of the watched nodes."""
    roots: FloatArray
    """(c,) sqrt(K/W)"""
    excesses: FloatArray
    """(c,) K that reduced rises of the cell may exceed the watched node's by; minus infinity where it is alone."""
    cell_roots: FloatArray
    """(c,) the greatest in the cell, sqrt(K/W)."""

    def __call__(self, coordinates: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (n,) greatest rises and their bounds, K."""
        rises = coordinates @ self.weights.T
        hottest = rises.argmax(axis=1)
        greatest = rises[np.arange(len(rises)), hottest]
        own = self.roots * errors[:, None]
        above = (rises + np.maximum(own, self.excesses + self.cell_roots * errors[:, None])).max(axis=1)
        return greatest, np.maximum(above - greatest, self.roots[hottest] * errors)


@dataclass(frozen=True, eq=False)
class Box:
    """Of the coordinates for which the excesses hold."""

    directions: FloatArray
    """(l + m, d) of the box's axes."""
    low: FloatArray
    high: FloatArray

    def holds(self, coordinates: FloatArray) -> BoolArray:
        """Whether (n, l + m) coordinates lie inside."""
        along = coordinates @ self.directions
        return np.asarray(((along >= self.low) & (along <= self.high)).all(axis=1))
