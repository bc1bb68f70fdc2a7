"""Integrals over simplices of any dimension: cells, outer facets, either side of a contact.

Coefficients are constant on each simplex, (m,), or given at the quadrature points, (m, q). Constant ones on straight
simplices of constant weight are integrated in closed form, as one product of matrices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import factorial
from typing import TypeAlias

import numpy as np
from scipy.sparse import coo_array, csr_array

from proofmark_thermal.arrays import BoolArray, FloatArray, IntArray
from proofmark_thermal.elements import edges, node_count, quadrature, shapes, slopes

_CHUNK = 2048
"""Simplices whose matrices are computed at once."""
_STRAIGHT = 1e-9
"""Of an edge: how far its middle node may stand aside."""

_EVERY = slice(None)

Matrices: TypeAlias = Callable[[IntArray], FloatArray]
"""Computes the (m, nodes, nodes) matrices of some simplices, all straight or all bent."""


@dataclass(frozen=True, eq=False)
class Integrals:
    """Simplices with their nodes and the weight of their volume."""

    size: int
    """Unknowns of the whole space."""
    degree: int
    nodes: IntArray
    """(m, nodes of an element)"""
    places: FloatArray
    """(m, nodes of an element, d) m"""
    weight: float = 1.0
    """Depth of a plane section, area or perimeter of a rod."""
    turned: bool = False
    """The first coordinate is a radius, and the volume goes around."""

    @cached_property
    def dimension(self) -> int:
        """Of the simplices themselves."""
        count = self.nodes.shape[1]
        return next(s for s in range(4) if node_count(s, self.degree) == count)

    @property
    def points(self) -> FloatArray:
        """(q, s + 1) barycentric quadrature points, exact for a mass with a linear coefficient."""
        return quadrature(self.dimension, 2 * self.degree + 1)[0]

    @cached_property
    def bent(self) -> BoolArray:
        """(m,) whether a middle node stands aside of its edge."""
        if self.degree == 1 or self.dimension == 0:
            return np.zeros(len(self.nodes), dtype=bool)
        one, other = np.array(edges(self.dimension)).T
        found = np.empty(len(self.nodes), dtype=bool)
        for begin in range(0, len(found), _CHUNK):
            places = self.places[begin : begin + _CHUNK]
            start, end = places[:, one], places[:, other]
            aside = np.abs(places[:, self.dimension + 1 :] - (start + end) / 2).max(axis=(1, 2))
            found[begin : begin + _CHUNK] = aside > _STRAIGHT * np.abs(end - start).max(axis=(1, 2))
        return found

    @cached_property
    def measures(self) -> FloatArray:
        """(m, p) volumes by the weight, without the way around; p is q where a simplex is bent, else 1."""
        found = np.empty((len(self.nodes), len(self.points) if self.bent.any() else 1))
        for cells in self._chunks:
            spans = self._spans(cells)
            if self.dimension == self.places.shape[2]:
                found[cells] = np.abs(np.linalg.det(spans)) if self.dimension else 1.0
            else:
                gram = spans @ spans.swapaxes(-1, -2)
                found[cells] = np.sqrt(np.maximum(np.linalg.det(gram), 0)) if self.dimension else 1.0
        return found * self.weight / factorial(self.dimension)

    @cached_property
    def corner_gradients(self) -> FloatArray:
        """(m, d + 1, d) gradients of the barycentric coordinates of straight simplices that fill their space, 1/m."""
        return _gradients(self.places[:, 1 : self.dimension + 1] - self.places[:, :1])

    @cached_property
    def _chunks(self) -> list[IntArray]:
        """Simplices to treat at once, all of them straight or all bent."""
        found = []
        for group in (np.flatnonzero(~self.bent), np.flatnonzero(self.bent)):
            found += [group[start : start + _CHUNK] for start in range(0, len(group), _CHUNK)]
        return found

    def _spans(self, cells: IntArray) -> FloatArray:
        """(m, p, s, d) derivatives of place by all barycentric coordinates but the first; p is q if bent, else 1."""
        if not self.bent[cells[0]]:
            return np.asarray((self.places[cells, 1 : self.dimension + 1] - self.places[cells, :1])[:, None])
        by_corner = np.einsum("qnc,mnd->mqcd", slopes(self.points, self.degree), self.places[cells], optimize=True)
        return np.asarray(by_corner[:, :, 1:] - by_corner[:, :, :1])

    def _corner_gradients(self, cells: IntArray) -> FloatArray:
        """(m, p, d + 1, d) gradients of the barycentric coordinates, 1/m; p is q if bent, else 1."""
        return _gradients(self._spans(cells)) if self.bent[cells[0]] else self.corner_gradients[cells][:, None]

    @cached_property
    def where(self) -> FloatArray:
        """(m, q, d) quadrature points, m."""
        return np.asarray(np.einsum("qn,mnd->mqd", shapes(self.points, self.degree), self.places, optimize=True))

    @cached_property
    def volumes(self) -> FloatArray:
        """(m,) m3, or m2 for facets."""
        return np.asarray(self.weighed(np.ones(len(self.nodes))).sum(axis=1))

    @cached_property
    def volume(self) -> float:
        return float(self.volumes.sum())

    def weighed(self, coefficient: FloatArray, cells: IntArray | slice = _EVERY) -> FloatArray:
        """Return the (m, q) coefficient by quadrature weight and volume."""
        weights = quadrature(self.dimension, 2 * self.degree + 1)[1]
        here = coefficient[cells]
        each = self.measures[cells] * weights * (here if here.ndim == 2 else here[:, None])
        return np.asarray(each * 2 * np.pi * self.where[cells, :, 0] if self.turned else each)

    def at_points(self, temperatures: FloatArray) -> FloatArray:
        """Return the (m, q) values of a field at the quadrature points."""
        return np.asarray(temperatures[self.nodes] @ shapes(self.points, self.degree).T)

    def gradients(self, temperatures: FloatArray) -> FloatArray:
        """Return the (m, q, d) gradients of a field at the quadrature points."""
        local = slopes(self.points, self.degree)
        found = np.empty((len(self.nodes), len(self.points), self.places.shape[2]))
        for cells in self._chunks:
            by_corner = np.einsum("mn,qnc->mqc", temperatures[self.nodes[cells]], local, optimize=True)
            found[cells] = (by_corner[:, :, None, :] @ self._corner_gradients(cells))[:, :, 0, :]
        return found

    def integral(self, coefficient: FloatArray) -> float:
        """Return the integral of the coefficient."""
        return float(self.weighed(coefficient).sum())

    def load(self, coefficient: FloatArray) -> FloatArray:
        """Return the (size,) integrals of the coefficient by each shape function."""
        each = self.weighed(coefficient) @ shapes(self.points, self.degree)
        return np.asarray(np.bincount(self.nodes.ravel(), each.ravel(), self.size), dtype=np.float64)

    def flow(self, fluxes: FloatArray) -> FloatArray:
        """Return the (size,) integrals of (m, q, d) vectors along the gradient of each shape function."""
        local, weights = slopes(self.points, self.degree), self.weighed(np.ones(len(self.nodes)))
        each = np.empty(self.nodes.shape)
        for cells in self._chunks:
            along = (self._corner_gradients(cells) @ fluxes[cells][..., None])[..., 0] * weights[cells][..., None]
            each[cells] = np.einsum("qac,mqc->ma", local, along, optimize=True)
        return np.asarray(np.bincount(self.nodes.ravel(), each.ravel(), self.size), dtype=np.float64)

    def mass(self, coefficient: FloatArray) -> csr_array:
        """Return the matrix of integrals of the coefficient by pairs of shape functions."""
        return self._assembled(self._masses(coefficient), symmetric=True)

    def stiffness(self, coefficient: FloatArray, axis: int | None = None) -> csr_array:
        """Return the matrix of integrals of the coefficient by products of gradients, or their parts along an axis."""
        return self._assembled(self._stiffnesses(coefficient, axis), symmetric=True)

    def transport(self, coefficient: FloatArray) -> csr_array:
        """Return the matrix of the (m, q, d) coefficient along the gradient of one shape function by the other."""
        local, values = slopes(self.points, self.degree), shapes(self.points, self.degree)
        weights = self.weighed(np.ones(len(self.nodes)))

        def matrices(cells: IntArray) -> FloatArray:
            along = (self._corner_gradients(cells) @ coefficient[cells][..., None])[..., 0] * weights[cells][..., None]
            return np.asarray(np.einsum("qac,mqc,qb->mab", local, along, values, optimize=True))

        return self._assembled(matrices, symmetric=False)

    def jump(self, opposite: IntArray) -> csr_array:
        """Return the matrix of integrals of the jump from these nodes to (m, nodes) opposite ones, squared."""
        one_sided = self._masses(np.ones(len(self.nodes)))
        both = np.concatenate([self.nodes, opposite], axis=1)
        return self._assembled(lambda cells: _jumps(one_sided(cells)), symmetric=True, nodes=both)

    def _masses(self, coefficient: FloatArray) -> Matrices:
        values = shapes(self.points, self.degree)
        count = values.shape[1]
        products = (values[:, :, None] * values[:, None, :]).reshape(-1, count * count)

        def matrices(cells: IntArray) -> FloatArray:
            each = self._weights(coefficient, cells) @ (
                self._mean(products) if self._closed(coefficient, cells) else products
            )
            return np.asarray(each).reshape(-1, count, count)

        return matrices

    def _stiffnesses(self, coefficient: FloatArray, axis: int | None) -> Matrices:
        local = slopes(self.points, self.degree)
        count = local.shape[1]
        products = np.einsum("qak,qbl->qklab", local, local).reshape(len(local), -1)
        tables = [table.reshape(-1, count * count) for table in (self._mean(products), products)]

        def matrices(cells: IntArray) -> FloatArray:
            gradients = self._corner_gradients(cells)
            if axis is not None:
                gradients = gradients[..., axis : axis + 1]
            pairs = gradients @ gradients.swapaxes(-1, -2)
            each = self._weights(coefficient, cells)[:, :, None] * pairs.reshape(*pairs.shape[:2], -1)
            table = tables[0 if self._closed(coefficient, cells) else 1]
            return np.asarray(each.reshape(len(each), -1) @ table).reshape(-1, count, count)

        return matrices

    def _closed(self, coefficient: FloatArray, cells: IntArray) -> bool:
        """Whether integrals over some simplices, all straight or all bent, need no quadrature."""
        return coefficient.ndim == 1 and not self.turned and not self.bent[cells[0]]

    def _weights(self, coefficient: FloatArray, cells: IntArray) -> FloatArray:
        """(m, 1) coefficient by volume where the form is closed, else (m, q) by volume and quadrature weight."""
        if self._closed(coefficient, cells):
            return np.asarray(coefficient[cells, None] * self.measures[cells, :1])
        return self.weighed(coefficient, cells)

    def _mean(self, values: FloatArray) -> FloatArray:
        """(1, …) The mean over a simplex of (q, …) values."""
        return np.asarray(quadrature(self.dimension, 2 * self.degree + 1)[1] @ values)[None]

    def _assembled(self, matrices: Matrices, *, symmetric: bool, nodes: IntArray | None = None) -> csr_array:
        """Add up matrices of simplices; of symmetric ones only a half is carried around."""
        nodes = self.nodes if nodes is None else nodes
        count = nodes.shape[1]
        rows, columns = np.triu_indices(count) if symmetric else np.indices((count, count)).reshape(2, -1)
        index = np.int32 if self.size < 2**31 else np.int64
        here = np.empty((len(nodes), len(rows)), dtype=index)
        there, entries = np.empty_like(here), np.empty(here.shape)
        for cells in self._chunks:
            numbers = nodes[cells].astype(index)
            one, other = numbers.take(rows, axis=1), numbers.take(columns, axis=1)
            here[cells] = np.minimum(one, other) if symmetric else one
            there[cells] = np.maximum(one, other) if symmetric else other
            entries[cells] = matrices(cells).reshape(len(cells), -1).take(rows * count + columns, axis=1)
        where = (here.ravel(), there.ravel())
        found = coo_array((entries.ravel(), where), shape=(self.size, self.size)).tocsr()
        if not symmetric:
            return csr_array(found)
        mirrored = found.T.tocsr()
        mirrored.setdiag(0)
        return csr_array(found + mirrored)


def _gradients(spans: FloatArray) -> FloatArray:
    """Return the (…, d + 1, d) gradients of the barycentric coordinates, from (…, d, d) derivatives of place."""
    inner = np.linalg.inv(spans).swapaxes(-1, -2)
    return np.concatenate([-inner.sum(axis=-2, keepdims=True), inner], axis=-2)


def _jumps(one_sided: FloatArray) -> FloatArray:
    """(m, 2n, 2n) matrices of differences, from (m, n, n) ones."""
    return np.concatenate(
        [np.concatenate([one_sided, -one_sided], axis=2), np.concatenate([-one_sided, one_sided], axis=2)], axis=1
    )
