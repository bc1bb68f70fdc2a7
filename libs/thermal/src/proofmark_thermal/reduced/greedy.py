"""The greedy choice of a basis: always the vector whose bound is worst, until the worst is good enough."""

from collections.abc import Mapping

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.readings import goals
from proofmark_thermal.reduced.basis import Basis
from proofmark_thermal.reduced.coefficients import Factors
from proofmark_thermal.reduced.form import Form
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.training import training

TRAINING = 2000
MOST_SHAPES = 48
_SNAPSHOT = 1e-2
"""Error of a snapshot, of the bound that it is to lower."""


def middle(form: Form) -> FloatArray:
    """Return the (q,) conductances in the middle of the ranges, geometrically."""
    ends = form.factors({name: np.array([each.low, each.high]) for name, each in form.varied.items()})
    return np.asarray(np.sqrt(ends.conductances.prod(axis=0)))


def grown(full: FullSolver, accuracy_k: float, most: int = MOST_SHAPES) -> tuple[Basis, Mapping[str, FloatArray]]:
    """Return a basis and its training vectors.

    At all of them, bounds of the hottest free nodes and of probes are below the accuracy, unless that takes more than
    `most` shapes.
    """
    form = full.form
    trained = training(form.varied, TRAINING)
    factors = form.factors(trained)
    basis = Basis(full)
    weights = means(form).values()
    root = max((float(np.sqrt(represented(full, each) @ each)) for each in weights), default=0.0)
    worst, relative = 0, _SNAPSHOT
    rises: FloatArray | None = None
    hottest: set[int] = set()
    while len(basis.shapes) < most:
        vector = one(factors, worst)
        found = full.rise(*vector, start=rises, relative=relative)
        if not basis.add(found, vector[2]):
            break
        hot = int(form.free[found[form.free].argmax()])
        if hot not in hottest:
            hottest.add(hot)
            root = max(root, float(np.sqrt(green(full, hot)[hot])))
        system = basis.system()
        coordinates = system.solve(factors)
        errors = system.error(factors, coordinates)
        worst = int(errors.argmax())
        if errors[worst] * root < accuracy_k:
            break
        rises = basis.matrix @ coordinates[worst]
        relative = _SNAPSHOT * float(errors[worst]) / _energy(full, rises, factors.conductances[worst])
    return basis, trained


def means(form: Form) -> dict[str, FloatArray]:
    """Return the (n,) weights of probes and of junctions' faces."""
    every = goals(form.model, np.zeros(form.model.size))
    return {name: weights for name, weights in every.items() if not name.startswith("hottest of ")}


def one(factors: Factors, index: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the conductances, loads and lifts of one vector."""
    return factors.conductances[index], factors.loads[index], factors.lifts[index]


def green(full: FullSolver, node: int) -> FloatArray:
    """Return the (n,) rises by 1 W at a node, at the reference; zero for a fixed node."""
    return represented(full, np.eye(1, full.form.model.size, node)[0])


def represented(full: FullSolver, weights: FloatArray) -> FloatArray:
    """Return the (n,) rises by heat spread as (n,) weights, at the reference."""
    found = np.zeros(len(weights))
    found[full.form.free] = full.precondition(weights[full.form.free])
    return found


def _energy(full: FullSolver, rises: FloatArray, conductances: FloatArray) -> float:
    return float(np.sqrt(rises @ (full.form.matrix(conductances) @ rises)))
