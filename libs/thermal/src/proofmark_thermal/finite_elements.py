"""The default engine: quadratic elements, refined until the estimated error is what the problem asks for."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.balance import Balance, balance
from proofmark_thermal.building import build
from proofmark_thermal.checks import check
from proofmark_thermal.engine import Course, Level, Solution
from proofmark_thermal.indicators import Estimate, estimate, worst
from proofmark_thermal.linear import ROUGH, solver
from proofmark_thermal.mesh import Mesh
from proofmark_thermal.meshing import mesh_for
from proofmark_thermal.meshing_room import Room
from proofmark_thermal.model import Model
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.readings import Readings, goals, read
from proofmark_thermal.refinement import refined
from proofmark_thermal.soundness import BYTES_PER_UNKNOWN, check_answer, check_model
from proofmark_thermal.space import Degree
from proofmark_thermal.steady import steady
from proofmark_thermal.terms import sum_of
from proofmark_thermal.transient import run, tolerance_of

GROWTH = 3.0
"""Most by which unknowns grow from one mesh to the next."""
CHANGE_FACTOR = 2.0
"""From the change between two meshes to the error of the finer one: enough where each takes away a third or more."""


@dataclass(frozen=True)
class FiniteElements:
    """Solves by finite elements of its own assembly."""

    degree: Degree = 2
    most_unknowns: int = 400_000
    """Where refinement ends, whatever the accuracy."""
    memory_bytes: float = 8e9
    name: str = "proofmark"

    def solve(self, problem: ThermalProblem) -> Solution:
        """Check, mesh and solve a problem; see `Engine`."""
        check(problem)
        return self.refined(problem, mesh_for(problem, Room(self.degree, self.memory_bytes)))

    def refined(self, problem: ThermalProblem, mesh: Mesh) -> Solution:
        """Solve on a mesh, and on finer ones until the estimate is what the problem asks for."""
        levels: list[Level] = []
        before: FloatArray | None = None
        most = min(self.most_unknowns, self.memory_bytes / BYTES_PER_UNKNOWN[mesh.dimension])
        while True:
            model = build(problem, mesh, self.degree)
            check_model(model)
            found = answer(model)
            stated = estimated(model, found)
            change = 0.0 if before is None else CHANGE_FACTOR * float(np.abs(found.readings.every - before).max())
            error_k = max(stated.error_k, change) + found.time_error_k
            levels.append(Level(model.size, found.readings.hottest.temperature, error_k))
            held = before is not None and error_k <= problem.accuracy
            if held or model.size * GROWTH > most:
                break
            before, mesh = found.readings.every, refined(mesh, worst(stated.cells))
        check_answer(model, found.peak)
        return Solution(
            self.name,
            model,
            found.temperatures,
            found.peak,
            found.readings,
            found.balance,
            error_k,
            tuple(levels),
            found.course,
        )


@dataclass(frozen=True, eq=False)
class Answer:
    """On one mesh."""

    temperatures: FloatArray
    peak: FloatArray
    readings: Readings
    balance: Balance
    course: Course | None = None
    time_error_k: float = 0.0


def answer(model: Model) -> Answer:
    """Solve a problem on the mesh that it is on.

    Raises
    ------
    ThermalError
        It has no answer.
    """
    transient = model.problem.transient
    if transient is None:
        temperatures = steady(model)
        return Answer(temperatures, temperatures, read(model, temperatures), balance(model, temperatures))
    found = run(model, transient)
    at_end = balance(model, found.temperatures, transient.duration, found.stored)
    return Answer(found.temperatures, found.peak, found.readings, at_end, found.course, tolerance_of(model, transient))


def estimated(model: Model, found: Answer) -> Estimate:
    """Estimate the error of an answer; of a transient, when it was hottest, as one step of its length passes it on."""
    transient, when = model.problem.transient, found.readings.hottest.time_s
    matrix = csr_array(model.tangent(found.peak, when).T)
    if transient is not None:
        matrix = sum_of([matrix, *(each.capacity(found.peak) / transient.duration for each in model.storages)])
    solve = solver(matrix, model.space, model.free_nodes, symmetric=model.symmetric, relative=ROUGH)
    return estimate(model, found.peak, list(goals(model, found.peak, when).values()), solve)
