"""Which nodes are watched, so that none can be hotter unseen.

Each watched node stands for a cell of nodes. For a node x of the cell of r, T(x) <= T_r + the greatest difference of
their reduced rises in the box of coordinates + the bound of x; only T_r is evaluated. Cells far below the hottest node
may be large; near it they are divided until they add no more to the bound than is allowed.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import eigh

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.greedy import green
from proofmark_thermal.reduced.readouts import Box, Maximum
from proofmark_thermal.reduced.sketch import Sketch

MOST_WATCHED = 96
MOST_EXACT = 24
"""Of each region: nodes whose root is computed instead of sketched."""
_CHUNK = 256
_WIDER = 0.3
"""Of its width, that the box reaches beyond the training vectors on either side."""
_LEAST = 1e-12
"""Of the mean square of coordinates: what counts as variance."""
_ROUNDING = 1e-3
"""Of a deviation, that the box reaches farther still."""


@dataclass(frozen=True, eq=False)
class Trained:
    """What a basis came to at the training vectors."""

    matrix: FloatArray
    """(n, l + m)"""
    coordinates: FloatArray
    """(t, l + m)"""
    errors: FloatArray
    """(t,)"""
    sketch: Sketch

    @cached_property
    def box(self) -> Box:
        """Along the principal axes of the coordinates."""
        mean = self.coordinates.mean(axis=0)
        apart = self.coordinates - mean
        variances, axes = eigh(apart.T @ apart / len(apart))
        floor = _LEAST * (mean @ mean + np.sum(variances)) or 1.0
        directions = axes / np.sqrt(np.maximum(variances, floor))
        along = self.coordinates @ directions
        margin = _WIDER * np.ptp(along, axis=0) + _ROUNDING
        return Box(directions, along.min(axis=0) - margin, along.max(axis=0) + margin)

    @cached_property
    def in_box(self) -> tuple[FloatArray, FloatArray]:
        """(n,) rises in the middle of the box, and (n, d) by which its half widths change them."""
        along = self.matrix @ np.linalg.inv(self.box.directions).T
        return along @ ((self.box.high + self.box.low) / 2), along * ((self.box.high - self.box.low) / 2)


def maximum(full: FullSolver, trained: Trained, nodes: IntArray, slack_k: float) -> Maximum:
    """Return the maximum over nodes, with as many cells as it takes to add no more than a slack to the bound."""
    rows = trained.matrix[nodes]
    hot, hottest = _hottest(rows, trained.coordinates)
    usual = float(np.quantile(trained.errors, 0.99))
    roots = trained.sketch.roots(nodes)
    middle, half = (each[nodes] for each in trained.in_box)
    level, excess, cell = np.full(len(nodes), np.inf), np.zeros(len(nodes)), np.zeros(len(nodes), dtype=np.int64)
    watched, gaps = [hot], []
    allowed = slack_k + usual * _root(full, int(nodes[hot]))
    while True:
        new = watched[-1]
        gaps.append(float((trained.coordinates @ rows[new] - hottest).max()))
        difference = middle - middle[new] + np.abs(half - half[new]).sum(axis=1)
        closer = gaps[-1] + difference < level
        level[closer], excess[closer], cell[closer] = gaps[-1] + difference[closer], difference[closer], len(gaps) - 1
        cell[new] = len(gaps) - 1
        reach = level + usual * roots
        reach[watched] = -np.inf
        if reach.max() <= allowed or len(watched) == MOST_WATCHED:
            break
        watched.append(int(reach.argmax()))
    own = roots[watched]
    for place in np.argsort(-np.array(gaps), kind="stable")[:MOST_EXACT]:
        own[place] = _root(full, int(nodes[watched[place]]))
    others = np.setdiff1d(np.arange(len(nodes)), watched)
    excesses, greatest = np.full(len(watched), -np.inf), np.zeros(len(watched))
    np.maximum.at(excesses, cell[others], excess[others])
    np.maximum.at(greatest, cell[others], roots[others])
    return Maximum(rows[watched], own, excesses, greatest)


def _root(full: FullSolver, node: int) -> float:
    return float(np.sqrt(green(full, node)[node]))


def _hottest(rows: FloatArray, coordinates: FloatArray) -> tuple[int, FloatArray]:
    """Return the row that is greatest most often, and the greatest of each training vector."""
    places, greatest = [], []
    for start in range(0, len(coordinates), _CHUNK):
        rises = rows @ coordinates[start : start + _CHUNK].T
        places.append(rises.argmax(axis=0))
        greatest.append(rises.max(axis=0))
    return int(np.bincount(np.concatenate(places)).argmax()), np.concatenate(greatest)
