"""Temperatures in time, by steps as long as the error that is allowed lets them be.

Time is divided at the knots of schedules and at the times to be reported. In each piece, steps are the piece over a
power of two, so that their ends are hit exactly and matrices come again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, log2

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.engine import Course
from proofmark_thermal.errors import NotConverged
from proofmark_thermal.model import Model
from proofmark_thermal.problem import ThermalProblem, Transient
from proofmark_thermal.readings import Readings, hotter, read
from proofmark_thermal.stepping import State, Stepper
from proofmark_thermal.values import Schedule, extremes

TOLERANCE = 0.1
"""Error of one step that is allowed, as a share of the accuracy asked for."""
_FIRST = 7
"""The first step tried is the piece over two to this power."""
_MOST_HALVINGS = 45
_ROUNDING = 1e-9
_GROW_BELOW = 1 / 12
"""Of the error allowed: a step twice as long makes eight times the error."""


@dataclass(frozen=True, eq=False)
class Run:
    """A transient on one mesh."""

    temperatures: FloatArray
    """(n,) K at the end."""
    peak: FloatArray
    """(n,) K when the maximum was reached."""
    readings: Readings
    """Probes and junctions at the end; maxima over all times."""
    stored: FloatArray
    """(n,) W taken up at the end."""
    course: Course


def tolerance_of(model: Model, transient: Transient) -> float:
    """Return the error of one step that is allowed, K."""
    return transient.tolerance if transient.tolerance is not None else TOLERANCE * model.problem.accuracy


def run(model: Model, transient: Transient) -> Run:
    """Follow a model through time.

    Raises
    ------
    NotConverged
        Steps got too short, as where heat runs away.
    """
    stepper = Stepper(model)
    record = _Record(model, transient)
    jumps = _jumps(model.problem)
    state = State(0.0, np.full(model.size, float(transient.initial)), np.zeros(model.size))
    length: float | None = None
    record.note(state)
    for begin, end in pairwise(_pieces(model.problem, transient)):
        if begin in jumps:
            length = None
        for reached, took in _steps(stepper, state, length, (begin, end), tolerance_of(model, transient)):
            record.note(reached)
            state, length = reached, took
    return record.run(state, stepper.stored(state))


def _steps(
    stepper: Stepper, state: State, length: float | None, piece: tuple[float, float], tolerance: float
) -> Iterator[tuple[State, float]]:
    """Yield the state at the end of each step through a piece, and the step's length.

    Where the length of the last step is None, the rates of the state mean nothing: it is the first, or follows a jump.
    """
    begin, end = piece
    halvings = _FIRST if length is None else max(0, ceil(log2((end - begin) / length) - _ROUNDING))
    shortest = _shortest(stepper.model)
    done = 0.0
    while done < 1:
        share = 2.0**-halvings
        length_now = share * (end - begin)
        # At the end, the values before a jump count.
        until = np.nextafter(end, begin) if done + share == 1 else begin + (done + share) * (end - begin)
        if length is None:
            tried, error = stepper.start(state.temperatures, until, length_now)
        else:
            tried, error = stepper.step(state, until, length_now)
        worst = float(np.abs(error).max())
        if not worst <= tolerance and (length is not None or length_now > shortest):
            if halvings >= _MOST_HALVINGS:
                raise NotConverged(f"the step to {until:g} s", tolerance, worst)
            halvings += 1
            continue
        state, length, done = replace(tried, time_s=begin + (done + share) * (end - begin)), length_now, done + share
        yield state, length
        if worst < _GROW_BELOW * tolerance and halvings > 0 and done % (2 * share) == 0:
            halvings -= 1


def _shortest(model: Model) -> float:
    """The time in which heat crosses the smallest cells: what is faster, the mesh does not resolve."""
    found = []
    for storage in model.storages:
        cells, k = storage.integrals, model.materials[storage.name].k
        size: float = float(cells.measures.min() / cells.weight) ** (2 / cells.dimension)
        greatest = max(extremes(each)[1] for each in (k if isinstance(k, tuple) else (k,)))
        found.append(size * storage.rho * extremes(storage.cp)[0] / greatest)
    return min(found)


def _schedules(problem: ThermalProblem) -> list[Schedule]:
    values: list[object] = [value for each in problem.regions.values() for value in (each.power, each.power_density)]
    values += [value for source in problem.sources.values() for value in (source.power, source.flux)]
    for sink in problem.sinks.values():
        values += [sink.convection, sink.ambient, sink.temperature, sink.flux]
    return [value for value in values if isinstance(value, Schedule)]


def _pieces(problem: ThermalProblem, transient: Transient) -> list[float]:
    """Where time is divided."""
    times = {time for schedule in _schedules(problem) for time in schedule.times_s} | set(transient.report_at)
    return sorted({0.0, transient.duration, *(time for time in times if 0 < time < transient.duration)})


def _jumps(problem: ThermalProblem) -> set[float]:
    return {a for schedule in _schedules(problem) for a, b in pairwise(schedule.times_s) if a == b}


class _Record:
    """What is kept of a course: maxima over time, the hottest field, histories."""

    def __init__(self, model: Model, transient: Transient) -> None:
        self.model = model
        self.asked = frozenset(transient.report_at)
        self.times: list[float] = []
        self.hottest: list[float] = []
        self.probes: list[list[float]] = []
        self.junctions: list[list[float]] = []
        self.fields: dict[float, FloatArray] = {}
        self.peak = np.empty(0)
        self.last: Readings | None = None
        self.best: Readings | None = None

    def note(self, state: State) -> None:
        """Take in the state at the end of a step."""
        found = read(self.model, state.temperatures, state.time_s)
        if self.best is None or found.hottest.temperature > self.best.hottest.temperature:
            self.peak = state.temperatures
        self.best = found if self.best is None else hotter(self.best, found)
        self.last = found
        self.times.append(state.time_s)
        self.hottest.append(found.hottest.temperature)
        self.probes.append(list(found.probes.values()))
        self.junctions.append(list(found.junctions.values()))
        if state.time_s in self.asked:
            self.fields[state.time_s] = state.temperatures

    def run(self, end: State, stored: FloatArray) -> Run:
        """Return everything that was kept."""
        assert self.last is not None and self.best is not None, "a course has at least one step"
        readings = replace(self.last, hottest=self.best.hottest, regions=self.best.regions)
        probes = dict(zip(self.last.probes, np.array(self.probes).T, strict=True))
        junctions = dict(zip(self.last.junctions, np.array(self.junctions).T, strict=True))
        course = Course(np.array(self.times), np.array(self.hottest), probes, self.fields, junctions)
        return Run(end.temperatures, self.peak, readings, stored, course)
