"""Full solutions of an affine form: one preconditioner, factorised once at middle conductances, for every vector."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import NotConverged
from proofmark_thermal.linear import Solve, factorised, preconditioner, solver
from proofmark_thermal.reduced.form import Form

FACTORISED = 200_000
"""Most unknowns of the reference that are factorised: beyond, its memory outgrows the mesh's."""
PRECISE = 1e-11
_ITERATIONS = 300


@dataclass(frozen=True, eq=False)
class FullSolver:
    """Solves a form for rises over the reference, at all nodes."""

    form: Form
    middle: FloatArray
    """(q,) conductances of the preconditioner, which is also the reference of error bounds."""
    exactly: bool = True
    """Whether the preconditioner solves the reference system, as bounds need it; else it does where that is cheap."""

    @cached_property
    def precondition(self) -> Solve:
        """What solves the reference system among the free nodes."""
        matrix = self.form.matrix(self.middle)
        if self.exactly:
            return factorised_free(matrix, self.form)
        return preconditioner(matrix, self.form.model.space, self.form.free)

    def rise(
        self,
        conductances: FloatArray,
        loads: FloatArray,
        lifts: FloatArray,
        start: FloatArray | None = None,
        relative: float = PRECISE,
    ) -> FloatArray:
        """Return the (n,) rises of one vector of factors.

        Parameters
        ----------
        start : (n,)
            Rises to improve on, right at the fixed nodes.
        relative
            Of the error in the energy norm to the rises' own, as the preconditioner estimates both.

        Raises
        ------
        NotConverged
            The conjugate gradients did not get there.
        """
        form, free = self.form, self.form.free
        rises = self.lifted(lifts) if start is None else start.copy()
        right = (form.loads @ loads)[free]
        residual = right - self._image(conductances, rises)
        smoothed = self.precondition(residual)
        scale = float(right @ self.precondition(right)) + float(np.abs(rises @ self._whole(conductances, rises)))
        target = relative**2 * max(scale, float(np.finfo(float).tiny))
        direction, energy = smoothed.copy(), float(residual @ smoothed)
        for _ in range(_ITERATIONS):
            if energy <= target:
                return rises
            image = self._image(conductances, self._spread(direction))
            step = energy / float(direction @ image)
            rises[free] += step * direction
            residual -= step * image
            smoothed = self.precondition(residual)
            previous, energy = energy, float(residual @ smoothed)
            direction = smoothed + direction * (energy / previous)
        raise NotConverged("the conjugate gradients of a full solution", relative, float(np.sqrt(energy / scale)))

    def lifted(self, lifts: FloatArray) -> FloatArray:
        """Return rises that are right at the fixed nodes, zero elsewhere."""
        rises = np.zeros(self.form.model.size)
        for (nodes, _), lift in zip(self.form.model.fixed.values(), lifts, strict=True):
            rises[nodes] = lift
        return rises

    def _image(self, conductances: FloatArray, rises: FloatArray) -> FloatArray:
        return self._whole(conductances, rises)[self.form.free]

    def _whole(self, conductances: FloatArray, rises: FloatArray) -> FloatArray:
        parts = [c * (operator @ rises) for c, operator in zip(conductances, self.form.operators, strict=True)]
        return np.asarray(sum(parts))

    def _spread(self, inner: FloatArray) -> FloatArray:
        rises = np.zeros(self.form.model.size)
        rises[self.form.free] = inner
        return rises


def factorised_free(matrix: csr_array, form: Form) -> Solve:
    """Return what solves a symmetric system among the free nodes again and again, for (f,) or (f, c) right sides."""
    free = form.free
    if len(free) > FACTORISED:
        one = solver(matrix, form.model.space, free, reused=True)
        return lambda right: np.apply_along_axis(one, 0, right)
    return factorised(matrix if len(free) == matrix.shape[0] else matrix[free][:, free], symmetric=True)
