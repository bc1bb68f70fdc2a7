"""Linear systems of heat: factorised where they are small, conjugate gradients with multigrid where they are large.

The multigrid smooths on the quadratic nodes, goes down to the linear ones at the corners by plain embedding, and leaves
those to classical algebraic multigrid: a hierarchy on an eighth of the unknowns instead of all of them. Nothing in it
is random.

References
----------
Ruge & Stueben (1987), in McCormick, Multigrid Methods, ch. 4: algebraic multigrid. Sundar, Stadler & Biros (2015),
Numer. Linear Algebra Appl. 22: multigrid for higher orders.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import LinearOperator, gmres, splu

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.errors import MissingExtra, NotConverged
from proofmark_thermal.space import Space

DIRECT = {1: 1_000_000, 2: 150_000, 3: 12_000}
"""Most unknowns that are factorised, by dimension: where the two take about as long."""
REUSED = 6
"""Times as many, where a factorisation serves many right sides."""
EXACT, ROUGH = 1e-10, 1e-4
"""Residuals at which an iteration ends, relative to the right side: for answers, and for steps towards them."""
_ITERATIONS = 400

Solve: TypeAlias = Callable[[FloatArray], FloatArray]


def solver(
    matrix: csr_array,
    space: Space,
    free: IntArray,
    *,
    symmetric: bool = True,
    reused: bool = False,
    relative: float = EXACT,
) -> Solve:
    """Return what solves a system among the free nodes.

    Parameters
    ----------
    matrix : (n, n)
        Of all nodes; positive definite among the free ones if symmetric.
    free : (f,) int array
        Ascending.
    reused
        Many right sides will follow, so that a factorisation pays for larger systems.
    relative
        Where an iteration may end.

    Raises
    ------
    NotConverged
        When solving: the residual does not fall.
    """
    among = matrix if len(free) == space.size else matrix[free][:, free]
    if len(free) <= DIRECT[space.mesh.dimension] * (REUSED if reused else 1):
        return factorised(among, symmetric=symmetric)
    return _multigrid(csr_array(among), _embedding(space, free), relative, symmetric=symmetric)


def preconditioner(matrix: csr_array, space: Space, free: IntArray) -> Solve:
    """Return what nearly solves a symmetric system among the free nodes, again and again: a factorisation, or one cycle
    of multigrid where that is cheaper."""
    among = matrix if len(free) == space.size else matrix[free][:, free]
    if len(free) <= REUSED * DIRECT[space.mesh.dimension]:
        return factorised(among, symmetric=True)
    cycle = _cycle(csr_array(among), _embedding(space, free))
    return lambda right: np.asarray(cycle.matvec(right))


def factorised(matrix: csr_array, *, symmetric: bool) -> Solve:
    """Return what solves by an LU factorisation."""
    columns = matrix.tocsc()  # splu takes columns
    if not symmetric:
        found = splu(columns)
    else:
        options = {"SymmetricMode": True}
        found = splu(columns, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    return lambda right: np.asarray(found.solve(right))


def _embedding(space: Space, free: IntArray) -> csr_array | None:
    """Linear functions at the corners in terms of quadratic ones; None where the functions are linear already."""
    if space.degree == 1:
        return None
    corners = space.mesh.dimension + 1
    count = int(space.cells[:, :corners].max()) + 1
    pairs = [(i, j) for i in range(corners) for j in range(i + 1, corners)]
    ends = np.empty((space.size, 2), dtype=np.int64)
    ends[:count] = np.arange(count)[:, None]
    for column, pair in enumerate(pairs):
        ends[space.cells[:, corners + column]] = space.cells[:, list(pair)]
    rows = np.repeat(np.arange(space.size), 2)
    embedding = coo_array((np.full(rows.size, 0.5), (rows, ends.ravel())), shape=(space.size, count)).tocsr()
    return csr_array(embedding[free][:, free[free < count]])


def _multigrid(matrix: csr_array, embedding: csr_array | None, relative: float, *, symmetric: bool) -> Solve:
    cycle = _cycle(matrix, embedding)
    if symmetric:
        return lambda right: _conjugate_gradients(matrix, right, cycle, relative)
    return lambda right: _gmres(matrix, right, cycle, relative)


def _cycle(matrix: csr_array, embedding: csr_array | None) -> LinearOperator:
    """One cycle, symmetric and positive definite if the matrix is."""
    try:
        from pyamg import ruge_stuben_solver
        from pyamg.multilevel import MultilevelSolver
        from pyamg.relaxation.smoothing import change_smoothers
    except ImportError as error:
        raise MissingExtra(f"a system of {matrix.shape[0]} unknowns", "fem") from error
    from scipy.sparse import csr_matrix

    if embedding is None:
        hierarchy = ruge_stuben_solver(csr_matrix(matrix))
    else:
        coarse = embedding.T @ matrix @ embedding
        below = ruge_stuben_solver(csr_matrix(coarse))
        top = MultilevelSolver.Level()
        top.A, top.P, top.R = csr_matrix(matrix), csr_matrix(embedding), csr_matrix(embedding.T)
        hierarchy = MultilevelSolver([top, *below.levels], coarse_solver="splu")
    forward, backward = ("gauss_seidel", {"sweep": "forward"}), ("gauss_seidel", {"sweep": "backward"})
    change_smoothers(hierarchy, presmoother=forward, postsmoother=backward)
    return hierarchy.aspreconditioner()


def _conjugate_gradients(matrix: csr_array, right: FloatArray, cycle: Any, relative: float) -> FloatArray:
    solution = np.zeros_like(right)
    residual = right.copy()
    target = relative * float(np.linalg.norm(right))
    direction, energy = np.zeros_like(right), 1.0
    for _ in range(_ITERATIONS):
        if np.linalg.norm(residual) <= target:
            return solution
        smoothed = cycle.matvec(residual)
        previous, energy = energy, float(residual @ smoothed)
        direction = smoothed + direction * (energy / previous)
        image = matrix @ direction
        step = energy / float(direction @ image)
        solution += step * direction
        residual -= step * image
    raise NotConverged("the conjugate gradients", target, float(np.linalg.norm(residual)))


def _gmres(matrix: csr_array, right: FloatArray, cycle: Any, relative: float) -> FloatArray:
    operator = LinearOperator(matrix.shape, matvec=cycle.matvec, dtype=np.float64)
    solution, failed = gmres(matrix, right, rtol=relative, restart=60, maxiter=_ITERATIONS // 60, M=operator)
    if failed:
        raise NotConverged("GMRES", relative, float(np.linalg.norm(matrix @ solution - right) / np.linalg.norm(right)))
    return np.asarray(solution)
