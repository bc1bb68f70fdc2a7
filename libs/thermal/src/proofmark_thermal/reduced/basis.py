"""A basis of rises, and the reduced system on it: shapes added one by one, with the parts of the residual."""

import numpy as np
from scipy.linalg import eigh

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.system import ReducedSystem

_NEW = 1e-9
"""Of a shape's energy norm: what must be left of it beside the others."""


class Basis:
    """Lifts, which are the rises of each fixed temperature at the reference, and shapes, orthonormal in its energy."""

    def __init__(self, full: FullSolver) -> None:
        self.full = full
        form = full.form
        none = np.zeros(form.loads.shape[1])
        units = np.eye(len(form.model.fixed))
        self._reference = form.matrix(full.middle)
        self.lifts = [full.rise(full.middle, none, unit) for unit in units]
        self.shapes: list[FloatArray] = []
        self._parts: list[FloatArray] = []
        """Of the residual, among the free nodes: loads, then for each lift and shape what each operator makes of it."""
        self._gram = np.empty((0, 0))
        """Of the parts, in the inverse of the reference."""
        self._solved: list[FloatArray] = []
        self._take(list(form.loads[form.free].T))
        for lift in self.lifts:
            self._take(self._images(lift))

    @property
    def matrix(self) -> FloatArray:
        """(n, l + m)"""
        return np.column_stack([np.empty((self.full.form.model.size, 0)), *self.lifts, *self.shapes])

    def add(self, rises: FloatArray, lifts: FloatArray) -> bool:
        """Add what the rises of a vector hold beside the basis; whether that was anything."""
        shape = rises
        for lift, column in zip(lifts, self.lifts, strict=True):
            shape = shape - lift * column
        before = float(shape @ (self._reference @ shape))
        for _ in range(2):
            image = self._reference @ shape
            for column in self.shapes:
                shape = shape - (column @ image) * column
        energy = float(shape @ (self._reference @ shape))
        if not energy > _NEW**2 * before:
            return False
        self.shapes.append(shape / np.sqrt(energy))
        self._take(self._images(self.shapes[-1]))
        return True

    def system(self) -> ReducedSystem:
        """Return the reduced system."""
        form = self.full.form
        loads, count, width = form.loads.shape[1], len(form.operators), len(self.lifts) + len(self.shapes)
        by_operator = loads + np.arange(count)[:, None] + count * np.arange(width)
        parts = np.array(self._parts)
        moments = np.array([parts @ shape[form.free] for shape in self.shapes]).reshape(len(self.shapes), len(parts))
        operators = -moments[:, by_operator].transpose(1, 0, 2)
        order = np.r_[np.arange(loads), by_operator.ravel()]
        values, vectors = eigh(self._gram[np.ix_(order, order)])
        kept = values > 0
        residuals = vectors[:, kept] * np.sqrt(values[kept])
        return ReducedSystem(
            np.ascontiguousarray(operators), np.ascontiguousarray(moments[:, :loads].T), residuals, self.full.middle
        )

    def _images(self, column: FloatArray) -> list[FloatArray]:
        return [-(operator @ column)[self.full.form.free] for operator in self.full.form.operators]

    def _take(self, parts: list[FloatArray]) -> None:
        self._solved += [self.full.precondition(part) for part in parts]
        old, self._parts = len(self._parts), self._parts + parts
        gram = np.empty((len(self._parts), len(self._parts)))
        gram[:old, :old] = self._gram
        for row, part in enumerate(parts, start=old):
            for column, solved in enumerate(self._solved[: row + 1]):
                gram[row, column] = gram[column, row] = part @ solved
        self._gram = gram
