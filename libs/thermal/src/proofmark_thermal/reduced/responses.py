"""What a transient basis is made of: responses to each load over the frequencies and the conductances of the training.

A response at the frequency s is (K + s C)^-1 f: about what a load that was switched on has made of the body after the
time 1/s. A basis of responses at many s is a rational Krylov space; at many conductances it serves all of them.

References
----------
Antoulas (2005), Approximation of Large-Scale Dynamical Systems, 11: moment matching at several points. Baur et al.
(2011), SIAM J. Sci. Comput. 33: parametric systems.
"""

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.linear import Solve
from proofmark_thermal.reduced.form import Form
from proofmark_thermal.reduced.full import factorised_free
from proofmark_thermal.reduced.greedy import middle
from proofmark_thermal.reduced.training import training

LATTICE = 8
"""Training vectors beside the middle and the ends."""
PER_DECADE = 2
_PRECISE = 1e-6
_KEPT = 1e-6
"""Of the greatest singular value: what is kept of responses."""
_ITERATIONS = 100


def frequencies(longest_s: float, shortest_s: float) -> FloatArray:
    """Return zero, then frequencies from below the slowest change to above the fastest, 1/s."""
    low, high = np.log10(0.3 / longest_s), np.log10(5 / shortest_s)
    return np.concatenate([[0.0], np.logspace(low, high, int(np.ceil((high - low) * PER_DECADE)) + 1)])


def shapes(form: Form, capacity: csr_array, lifts: FloatArray, at: FloatArray) -> FloatArray:
    """Return (n, m) shapes that span the responses, most important first, orthonormal in the middle's energy.

    Parameters
    ----------
    capacity : (n, n)
    lifts : (n, l)
        Rises of fixed temperatures.
    at : (s,)
        Frequencies, 1/s.
    """
    factors = form.factors(training(form.varied, LATTICE))
    conductances = np.unique(factors.conductances, axis=0)
    size = np.abs(factors.loads).max(axis=0, initial=0.0)
    lifted = np.abs(factors.lifts).max(axis=0, initial=0.0)
    loads = [form.loads[:, p] * size[p] for p in range(len(size))]
    loads += [capacity @ lifts[:, i] * lifted[i] * max(at[-1], 1.0) for i in range(len(lifted))]
    centre = middle(form)
    energy = form.matrix(centre) + capacity * at[1]
    found = np.empty((form.model.size, 0))
    for frequency in at:
        if frequency == 0 and not _cooled(form):
            continue
        solve = factorised_free(csr_array(form.matrix(centre) + frequency * capacity), form)
        responses = [found]
        for each in conductances:
            matrix = csr_array(form.matrix(each) + frequency * capacity)
            right = [*loads, *(-(matrix @ lifts[:, i]) * lifted[i] for i in range(len(lifted)))]
            responses += [_response(form, matrix, solve, load)[:, None] for load in right]
        found = _compressed(np.concatenate(responses, axis=1), energy)
    norms = np.sqrt(np.einsum("ni,ni->i", found, energy @ found))
    return np.asarray(found / norms)


def _cooled(form: Form) -> bool:
    """Whether heat can leave, so that there is a steady state."""
    return bool(form.affine.ambients or form.model.fixed)


def _response(form: Form, matrix: csr_array, solve: Solve, load: FloatArray) -> FloatArray:
    """Solve among the free nodes by conjugate gradients."""
    free = form.free
    found = np.zeros(len(load))
    residual = load[free].copy()
    smoothed = solve(residual)
    direction, energy = smoothed, float(residual @ smoothed)
    target = _PRECISE**2 * energy
    for _ in range(_ITERATIONS):
        if energy <= target:
            break
        spread = np.zeros(len(load))
        spread[free] = direction
        image = (matrix @ spread)[free]
        step = energy / float(direction @ image)
        found[free] += step * direction
        residual -= step * image
        smoothed = solve(residual)
        previous, energy = energy, float(residual @ smoothed)
        direction = smoothed + direction * (energy / previous)
    return found


def _compressed(columns: FloatArray, energy: csr_array) -> FloatArray:
    """Principal directions by their size, greatest first."""
    gram = columns.T @ (energy @ columns)
    values, vectors = eigh((gram + gram.T) / 2)
    kept = np.flatnonzero(values > _KEPT**2 * values[-1])[::-1]
    return np.asarray(columns @ vectors[:, kept])
