"""Reduced temperatures in time, many vectors at once: each step with the conductances and the heat of that step.

Steps are those of the two-stage SDIRK method of Alexander: second order, L-stable, both stages with one matrix. Where
one conductance changes from step to step, each vector's matrices are made diagonal together once, so that a stage is a
product and a division; where several change, each step factorises a system.

References
----------
Alexander (1977), SIAM J. Numer. Anal. 14. Golub & Van Loan (2013), Matrix Computations, 8.7: two forms diagonalised.
"""

import numpy as np

from proofmark_thermal.arrays import FloatArray

GAMMA = 1 - np.sqrt(0.5)
"""Share of the step that each stage is implicit in."""


class Diagonal:
    """Solves (C + implicit K) y = C known + implicit loads where one conductance changes, in coordinates of its own."""

    def __init__(self, capacity: FloatArray, constant: FloatArray, changing: FloatArray, implicit: float) -> None:
        """Take the (m, m) capacity, the (n, m, m) constant part and the (m, m) changing one at a factor of one."""
        lower = np.linalg.cholesky(capacity + implicit * constant)
        inverse = np.linalg.inv(lower)
        values, vectors = np.linalg.eigh(inverse @ changing @ inverse.transpose(0, 2, 1))
        self._from_inner = inverse.transpose(0, 2, 1) @ vectors
        self._to_inner = np.linalg.inv(self._from_inner)
        self._capacity = np.ascontiguousarray(self._from_inner.transpose(0, 2, 1) @ capacity @ self._from_inner)
        self._values, self._implicit = values * implicit, implicit
        self._divisor = np.ones_like(values)

    def set(self, factor: FloatArray) -> None:
        """Put in the (n,) conductance of the coming step."""
        self._divisor = 1 + factor[:, None] * self._values

    def inner(self, coordinates: FloatArray) -> FloatArray:
        """Return (n, m) coordinates of the shapes as its own."""
        return _times(self._to_inner, coordinates)

    def outer(self, inner: FloatArray) -> FloatArray:
        """Return its own coordinates as those of the shapes."""
        return _times(self._from_inner, inner)

    def loads(self, loads: FloatArray) -> FloatArray:
        """Return (n, m) loads on the shapes as loads on its own."""
        return _times(self._from_inner.transpose(0, 2, 1), loads)

    def stage(self, known: FloatArray, loads: FloatArray) -> FloatArray:
        """Return its own coordinates at the end of a stage."""
        return np.asarray((_times(self._capacity, known) + self._implicit * loads) / self._divisor)


class Solved:
    """The same where several change: a Cholesky factor for each vector and step, of all vectors at once.

    Vectors are the last axis, so that every operation is on numbers that lie side by side.
    """

    def __init__(self, capacity: FloatArray, operators: FloatArray, implicit: float) -> None:
        """Take the (m, m) capacity and the (q, m, m) operators."""
        self._capacity, self._implicit = capacity, implicit
        self._operators = np.ascontiguousarray(implicit * operators.reshape(len(operators), -1).T)
        self._factor = capacity[:, :, None]

    def set(self, factors: FloatArray) -> None:
        """Put in the (n, q) conductances of the coming step."""
        m = len(self._capacity)
        self._factor = (self._operators @ factors.T).reshape(m, m, -1) + self._capacity[:, :, None]
        for k in range(m):
            row, column = self._factor[k, :k], self._factor[k:, k]
            column -= np.einsum("ijn,jn->in", self._factor[k:, :k], row)
            column[0] = 1 / np.sqrt(column[0])
            column[1:] *= column[0]

    def inner(self, coordinates: FloatArray) -> FloatArray:
        return np.ascontiguousarray(coordinates.T)

    def outer(self, inner: FloatArray) -> FloatArray:
        return inner.T

    def loads(self, loads: FloatArray) -> FloatArray:
        return np.ascontiguousarray(loads.T)

    def stage(self, known: FloatArray, loads: FloatArray) -> FloatArray:
        found = self._capacity @ known + self._implicit * loads
        for k in range(len(found)):
            found[k] -= np.einsum("jn,jn->n", self._factor[k, :k], found[:k])
            found[k] *= self._factor[k, k]
        for k in reversed(range(len(found))):
            found[k] -= np.einsum("in,in->n", self._factor[k + 1 :, k], found[k + 1 :])
            found[k] *= self._factor[k, k]
        return np.asarray(found)


def stepped(stages: Diagonal | Solved, state: FloatArray, loads: FloatArray) -> FloatArray:
    """Return the inner state one step later, under loads that are constant in it."""
    first = stages.stage(state, loads)
    return stages.stage(state + (1 - GAMMA) / GAMMA * (first - state), loads)


def _times(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    return np.asarray((matrices @ vectors[:, :, None])[:, :, 0])
