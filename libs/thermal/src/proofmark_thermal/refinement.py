"""Local refinement: chosen cells lose their longest edges, and their neighbours as many as it takes to fit.

A simplex is cut at its longest marked edge, and its halves likewise, until no marked edge is left. What happens to a
side then depends on the side's own edges alone, so neighbours always fit, in every dimension. That the longest edge of
a cell is marked whenever any is keeps the cells from getting thin.

References
----------
Rivara (1984), Int. J. Numer. Meth. Eng. 20: longest-edge bisection. Arnold, Mukherjee & Pouly (2000), SIAM J. Sci.
Comput. 22: in three dimensions.
"""

from dataclasses import replace

import numpy as np

from proofmark_thermal.arrays import BoolArray, FloatArray, IntArray
from proofmark_thermal.elements import edges
from proofmark_thermal.mesh import Mesh


def refined(mesh: Mesh, chosen: BoolArray) -> Mesh:
    """Return a mesh that is finer in the (m,) chosen cells: made anew where its maker can, else cut."""
    return mesh.again(mesh, chosen) if mesh.again is not None else bisected(mesh, chosen)


def bisected(mesh: Mesh, chosen: BoolArray) -> Mesh:
    """Return the mesh with the (m,) chosen cells cut; new points on curved faces are moved onto them."""
    cuts = _Cuts(mesh, chosen)
    points = np.concatenate([mesh.points, cuts.middles])
    for number, patch in enumerate(mesh.patches):
        if patch.onto is not None:
            there = cuts.new_points(mesh.facets[mesh.facet_patch == number])
            points[there] = patch.onto(points[there])
    cells, parent = cuts.cut(mesh.cells)
    facets, facet_parent = cuts.cut(mesh.facets)
    return replace(
        mesh,
        points=points,
        cells=cells,
        cell_region=mesh.cell_region[parent],
        facets=facets,
        facet_patch=mesh.facet_patch[facet_parent],
    )


def longest_edges(mesh: Mesh) -> FloatArray:
    """Return the (m,) lengths of the cells' longest edges, m."""
    start, end = np.array(edges(mesh.dimension)).T
    spans = mesh.points[mesh.cells[:, end]] - mesh.points[mesh.cells[:, start]]
    return np.asarray(np.linalg.norm(spans, axis=2).max(axis=1))


class _Cuts:
    """Which edges of a mesh are cut, and where."""

    def __init__(self, mesh: Mesh, chosen: BoolArray) -> None:
        self.count = len(mesh.points)
        keys = self._keys(mesh.cells)
        there, number = np.unique(keys, return_inverse=True)
        number = number.reshape(keys.shape)
        ends = mesh.points[np.stack([there // self.count, there % self.count])]
        length = np.linalg.norm(ends[1] - ends[0], axis=1)
        # Rounding must not decide between edges of one length.
        rank = np.lexsort((np.arange(len(there)), np.round(length / length.max(), 9))).argsort()
        longest = number[np.arange(len(number)), rank[number].argmax(axis=1)]
        marked = np.zeros(len(there), dtype=bool)
        marked[longest[chosen]] = True
        while True:
            touched = longest[marked[number].any(axis=1)]
            if marked[touched].all():
                break
            marked[touched] = True
        self.edges = there[marked]
        self.rank = rank[marked]
        self.middles: FloatArray = ends[:, marked].mean(axis=0)

    def new_points(self, simplices: IntArray) -> IntArray:
        """Return the points made on the edges of simplices."""
        return np.unique(self.count + np.flatnonzero(np.isin(self.edges, self._keys(simplices))))

    def cut(self, simplices: IntArray) -> tuple[IntArray, IntArray]:
        """Return the pieces, and which simplex each is of."""
        parent = np.arange(len(simplices))
        if simplices.shape[1] < 2 or not len(self.edges):
            return simplices, parent
        pairs = np.array(edges(simplices.shape[1] - 1))
        while True:
            keys = self._keys(simplices)
            place = np.minimum(np.searchsorted(self.edges, keys), len(self.edges) - 1)
            rank = np.where(self.edges[place] == keys, self.rank[place], -1)
            column = rank.argmax(axis=1)
            here = np.flatnonzero(rank.max(axis=1) >= 0)
            if not here.size:
                return simplices, parent
            middle = self.count + place[here, column[here]]
            halves = [simplices[here].copy() for _ in range(2)]
            for half, end in zip(halves, pairs[column[here]].T, strict=True):
                half[np.arange(len(here)), end] = middle
            whole = np.delete(np.arange(len(simplices)), here)
            simplices = np.concatenate([simplices[whole], *halves])
            parent = np.concatenate([parent[whole], parent[here], parent[here]])

    def _keys(self, simplices: IntArray) -> IntArray:
        """(m, edges) one number for each edge; edges with a new end have numbers that stand for no old edge."""
        ends = np.sort(np.stack([simplices[:, list(pair)] for pair in edges(simplices.shape[1] - 1)], axis=1), axis=2)
        return np.where(ends[:, :, 1] < self.count, ends[:, :, 0] * self.count + ends[:, :, 1], -1)
