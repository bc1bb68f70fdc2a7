"""Meshes of simplices: points, cells with a region each, outer facets with a patch each.

A patch is one geometric face: planar or smooth, of one region. Several patches may share a name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import factorial

import numpy as np

from proofmark_thermal.arrays import BoolArray, FloatArray, IntArray
from proofmark_thermal.shapes import Solid, Symmetry


@dataclass(frozen=True)
class Patch:
    """One geometric face."""

    name: str
    region: str
    onto: Callable[[FloatArray], FloatArray] | None = None
    """Where the face is curved: moves (n, d) points onto it."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Simplices that fill a body."""

    points: FloatArray
    """(n, d) m"""
    cells: IntArray
    """(m, d + 1) points; facing as d-volumes above zero or below."""
    regions: tuple[str, ...]
    cell_region: IntArray
    """(m,) index into regions"""
    facets: IntArray
    """(b, d) points of the outer facets."""
    patches: tuple[Patch, ...]
    facet_patch: IntArray
    """(b,) index into patches"""
    symmetry: Symmetry = field(default_factory=Solid)
    middles: tuple[IntArray, FloatArray] | None = None
    """Where edges are bent and patches do not say how: (e, 2) their ends and (e, d) their middles, m."""
    again: "Callable[[Mesh, BoolArray], Mesh] | None" = None
    """Makes the mesh anew, finer in the (m,) cells chosen; without it, cells are cut."""

    @property
    def dimension(self) -> int:
        return int(self.points.shape[1])

    @cached_property
    def volumes(self) -> FloatArray:
        """(m,) lengths, areas or volumes of the cells."""
        return measures(self.points[self.cells])

    @cached_property
    def sides(self) -> "Sides":
        return sides(self.cells)


@dataclass(frozen=True, eq=False)
class Sides:
    """The facets of cells, each once."""

    corners: IntArray
    """(f, d) sorted points."""
    first: IntArray
    """(f,) a cell that has it."""
    second: IntArray
    """(f,) the other one; -1 outside."""

    @cached_property
    def outer(self) -> IntArray:
        """Those that one cell has alone."""
        return np.flatnonzero(self.second < 0)


def measures(corners: FloatArray) -> FloatArray:
    """Return the (m,) lengths, areas or volumes of (m, s + 1, d) simplices; one for a point."""
    spans = corners[:, 1:] - corners[:, :1]
    size = spans.shape[1]
    if size == 0:
        return np.ones(len(corners))
    if size == spans.shape[2]:
        return np.asarray(np.abs(np.linalg.det(spans)) / factorial(size))
    gram = spans @ spans.transpose(0, 2, 1)
    return np.asarray(np.sqrt(np.maximum(np.linalg.det(gram), 0)) / factorial(size))


def sides(cells: IntArray) -> Sides:
    """Return the facets of (m, d + 1) cells."""
    count, corners = cells.shape
    ordered = np.sort(cells, axis=1)
    listed = np.concatenate([np.delete(ordered, left_out, axis=1) for left_out in range(corners)])
    owner = np.tile(np.arange(count), corners)
    order = np.lexsort(listed.T[::-1])
    listed, owner = listed[order], owner[order]
    same = (listed[1:] == listed[:-1]).all(axis=1)
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    paired = np.concatenate([same, [False]])[starts]
    second = np.full(len(starts), -1)
    second[paired] = owner[starts[paired] + 1]
    return Sides(listed[starts], owner[starts], second)


def rows_in(rows: IntArray, among: IntArray) -> IntArray:
    """Return where each of (n, c) rows stands in (m, c) rows, -1 where it does not; rows of distinct sorted numbers."""
    both = np.concatenate([among, rows])
    order = np.lexsort(both.T[::-1])
    fresh = np.concatenate([[True], (both[order][1:] != both[order][:-1]).any(axis=1)])
    label = np.empty(len(both), dtype=np.int64)
    label[order] = np.cumsum(fresh) - 1
    place = np.full(label.max(initial=-1) + 1, -1)
    place[label[: len(among)]] = np.arange(len(among))
    return place[label[len(among) :]]


def outward(mesh: Mesh) -> FloatArray:
    """Return the (b, d) unit normals of the outer facets, pointing out of the body."""
    found = rows_in(np.sort(mesh.facets, axis=1), mesh.sides.corners)
    inside = mesh.points[mesh.cells[mesh.sides.first[found]]].mean(axis=1)
    corners = mesh.points[mesh.facets]
    spans = corners[:, 1:] - corners[:, :1]
    match mesh.dimension:
        case 1:
            normals = np.ones((len(corners), 1))
        case 2:
            normals = np.column_stack([spans[:, 0, 1], -spans[:, 0, 0]])
        case _:
            normals = np.cross(spans[:, 0], spans[:, 1])
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    away = np.einsum("bd,bd->b", normals, corners.mean(axis=1) - inside)
    return np.asarray(normals * np.sign(away)[:, None])
