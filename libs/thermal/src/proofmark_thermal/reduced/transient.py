"""Makes reduced transient models: a basis of responses, no larger than the accuracy takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import Unassigned
from proofmark_thermal.model import Model
from proofmark_thermal.reduced.coefficients import Columns
from proofmark_thermal.reduced.form import Form, Varied, form_of
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.greedy import means, middle
from proofmark_thermal.reduced.junctions import over_faces
from proofmark_thermal.reduced.responses import frequencies, shapes
from proofmark_thermal.reduced.training import training
from proofmark_thermal.reduced.training_courses import Pace, courses, full_courses, rises
from proofmark_thermal.reduced.transient_model import ReducedTransient
from proofmark_thermal.terms import sum_of

ACCURACY_K = 0.05
MOST_SHAPES = 60
STEPS = 120
"""Of a training course."""
LATTICE = 24
REFINED = ((2, 1e-3), (4, 1e-6))
"""Frequencies per decade and precision of the responses, one after the other until the error is within the accuracy."""
_SHARE = 0.2
"""Of the accuracy, that the choice of shapes and of watched nodes may cost each."""


def reduce_transient(
    model: Model,
    varied: Mapping[str, Varied],
    shortest_s: float,
    changing: Sequence[str] = (),
    accuracy_k: float = ACCURACY_K,
) -> ReducedTransient:
    """Reduce a model that is followed through time.

    Parameters
    ----------
    varied
        The parameters by name; `transient.initial` is a place too.
    shortest_s
        The shortest time between changes: the period of a controller.
    changing
        Parameters that change in a course.

    Raises
    ------
    NotAffine
        A number of the problem depends on temperature.
    Unassigned
        The problem has no transient.
    """
    if model.problem.transient is None:
        raise Unassigned("problem", "a transient, whose duration and initial temperature count")
    form = form_of(model, varied, timed=True)
    capacity = sum_of([storage.capacity(np.empty(0)) for storage in model.storages])
    longest_s = model.problem.transient.duration
    solver = FullSolver(form, middle(form))
    none = np.zeros(form.loads.shape[1])
    lifts = np.column_stack(
        [np.empty((model.size, 0)), *(solver.rise(solver.middle, none, unit) for unit in np.eye(len(model.fixed)))]
    )
    vectors = training(varied, LATTICE)
    paces = Pace(longest_s / STEPS, STEPS), Pace(shortest_s, STEPS // 2)
    full = full_courses(form, capacity, vectors, paces, changing)
    for per_decade, precise in REFINED:
        every = shapes(form, capacity, lifts, frequencies(longest_s, shortest_s, per_decade), precise)[:, :MOST_SHAPES]
        projected = _projected(form, capacity, lifts, every, shortest_s)
        found = _least(projected, vectors, [shortest_s, longest_s / STEPS], changing, _SHARE * accuracy_k)
        error_k = full.error(found)
        if error_k <= accuracy_k:
            break
    return replace(found, error_estimate_k=error_k)


def _projected(
    form: Form, capacity: csr_array, lifts: FloatArray, every: FloatArray, shortest_s: float
) -> ReducedTransient:
    """The model on (n, m) shapes, with every node of a region watched."""
    model, matrix, weighed = form.model, np.concatenate([lifts, every], axis=1), means(form)
    return ReducedTransient(
        form.coefficients,
        {name: (each.low, each.high) for name, each in form.varied.items()},
        np.stack([every.T @ (operator @ matrix) for operator in form.operators]),
        form.loads.T @ every,
        every.T @ (capacity @ matrix),
        {name: matrix[nodes] for name, nodes in model.space.node_regions.items()},
        {name: weighed[f"probe {name}"] @ matrix for name in model.problem.probes},
        {
            name: (weighed[f"junction {name}"] @ matrix, over_faces(form, name))
            for name, source in model.problem.sources.items()
            if source.junction_resistance is not None
        },
        model.size,
        shortest_s,
        np.inf,
    )


def _least(
    model: ReducedTransient, vectors: Columns, lengths_s: Sequence[float], changing: Sequence[str], slack_k: float
) -> ReducedTransient:
    """The model with as few watched nodes and shapes as the slack allows each."""

    def followed(model: ReducedTransient) -> FloatArray:
        runs = (run for length_s in lengths_s for run in courses(model, vectors, Pace(length_s, STEPS), changing))
        return np.concatenate([run.coordinates for run in runs])

    seen = followed(model)
    watched = {name: rows[_watched(rows, seen, slack_k)] for name, rows in model.regions.items()}
    model = replace(model, regions=watched)
    wanted = rises(model, seen)
    for count in range(1, len(model.capacity) + 1):
        found = leading(model, count)
        if np.abs(rises(found, followed(found)) - wanted).max() <= slack_k:
            break
    return found


def leading(model: ReducedTransient, count: int) -> ReducedTransient:
    """Return the model on its first shapes."""
    width = model.capacity.shape[1] - len(model.capacity) + count
    return replace(
        model,
        operators=np.ascontiguousarray(model.operators[:, :count, :width]),
        loads=np.ascontiguousarray(model.loads[:, :count]),
        capacity=np.ascontiguousarray(model.capacity[:count, :width]),
        regions={name: np.ascontiguousarray(rows[:, :width]) for name, rows in model.regions.items()},
        probes={name: row[:width] for name, row in model.probes.items()},
        junctions={name: (row[:width], over) for name, (row, over) in model.junctions.items()},
    )


def _watched(rows: FloatArray, coordinates: FloatArray, slack_k: float) -> list[int]:
    """Rows of which one is always within the slack of the greatest."""
    hottest = np.concatenate(
        [(rows @ part.T).max(axis=0) for part in np.array_split(coordinates, len(coordinates) // 256 + 1)]
    )
    chosen: list[int] = []
    best = np.full(len(coordinates), -np.inf)
    while (hottest - best).max() > slack_k:
        worst = int((hottest - best).argmax())
        chosen.append(int((rows @ coordinates[worst]).argmax()))
        best = np.maximum(best, coordinates @ rows[chosen[-1]])
    return chosen
