"""Integrals over simplices of any dimension: cells, outer facets, either side of a contact.

Coefficients are constant on each simplex, (m,), or given at the quadrature points, (m, q). Constant ones on straight
simplices of constant weight are integrated in closed form, as one product of matrices.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import factorial
from typing import TypeAlias

import numpy as np
from scipy.sparse import coo_array, csr_array

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.elements import edges, nodes, quadrature, shapes, slopes

_CHUNK = 8192
"""Simplices whose matrices are computed at once."""
_STRAIGHT = 1e-9
"""Of an edge: how far its middle node may stand aside."""

Matrices: TypeAlias = Callable[[slice], FloatArray]
"""Computes the (m, nodes, nodes) matrices of a slice of the simplices."""


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
        return next(s for s in range(4) if nodes(s, self.degree) == count)

    @property
    def points(self) -> FloatArray:
        """(q, s + 1) barycentric quadrature points, exact for a mass with a linear coefficient."""
        return quadrature(self.dimension, 2 * self.degree + 1)[0]

    @cached_property
    def bent(self) -> bool:
        """Whether a middle node stands aside of its edge."""
        if self.degree == 1 or self.dimension == 0:
            return False
        pairs = np.array(edges(self.dimension))
        start, end = self.places[:, pairs[:, 0]], self.places[:, pairs[:, 1]]
        aside = np.linalg.norm(self.places[:, self.dimension + 1 :] - (start + end) / 2, axis=2)
        return bool((aside > _STRAIGHT * np.linalg.norm(end - start, axis=2)).any())

    @cached_property
    def spans(self) -> FloatArray:
        """(m, p, s, d) derivatives of place by all barycentric coordinates but the first; p is q where bent, else 1."""
        if self.bent:
            by_corner = np.einsum("qnc,mnd->mqcd", slopes(self.points, self.degree), self.places, optimize=True)
            return np.asarray(by_corner[:, :, 1:] - by_corner[:, :, :1])
        return np.asarray((self.places[:, 1 : self.dimension + 1] - self.places[:, :1])[:, None])

    @cached_property
    def measures(self) -> FloatArray:
        """(m, p) volumes by the weight, without the way around."""
        if self.dimension == 0:
            return np.full((len(self.nodes), 1), self.weight)
        if self.dimension == self.places.shape[2]:
            return np.asarray(np.abs(np.linalg.det(self.spans)) * self.weight / factorial(self.dimension))
        gram = self.spans @ self.spans.swapaxes(-1, -2)
        return np.asarray(np.sqrt(np.maximum(np.linalg.det(gram), 0)) * self.weight / factorial(self.dimension))

    @cached_property
    def corner_gradients(self) -> FloatArray:
        """(m, p, d + 1, d) gradients of the barycentric coordinates, 1/m; of simplices that fill their space."""
        inner = np.linalg.inv(self.spans).swapaxes(-1, -2)
        return np.concatenate([-inner.sum(axis=2, keepdims=True), inner], axis=2)

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

    def weighed(self, coefficient: FloatArray) -> FloatArray:
        """Return the (m, q) coefficient by quadrature weight and volume."""
        weights = quadrature(self.dimension, 2 * self.degree + 1)[1]
        each = self.measures * weights * (coefficient if coefficient.ndim == 2 else coefficient[:, None])
        return np.asarray(each * 2 * np.pi * self.where[:, :, 0] if self.turned else each)

    def at_points(self, temperatures: FloatArray) -> FloatArray:
        """Return the (m, q) values of a field at the quadrature points."""
        return np.asarray(temperatures[self.nodes] @ shapes(self.points, self.degree).T)

    def gradients(self, temperatures: FloatArray) -> FloatArray:
        """Return the (m, q, d) gradients of a field at the quadrature points."""
        by_corner = np.einsum("mn,qnc->mqc", temperatures[self.nodes], slopes(self.points, self.degree), optimize=True)
        return np.asarray((by_corner[:, :, None, :] @ self.corner_gradients)[:, :, 0, :])

    def integral(self, coefficient: FloatArray) -> float:
        """Return the integral of the coefficient."""
        return float(self.weighed(coefficient).sum())

    def load(self, coefficient: FloatArray) -> FloatArray:
        """Return the (size,) integrals of the coefficient by each shape function."""
        each = self.weighed(coefficient) @ shapes(self.points, self.degree)
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

        def matrices(part: slice) -> FloatArray:
            along = (self.corner_gradients[part] @ coefficient[part][..., None])[..., 0] * weights[part][..., None]
            return np.asarray(np.einsum("qac,mqc,qb->mab", local, along, values, optimize=True))

        return self._assembled(matrices, symmetric=False)

    def jump(self, opposite: IntArray) -> csr_array:
        """Return the matrix of integrals of the jump from these nodes to (m, nodes) opposite ones, squared."""
        one_sided = self._masses(np.ones(len(self.nodes)))
        both = replace(self, nodes=np.concatenate([self.nodes, opposite], axis=1))
        return both._assembled(lambda part: _jumps(one_sided(part)), symmetric=True)

    def _masses(self, coefficient: FloatArray) -> Matrices:
        values = shapes(self.points, self.degree)
        count = values.shape[1]
        products = (values[:, :, None] * values[:, None, :]).reshape(-1, count * count)
        if self._closed(coefficient):
            mean = quadrature(self.dimension, 2 * self.degree + 1)[1] @ products
            scale = coefficient * self.measures[:, 0]
            return lambda part: (scale[part, None] * mean).reshape(-1, count, count)
        weighed = self.weighed(coefficient)
        return lambda part: (weighed[part] @ products).reshape(-1, count, count)

    def _stiffnesses(self, coefficient: FloatArray, axis: int | None) -> Matrices:
        local = slopes(self.points, self.degree)
        count = local.shape[1]
        products = np.einsum("qak,qbl->qklab", local, local).reshape(len(local), -1, count * count)
        gradients = self.corner_gradients if axis is None else self.corner_gradients[..., axis : axis + 1]
        if self._closed(coefficient):
            weighed = (coefficient * self.measures[:, 0])[:, None]
            table = np.tensordot(quadrature(self.dimension, 2 * self.degree + 1)[1], products, 1)
        else:
            weighed = self.weighed(coefficient)
            table = products.reshape(-1, count * count)

        def matrices(part: slice) -> FloatArray:
            pairs = gradients[part] @ gradients[part].swapaxes(-1, -2)
            each = weighed[part][:, :, None] * pairs.reshape(*pairs.shape[:2], -1)
            return np.asarray(each.reshape(len(each), -1) @ table).reshape(-1, count, count)

        return matrices

    def _closed(self, coefficient: FloatArray) -> bool:
        return coefficient.ndim == 1 and not self.turned and not self.bent

    def _assembled(self, matrices: Matrices, *, symmetric: bool) -> csr_array:
        """Add up matrices of simplices; of symmetric ones only a half is carried around."""
        count = self.nodes.shape[1]
        rows, columns = np.triu_indices(count) if symmetric else np.indices((count, count)).reshape(2, -1)
        index = np.int32 if self.size < 2**31 else np.int64
        numbers = self.nodes.astype(index)
        here, there = numbers[:, rows], numbers[:, columns]
        if symmetric:
            here, there = np.minimum(here, there), np.maximum(here, there)
        entries = np.empty(here.shape)
        for start in range(0, len(self.nodes), _CHUNK):
            part = slice(start, start + _CHUNK)
            entries[part] = matrices(part)[:, rows, columns]
        where = (here.ravel(), there.ravel())
        found = coo_array((entries.ravel(), where), shape=(self.size, self.size)).tocsr()
        if not symmetric:
            return csr_array(found)
        mirrored = found.T.tocsr()
        mirrored.setdiag(0)
        return csr_array(found + mirrored)


def _jumps(one_sided: FloatArray) -> FloatArray:
    """(m, 2n, 2n) matrices of differences, from (m, n, n) ones."""
    return np.concatenate(
        [np.concatenate([one_sided, -one_sided], axis=2), np.concatenate([-one_sided, one_sided], axis=2)], axis=1
    )
