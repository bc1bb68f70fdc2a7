"""Courses that a transient model is made for: whatever changes jumps from one end of its range to the other.

Some are computed in full. They do not depend on the model, so that they judge any number of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.reduced.coefficients import Columns
from proofmark_thermal.reduced.form import Form
from proofmark_thermal.reduced.full_transient import FullRun
from proofmark_thermal.reduced.greedy import means, one
from proofmark_thermal.reduced.transient_model import ReducedTransient, Run

SEGMENTS = 6
"""Of a course, between which everything jumps."""


@dataclass(frozen=True)
class Pace:
    """Steps of a course."""

    length_s: float
    steps: int


def courses(model: ReducedTransient, vectors: Columns, pace: Pace, changing: Sequence[str]) -> Iterator[Run]:
    """Yield runs of parameter vectors after each step."""
    driven = {factor.quantity for factor in model.coefficients.conductances}
    run = model.begin(vectors, pace.length_s, [name for name in changing if name in driven])
    for changed in _jumps(model.ranges, vectors, changing, pace.steps):
        run.step(changed)
        yield run


def rises(model: ReducedTransient, coordinates: FloatArray) -> FloatArray:
    """Return the (n, r) rises that are read off: the hottest of each region, probes, junctions."""
    hottest = [(coordinates @ rows.T).max(axis=1) for rows in model.regions.values()]
    rows = [*model.probes.values(), *(row for row, _ in model.junctions.values())]
    return np.column_stack([*hottest, *(coordinates @ row for row in rows)])


def full_courses(
    form: Form, capacity: csr_array, vectors: Columns, paces: Sequence[Pace], changing: Sequence[str]
) -> "FullCourses":
    """Compute the last vectors, one at each pace."""
    ranges = {name: (each.low, each.high) for name, each in form.varied.items()}
    begun = [{n: v[-i:][:1] for n, v in vectors.items()} for i in range(1, len(paces) + 1)]
    nodes, weighed = form.model.space.node_regions.values(), means(form).values()
    found = []
    for columns, pace in zip(begun, paces, strict=True):
        run, now = FullRun(form, capacity, pace.length_s), dict(columns)
        for changed in _jumps(ranges, columns, changing, pace.steps):
            now |= changed
            here = run.step(*one(form.factors(now), 0))
            found.append([*(here[each].max() for each in nodes), *(here @ weights for weights in weighed)])
    return FullCourses(begun, paces, changing, np.array(found))


class FullCourses:
    """What was read off full courses."""

    def __init__(
        self, vectors: Sequence[Columns], paces: Sequence[Pace], changing: Sequence[str], found: FloatArray
    ) -> None:
        """Take the (courses x steps, r) rises, as of `rises`."""
        self._begun = list(zip(vectors, paces, strict=True))
        self._changing, self._rises = changing, found

    def error(self, model: ReducedTransient) -> float:
        """Return the worst difference of a reduced model, K."""
        found = [
            rises(model, run.coordinates)[0]
            for columns, pace in self._begun
            for run in courses(model, columns, pace, self._changing)
        ]
        return float(np.abs(np.array(found) - self._rises).max())


def _jumps(
    ranges: Mapping[str, tuple[float, float]], vectors: Columns, changing: Sequence[str], steps: int
) -> Iterator[dict[str, FloatArray]]:
    """Yield what changes in each step."""
    count, length = len(next(iter(vectors.values()))), steps // SEGMENTS
    for step in range(steps):
        phase = step // length + np.arange(count)
        jumps = {name: np.where((phase + i) % 2 == 0, *ranges[name]) for i, name in enumerate(changing)}
        yield jumps if step % length == 0 else {}
