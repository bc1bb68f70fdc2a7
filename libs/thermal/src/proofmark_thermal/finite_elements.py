"""The default engine: quadratic elements, refined until the estimated error is what the problem asks for."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.balance import balance
from proofmark_thermal.building import build
from proofmark_thermal.checks import check
from proofmark_thermal.engine import Level, Solution
from proofmark_thermal.indicators import Estimate, estimate, worst
from proofmark_thermal.linear import solver
from proofmark_thermal.mesh import Mesh
from proofmark_thermal.meshing import Room, mesh_of
from proofmark_thermal.model import Model
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.readings import goals, read
from proofmark_thermal.refinement import bisected
from proofmark_thermal.soundness import BYTES_PER_UNKNOWN, check_answer, check_model
from proofmark_thermal.space import Degree
from proofmark_thermal.steady import steady

GROWTH = 4.0
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
        mesh = mesh_of(problem.geometry, problem.element_size, Room(self.degree, self.memory_bytes))
        return self.refined(problem, mesh)

    def refined(self, problem: ThermalProblem, mesh: Mesh) -> Solution:
        """Solve on a mesh, and on finer ones until the estimate is what the problem asks for."""
        levels: list[Level] = []
        before: FloatArray | None = None
        most = min(self.most_unknowns, self.memory_bytes / BYTES_PER_UNKNOWN[mesh.dimension])
        while True:
            model = build(problem, mesh, self.degree)
            check_model(model)
            temperatures = steady(model)
            readings, found = read(model, temperatures), _estimate(model, temperatures)
            change = np.inf if before is None else CHANGE_FACTOR * float(np.abs(readings.every - before).max())
            error_k = max(found.error_k, change)
            levels.append(Level(model.size, readings.hottest.temperature, error_k))
            if error_k <= problem.accuracy or model.size * GROWTH > most:
                break
            before, mesh = readings.every, bisected(mesh, worst(found.cells))
        check_answer(model, temperatures)
        balanced = balance(model, temperatures)
        return Solution(self.name, model, temperatures, temperatures, readings, balanced, error_k, tuple(levels))


def _estimate(model: Model, temperatures: FloatArray) -> Estimate:
    transposed = csr_array(model.tangent(temperatures, 0.0).T)
    solve = solver(transposed, model.space, model.free_nodes, symmetric=model.symmetric)
    return estimate(model, temperatures, list(goals(model, temperatures).values()), solve)
