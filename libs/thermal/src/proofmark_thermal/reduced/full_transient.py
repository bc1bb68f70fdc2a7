"""Full courses on the mesh with the steps of the reduced model: what its error is estimated against."""

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.linear import Solve
from proofmark_thermal.reduced.form import Form
from proofmark_thermal.reduced.full import factorised_free
from proofmark_thermal.reduced.stepping import GAMMA


class FullRun:
    """One vector's rises over its initial temperature, at all nodes."""

    def __init__(self, form: Form, capacity: csr_array, length_s: float) -> None:
        self.form, self.capacity, self.length_s = form, capacity, length_s
        self.rises = np.zeros(form.model.size)
        self._solvers: dict[tuple[float, ...], tuple[csr_array, Solve]] = {}

    def step(self, conductances: FloatArray, loads: FloatArray, lifts: FloatArray) -> FloatArray:
        """Return the (n,) rises one step on, with factors that are constant in it."""
        form, free, implicit = self.form, self.form.free, GAMMA * self.length_s
        key = tuple(conductances.tolist())
        if key not in self._solvers:
            stiffness = form.matrix(conductances)
            self._solvers[key] = stiffness, factorised_free(csr_array(self.capacity + implicit * stiffness), form)
        stiffness, solve = self._solvers[key]
        start = self._jumped(lifts)
        heat = form.loads @ loads

        def stage(known: FloatArray) -> FloatArray:
            found = start.copy()
            found[free] = 0
            right = self.capacity @ (known - found) + implicit * (heat - stiffness @ found)
            found[free] = solve(right[free])
            return found

        first = stage(start)
        self.rises = stage(start + (1 - GAMMA) / GAMMA * (first - start))
        return self.rises

    def _jumped(self, lifts: FloatArray) -> FloatArray:
        """Let fixed temperatures jump; the heat of the free nodes stays."""
        found = self.rises.copy()
        for (nodes, _), lift in zip(self.form.model.fixed.values(), lifts, strict=True):
            found[nodes] = lift
        free = self.form.free
        if len(free) < len(found) and (found != self.rises).any():
            change = self.capacity @ (found - self.rises)
            found[free] -= factorised_free(self.capacity, self.form)(change[free])
        return found
