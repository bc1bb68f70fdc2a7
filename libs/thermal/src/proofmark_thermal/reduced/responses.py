"""What a transient basis is made of: responses to each load over the frequencies and the conductances of the training.

A response at the frequency s is (K + s C)^-1 f: about what a load that was switched on has made of the body after the
time 1/s. A basis of responses at many s is a rational Krylov space; at many conductances it serves all of them.

All responses at a frequency are sought in one space, that of the frequencies before included: where one is not there
yet, what the factors of the middle make of its residual is added. For a single response this is the method of
conjugate gradients; together they need a fraction of its steps.

References
----------
Antoulas (2005), Approximation of Large-Scale Dynamical Systems, 11: moment matching at several points. Baur et al.
(2011), SIAM J. Sci. Comput. 33: parametric systems. O'Leary (1980), Linear Algebra Appl. 29: block conjugate gradients.
"""

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.linear import Solve
from proofmark_thermal.reduced.form import Form
from proofmark_thermal.reduced.full import factorised_free
from proofmark_thermal.reduced.greedy import middle
from proofmark_thermal.reduced.span import Span
from proofmark_thermal.reduced.training import training

LATTICE = 8
"""Training vectors beside the middle and the ends."""
_KEPT = 1e-6
"""Of the greatest singular value: what is kept of responses."""
_ROUNDS = 100


def frequencies(longest_s: float, shortest_s: float, per_decade: float) -> FloatArray:
    """Return zero, then frequencies from below the slowest change to above the fastest, 1/s."""
    low, high = np.log10(0.3 / longest_s), np.log10(5 / shortest_s)
    return np.concatenate([[0.0], np.logspace(low, high, int(np.ceil((high - low) * per_decade)) + 1)])


def shapes(form: Form, capacity: csr_array, lifts: FloatArray, at: FloatArray, precise: float) -> FloatArray:
    """Return (n, m) shapes that span the responses, most important first, orthonormal in the middle's energy.

    Parameters
    ----------
    capacity : (n, n)
    lifts : (n, l)
        Rises of fixed temperatures.
    at : (s,)
        Frequencies, 1/s.
    precise
        Error of a response, of its own energy norm.
    """
    factors = form.factors(training(form.varied, LATTICE))
    conductances = np.unique(factors.conductances, axis=0)
    size = np.abs(factors.loads).max(axis=0, initial=0.0)
    lifted = np.abs(factors.lifts).max(axis=0, initial=0.0)
    raised = lifts * lifted
    loads = np.column_stack([form.loads * size, capacity @ raised * max(at[-1], 1.0)])
    centre = middle(form)
    span = Span((*form.operators, capacity), np.append(centre, at[1]))
    found: list[FloatArray] = []
    for frequency in at:
        if frequency == 0 and not _cooled(form):
            continue
        solve = factorised_free(csr_array(form.matrix(centre) + frequency * capacity), form)
        drives = np.column_stack([conductances, np.full(len(conductances), frequency)])
        found.append(_responses(span, form, solve, drives, loads, raised, precise))
    return span.principal(found, _KEPT)


def _cooled(form: Form) -> bool:
    """Whether heat can leave, so that there is a steady state."""
    return bool(form.affine.ambients or form.model.fixed)


def _responses(
    span: Span,
    form: Form,
    solve: Solve,
    drives: FloatArray,
    loads: FloatArray,
    raised: FloatArray,
    precise: float,
) -> FloatArray:
    """Return (m, c (p + l)) coordinates of the responses at (c, q + 1) factors of the operators and the capacity to
    (n, p) loads and to (n, l) fixed rises; the span grows by what they take."""
    inner = np.zeros((form.model.size, 1))
    inner[form.free] = 1
    wide = np.repeat(drives, loads.shape[1] + raised.shape[1], axis=0)
    right = np.column_stack([part for each in drives for part in (loads, -span.image(each, raised))]) * inner
    first = np.einsum("ni,ni->i", right[form.free], solve(right[form.free]))
    for _ in range(_ROUNDS):
        coordinates = span.galerkin(wide, right)
        residual = (right - span.image(wide, span.columns @ coordinates)) * inner
        smoothed = np.zeros_like(residual)
        smoothed[form.free] = solve(residual[form.free])
        missing = np.einsum("ni,ni->i", residual, smoothed) > precise**2 * first
        if not missing.any() or not span.add(smoothed[:, missing]):
            break
    return coordinates
