"""Roots of every node at once, by random heat: bounds that hold together but for a stated probability.

A field K^-1 z with z normal of covariance K is normal of covariance K^-1, whose diagonal holds the squared roots by
which the errors of nodes are bounded. The sum of squares of `SAMPLES` of them, over the quantile of its distribution
that belongs to `FAILING` shared among all nodes, bounds each from above.

References
----------
Smetana, Zahm & Patera (2019), SIAM J. Sci. Comput. 41: randomized error estimates of reduced bases.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.special import gammaincinv

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.integrals import Integrals
from proofmark_thermal.reduced.form import Form
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.terms import Conduction, Film, Joint

SAMPLES = 64
FAILING = 1e-6
"""Probability that any of the bounds is too small."""
_SEED = 20_260


@dataclass(frozen=True, eq=False)
class Sketch:
    """Samples of the normal field at the reference."""

    fields: FloatArray
    """(n, samples) sqrt(K/W)"""

    def roots(self, nodes: IntArray) -> FloatArray:
        """Return the (m,) roots of nodes, sqrt(K/W), each at least the exact one."""
        share = FAILING / len(self.fields)
        least = 2 * gammaincinv(self.fields.shape[1] / 2, share)
        return np.asarray(np.sqrt((self.fields[nodes] ** 2).sum(axis=1) / least))


def sketch(full: FullSolver) -> Sketch:
    """Sample the field; the same every time."""
    form = full.form
    generator = np.random.default_rng(_SEED)
    heat = np.zeros((SAMPLES, form.model.size))
    for nodes, local in _parts(form, full.middle):
        values, vectors = np.linalg.eigh(local)
        factors = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
        for number in range(SAMPLES):
            drawn = generator.standard_normal((*nodes.shape, 1))
            heat[number] += np.bincount(nodes.ravel(), (factors @ drawn).ravel(), form.model.size)
    fields = np.zeros((form.model.size, SAMPLES))
    for number, sample in enumerate(heat):
        fields[form.free, number] = full.precondition(sample[form.free])
    return Sketch(fields)


def _parts(form: Form, conductances: FloatArray) -> Iterator[tuple[IntArray, FloatArray]]:
    """The nodes of each simplex, and the (m, nodes, nodes) matrices whose sum is the reference."""

    def coefficient(place: str) -> float:
        index, share = form.shares[place]
        return float(conductances[index]) * share

    for term in form.model.terms:
        if isinstance(term, Conduction):
            places = [place for place in form.shares if place.rpartition(".k")[0] == f"regions.{term.name}"]
            yield term.integrals.nodes, _stiffnesses(term, [coefficient(place) for place in places])
        elif isinstance(term, Film):
            yield term.integrals.nodes, coefficient(f"sinks.{term.name}.convection") * _masses(term.integrals)
        elif isinstance(term, Joint):
            local = coefficient(f"contacts.{term.name}.conductance") * _masses(term.integrals)
            jumps = np.concatenate([np.concatenate([local, -local], 2), np.concatenate([-local, local], 2)], 1)
            yield np.concatenate([term.integrals.nodes, term.opposite], axis=1), jumps


def _stiffnesses(term: Conduction, along: Sequence[float]) -> FloatArray:
    axes = range(len(along)) if isinstance(term.k, tuple) else [None]
    apart = _apart(term.integrals)
    unit = np.ones(len(apart.nodes))
    whole = sum(k * apart.stiffness(unit, axis) for k, axis in zip(along, axes, strict=True))
    return _blocks(csr_array(whole), apart.nodes.shape[1])


def _masses(integrals: Integrals) -> FloatArray:
    apart = _apart(integrals)
    return _blocks(apart.mass(np.ones(len(apart.nodes))), apart.nodes.shape[1])


def _apart(integrals: Integrals) -> Integrals:
    """The same simplices with nodes of their own."""
    shape = integrals.nodes.shape
    return replace(integrals, nodes=np.arange(np.prod(shape)).reshape(shape), size=int(np.prod(shape)))


def _blocks(matrix: csr_array, count: int) -> FloatArray:
    """The (m, count, count) blocks of a matrix that has nothing else."""
    return np.asarray(matrix.tobsr((count, count)).data)
