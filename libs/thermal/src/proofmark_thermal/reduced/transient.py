"""Makes reduced transient models: a basis of responses, no larger than the accuracy takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import Unassigned
from proofmark_thermal.model import Model
from proofmark_thermal.reduced.coefficients import Columns
from proofmark_thermal.reduced.form import Form, Varied, form_of
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.full_transient import FullRun
from proofmark_thermal.reduced.greedy import means, middle, one
from proofmark_thermal.reduced.junctions import over_faces
from proofmark_thermal.reduced.responses import frequencies, shapes
from proofmark_thermal.reduced.training import training
from proofmark_thermal.reduced.transient_model import ReducedTransient, Run
from proofmark_thermal.terms import sum_of

ACCURACY_K = 0.05
MOST_SHAPES = 60
STEPS = 120
"""Of a training course."""
SEGMENTS = 6
"""Of a training course, between which what changes jumps from one end of its range to the other."""
LATTICE = 24
CHECKED = 2
"""Training courses that are computed in full."""
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
    full = FullSolver(form, middle(form))
    none = np.zeros(form.loads.shape[1])
    lifts = np.column_stack(
        [np.empty((model.size, 0)), *(full.rise(full.middle, none, unit) for unit in np.eye(len(model.fixed)))]
    )
    every = shapes(form, capacity, lifts, frequencies(longest_s, shortest_s))[:, :MOST_SHAPES]
    matrix = np.concatenate([lifts, every], axis=1)
    regions = model.space.node_regions
    vectors = training(varied, LATTICE)
    lengths = sorted({shortest_s, longest_s / STEPS})
    projected = ReducedTransient(
        form.coefficients,
        {name: (each.low, each.high) for name, each in varied.items()},
        np.stack([every.T @ (operator @ matrix) for operator in form.operators]),
        form.loads.T @ every,
        every.T @ (capacity @ matrix),
        {name: matrix[nodes] for name, nodes in regions.items()},
        {name: means(form)[f"probe {name}"] @ matrix for name in model.problem.probes},
        {
            name: (means(form)[f"junction {name}"] @ matrix, over_faces(form, name))
            for name, source in model.problem.sources.items()
            if source.junction_resistance is not None
        },
        model.size,
        shortest_s,
        np.inf,
    )
    seen = np.concatenate([run.coordinates for run in _courses(projected, vectors, lengths, changing)])
    slack = _SHARE * accuracy_k
    watched = {name: matrix[nodes][_watched(matrix[nodes], seen, slack)] for name, nodes in regions.items()}
    projected = replace(projected, regions=watched)
    wanted = _observed(projected, vectors, lengths, changing)
    for count in range(1, every.shape[1] + 1):
        found = leading(projected, count)
        if np.abs(_observed(found, vectors, lengths, changing) - wanted).max() <= slack:
            break
    return replace(found, error_estimate_k=_error(found, form, capacity, vectors, changing))


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


def _courses(
    model: ReducedTransient, vectors: Columns, lengths: Sequence[float], changing: Sequence[str]
) -> Iterator[Run]:
    """Runs after each step, in which what changes jumps between the ends of its range."""
    driven = {factor.quantity for factor in model.coefficients.conductances}
    count = len(next(iter(vectors.values())))
    for length_s in lengths:
        run = model.begin(vectors, length_s, [name for name in changing if name in driven])
        for step in range(STEPS):
            if step % (STEPS // SEGMENTS) == 0:
                phase = step // (STEPS // SEGMENTS) + np.arange(count)
                run.step({name: np.where((phase + i) % 2 == 0, *model.ranges[name]) for i, name in enumerate(changing)})
            else:
                run.step()
            yield run


def _observed(
    model: ReducedTransient, vectors: Columns, lengths: Sequence[float], changing: Sequence[str]
) -> FloatArray:
    """Everything that is read off training courses."""
    found = []
    for run in _courses(model, vectors, lengths, changing):
        now = run.temperatures()
        found += [now.hottest, *now.regions.values(), *now.probes.values(), *now.junctions.values()]
    return np.array(found)


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


def _error(
    model: ReducedTransient, form: Form, capacity: csr_array, vectors: Columns, changing: Sequence[str]
) -> float:
    """The worst difference of the hottest temperature and of the probes from full courses."""
    some = {name: values[-CHECKED:] for name, values in vectors.items()}
    transient = form.model.problem.transient
    length_s = (transient.duration if transient is not None else 0.0) / STEPS
    weights = np.array(list(means(form).values())).reshape(-1, form.model.size)
    courses = [FullRun(form, capacity, length_s) for _ in range(CHECKED)]
    worst = 0.0
    for run in _courses(model, some, [length_s], changing):
        factors, found = run.factors, run.coordinates
        rises = np.array([course.step(*one(factors, i)) for i, course in enumerate(courses)])
        reduced = np.array([(found @ rows.T).max(axis=1) for rows in model.regions.values()])
        full = np.array([rises[:, nodes].max(axis=1) for nodes in form.model.space.node_regions.values()])
        rows = [*model.probes.values(), *(row for row, _ in model.junctions.values())]
        differences = [
            reduced - full,
            *(found @ row - rises @ weight for row, weight in zip(rows, weights, strict=True)),
        ]
        worst = max(worst, *(float(np.abs(each).max()) for each in differences))
    return worst
