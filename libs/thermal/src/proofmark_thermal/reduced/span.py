"""A space of rises that grows: its columns, and what operators make of them, in coordinates."""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import eigh, svd
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray

_NEW = 1e-6
"""Of a column's energy norm: what must be left of it beside the others."""


class Span:
    """Columns that are orthonormal in an energy.

    Attributes
    ----------
    columns : (n, m)
    """

    def __init__(self, operators: Sequence[csr_array], energy: FloatArray) -> None:
        """Begin with none.

        Parameters
        ----------
        operators : q sparse (n, n)
        energy : (q,)
            Their factors in the energy.
        """
        self._operators, self._energy = tuple(operators), energy
        self.columns: FloatArray = np.empty((operators[0].shape[0], 0))
        self._projected = np.empty((len(operators), 0, 0))

    def image(self, factors: FloatArray, rises: FloatArray) -> FloatArray:
        """Return what the sum of the operators by (q,) factors, or by (c, q) with one row for each column, makes of
        (n, c) rises."""
        every = zip(np.transpose(factors), self._operators, strict=True)
        return np.asarray(sum(operator @ (rises * factor) for factor, operator in every))

    def galerkin(self, factors: FloatArray, right: FloatArray) -> FloatArray:
        """Return (m, c) coordinates of the best answers to (n, c) right sides, each with its row of (c, q) factors."""
        matrices = np.einsum("cq,qij->cij", factors, self._projected)
        projected = (self.columns.T @ right).T[:, :, None]
        return np.asarray(np.linalg.solve(matrices, projected)[:, :, 0].T)

    def add(self, rises: FloatArray) -> bool:
        """Take in what (n, c) rises hold beside the columns; whether that was anything."""
        rises = rises / np.sqrt(np.einsum("ni,ni->i", rises, self.image(self._energy, rises)))
        for _ in range(2):
            rises = rises - self.columns @ (self.columns.T @ self.image(self._energy, rises))
            values, vectors = eigh(rises.T @ self.image(self._energy, rises))
            kept = values > _NEW**2
            rises = rises @ (vectors[:, kept] / np.sqrt(values[kept]))
        self.columns = np.concatenate([self.columns, rises], axis=1)
        old, width = self._projected.shape[1], self.columns.shape[1]
        grown = np.empty((len(self._operators), width, width))
        grown[:, :old, :old] = self._projected
        for matrix, operator in zip(grown, self._operators, strict=True):
            matrix[:, old:] = self.columns.T @ (operator @ rises)
            matrix[old:, :old] = matrix[:old, old:].T
        self._projected = grown
        return bool(rises.size)

    def principal(self, coordinates: Sequence[FloatArray], least: float) -> FloatArray:
        """Return (n, k) principal directions of rises, greatest first: those above `least` of the greatest.

        Parameters
        ----------
        coordinates : (m', c) arrays
            Of rises, on the first m' columns each.
        """
        width = self.columns.shape[1]
        padded = np.concatenate([np.pad(each, ((0, width - len(each)), (0, 0))) for each in coordinates], axis=1)
        directions, values, _ = svd(padded, full_matrices=False)
        return np.asarray(self.columns @ directions[:, values > least * values[0]])
