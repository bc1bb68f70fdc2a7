"""Finite element spaces: nodes of cells and facets, doubled where regions meet with a resistance between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from proofmark_thermal.arrays import BoolArray, FloatArray, IntArray
from proofmark_thermal.elements import edges, quadrature, slopes
from proofmark_thermal.errors import UnknownName
from proofmark_thermal.mesh import Mesh, rows_in

Degree: TypeAlias = Literal[1, 2]


@dataclass(frozen=True, eq=False)
class Space:
    """Where the unknowns are."""

    mesh: Mesh
    degree: Degree
    nodes: FloatArray
    """(n, d) m; the first are the cells' corners."""
    cells: IntArray
    """(m, nodes of an element)"""
    facets: IntArray
    """(b, nodes of a side) of the mesh's outer facets, in their order of corners."""
    contacts: tuple[tuple[IntArray, IntArray], ...]
    """For each pair of regions asked for: (c, nodes of a side) in the first region and, opposite, in the second."""

    @property
    def size(self) -> int:
        return len(self.nodes)

    @cached_property
    def node_regions(self) -> dict[str, IntArray]:
        """The nodes of each region."""
        found = {}
        for number, region in enumerate(self.mesh.regions):
            found[region] = np.unique(self.cells[self.mesh.cell_region == number])
        return found


def space(mesh: Mesh, degree: Degree, contacts: Sequence[tuple[str, str]] = ()) -> Space:
    """Number the nodes of a mesh.

    Parameters
    ----------
    contacts
        Pairs of regions between which the temperature may jump.

    Raises
    ------
    UnknownName
        Two of the regions do not touch.
    """
    met = [_interface(mesh, pair) for pair in contacts]
    origin, cells = _parted(mesh, np.concatenate(met)) if met else (np.arange(len(mesh.points)), mesh.cells)
    outer = rows_in(np.sort(mesh.facets, axis=1), mesh.sides.corners)
    corners = [(_seen_from(mesh, cells, mesh.sides.first[outer], mesh.facets))]
    for (one, _), interface in zip(contacts, met, strict=True):
        first, second = mesh.sides.first[interface], mesh.sides.second[interface]
        swapped = mesh.cell_region[first] != mesh.regions.index(one)
        first, second = np.where(swapped, second, first), np.where(swapped, first, second)
        corners += [_seen_from(mesh, cells, owner, mesh.sides.corners[interface]) for owner in (first, second)]
    points = mesh.points[origin]
    if degree == 1:
        nodes, cell_nodes, side_nodes = points, cells, corners
    else:
        nodes, cell_nodes, side_nodes = _with_middles(points, cells, corners)
        _bend(mesh, nodes, cell_nodes, side_nodes[0])
    pairs = tuple(zip(side_nodes[1::2], side_nodes[2::2], strict=True))
    return Space(mesh, degree, nodes, cell_nodes, side_nodes[0], pairs)


def _interface(mesh: Mesh, pair: tuple[str, str]) -> IntArray:
    """Return the sides between two regions."""
    where = f"contact between {pair[0]} and {pair[1]}"
    for region in pair:
        if region not in mesh.regions:
            raise UnknownName(where, "region", mesh.regions, region)
    inner = np.flatnonzero(mesh.sides.second >= 0)
    one = mesh.cell_region[mesh.sides.first[inner]]
    other = mesh.cell_region[mesh.sides.second[inner]]
    a, b = (mesh.regions.index(region) for region in pair)
    found: IntArray = inner[((one == a) & (other == b)) | ((one == b) & (other == a))]
    if not found.size:
        apart = (one != other) & ((one == a) | (other == a))
        touching = sorted({mesh.regions[i] for i in np.unique([one[apart], other[apart]])} - {pair[0]})
        raise UnknownName(where, f"region that touches {pair[0]}", touching, pair[1])
    return found


def _parted(mesh: Mesh, parting: IntArray) -> tuple[IntArray, IntArray]:
    """Give each corner of a cell a point of its own, and join them again through every side but the parting ones."""
    count, corners = mesh.cells.shape
    joined = mesh.sides.second >= 0
    joined[parting] = False
    sides = np.flatnonzero(joined)
    number = np.arange(count * corners).reshape(count, corners)
    links = []
    for column in range(corners - 1):
        point = mesh.sides.corners[sides, column]
        ends = []
        for owner in (mesh.sides.first[sides], mesh.sides.second[sides]):
            ends.append(number[owner, (mesh.cells[owner] == point[:, None]).argmax(axis=1)])
        links.append(np.stack(ends))
    start, end = np.concatenate(links, axis=1)
    graph = coo_array((np.ones(start.size), (start, end)), shape=(number.size, number.size))
    cells = connected_components(graph, directed=False)[1].astype(np.int64).reshape(count, corners)
    origin = np.empty(cells.max() + 1, dtype=np.int64)
    origin[cells] = mesh.cells
    return origin, cells


def _seen_from(mesh: Mesh, cells: IntArray, owners: IntArray, corners: IntArray) -> IntArray:
    """Return the points that cells use for corners given by the mesh's points."""
    place = (mesh.cells[owners][:, None, :] == corners[:, :, None]).argmax(axis=2)
    return np.take_along_axis(cells[owners], place, axis=1)


def _bend(mesh: Mesh, nodes: FloatArray, cells: IntArray, facets: IntArray) -> None:
    """Move the middles of edges onto curved faces, but leave straight those of cells that would turn inside out."""
    straight = nodes.copy()
    for number, patch in enumerate(mesh.patches):
        if patch.onto is not None:
            middles = np.unique(facets[mesh.facet_patch == number, mesh.dimension :])
            nodes[middles] = patch.onto(nodes[middles])
    if mesh.middles is not None:
        ends, places = mesh.middles
        columns = np.array(edges(mesh.dimension))
        found = rows_in(np.sort(mesh.cells[:, columns].reshape(-1, 2), axis=1), np.sort(ends, axis=1))
        bent = np.flatnonzero(found >= 0)
        nodes[cells[:, mesh.dimension + 1 :].ravel()[bent]] = places[found[bent]]
    moved = np.flatnonzero((nodes != straight).any(axis=1))
    touched = cells[np.isin(cells, moved).any(axis=1)]
    while len(touched) and (inside_out := _inside_out(nodes[touched])).any():
        back = np.intersect1d(touched[inside_out], moved)
        nodes[back] = straight[back]
        moved = np.setdiff1d(moved, back)


def _inside_out(places: FloatArray) -> BoolArray:
    """Whether the volumes of (m, nodes, d) quadratic cells change their sign within."""
    dimension = places.shape[2]
    local = slopes(quadrature(dimension, 5)[0], 2)
    spans = np.einsum("qnc,mnd->mqcd", local[:, :, 1:] - local[:, :, :1], places, optimize=True)
    volumes = np.linalg.det(spans)
    return np.asarray(np.abs(np.sign(volumes).sum(axis=1)) < volumes.shape[1])


def _with_middles(
    points: FloatArray, cells: IntArray, sides: list[IntArray]
) -> tuple[FloatArray, IntArray, list[IntArray]]:
    """Add a node in the middle of every edge."""
    count = len(points)

    def keys(simplices: IntArray) -> IntArray:
        pairs = edges(simplices.shape[1] - 1)
        ends = [np.sort(simplices[:, list(pair)], axis=1) for pair in pairs]
        empty = np.empty((len(simplices), 0), dtype=np.int64)
        return np.column_stack([end[:, 0] * count + end[:, 1] for end in ends]) if ends else empty

    there, number = np.unique(keys(cells), return_inverse=True)
    middles = (points[there // count] + points[there % count]) / 2
    cell_nodes = np.concatenate([cells, count + number.reshape(len(cells), -1)], axis=1)
    side_nodes = [np.concatenate([side, count + np.searchsorted(there, keys(side))], axis=1) for side in sides]
    return np.concatenate([points, middles]), cell_nodes, side_nodes
