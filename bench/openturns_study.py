"""The bench's problems by OpenTURNS, run by its own interpreter: prints one line of JSON for each problem and method.

    python openturns_study.py '{"problems": ["RP8"], "replications": 40, "jobs": 2}'

Everything happens in standard-normal space, where its methods work anyway, and functions take whole samples.
"""

import json
import sys
from collections.abc import Callable
from multiprocessing import Pool
from typing import Any

import numpy as np
import openturns as ot

from bench.problems import Problem, all_problems
from proofmark_reliability.normals import to_uniforms

MONTE_CARLO_RUNS = 20_000
LEVEL_RUNS = 1000
"""Runs a level of its subset simulation and its cross-entropy."""
MOST_RUNS = 50_000
"""A method that asks for more has lost its way: without a slope some never end."""
RELATIVE_ERROR = 0.1
"""Coefficient of variation at which its Monte Carlo stops."""


class Counted:
    """A limit state that knows how often it was asked, and in how many calls."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.evaluations, self.calls = 0, 0
        self.function = ot.PythonFunction(problem.dimensions, 1, func_sample=self._sample)

    def _sample(self, points: Any) -> Any:
        normals = np.asarray(points)
        if self.evaluations > MOST_RUNS:
            raise RuntimeError(f"asked more than {MOST_RUNS} times")
        self.evaluations += len(normals)
        self.calls += 1
        return self._problem.margins(to_uniforms(normals)).min(axis=1)[:, np.newaxis]


def event(counted: Counted, dimensions: int) -> Any:
    inputs = ot.RandomVector(ot.Normal(dimensions))
    return ot.ThresholdEvent(ot.CompositeRandomVector(counted.function, inputs), ot.LessOrEqual(), 0.0)


def monte_carlo(happens: Any) -> tuple[float, float, float]:
    algorithm = ot.ProbabilitySimulationAlgorithm(happens, ot.MonteCarloExperiment())
    algorithm.setBlockSize(5000)
    algorithm.setMaximumOuterSampling(MONTE_CARLO_RUNS // 5000)
    algorithm.setMaximumCoefficientOfVariation(RELATIVE_ERROR)
    return simulated(algorithm)


def subset(happens: Any) -> tuple[float, float, float]:
    algorithm = ot.SubsetSampling(happens)
    algorithm.setBlockSize(100)
    algorithm.setMaximumOuterSampling(LEVEL_RUNS // 100)
    return simulated(algorithm)


def cross_entropy(happens: Any) -> tuple[float, float, float]:
    algorithm = ot.StandardSpaceCrossEntropyImportanceSampling(happens, 0.3)
    algorithm.setBlockSize(100)
    algorithm.setMaximumOuterSampling(LEVEL_RUNS // 100)
    return simulated(algorithm)


def simulated(algorithm: Any) -> tuple[float, float, float]:
    algorithm.run()
    result = algorithm.getResult()
    pf, reach = result.getProbabilityEstimate(), result.getConfidenceLength(0.95) / 2
    return pf, pf - reach, pf + reach


def form(happens: Any) -> tuple[float, None, None]:
    solver = ot.AbdoRackwitz()
    solver.setMaximumConstraintError(1e-4)
    solver.setCheckStatus(False)
    dimensions = happens.getAntecedent().getDimension()
    solver.setStartingPoint([0.0] * dimensions)
    algorithm = ot.FORM(solver, happens)
    algorithm.run()
    pf = algorithm.getResult().getEventProbability()
    return pf, None, None


METHODS: dict[str, Callable[[Any], tuple[float, float | None, float | None]]] = {
    "form": form,
    "subset": subset,
    "cross-entropy": cross_entropy,
    "monte-carlo": monte_carlo,
}


def study(request: tuple[str, str, int]) -> dict[str, Any]:
    """Every replication of one method on one problem; one that raises found nothing."""
    name, method, replications = request
    problem = all_problems()[name]
    results = []
    for seed in range(1 if method == "form" else replications):
        ot.RandomGenerator.SetSeed(seed)
        counted = Counted(problem)
        try:
            pf, low, high = METHODS[method](event(counted, problem.dimensions))
        except (RuntimeError, TypeError):  # both are what its errors arrive as
            pf, low, high = 0.0, 0.0, 0.0
        results.append([pf, low, high, counted.evaluations, counted.calls])
    return {"problem": name, "method": method, "results": results}


def main() -> None:
    request = json.loads(sys.argv[1])
    ot.Log.Show(ot.Log.NONE)
    wanted = [(name, method, request["replications"]) for name in request["problems"] for method in METHODS]
    with Pool(request["jobs"]) as pool:
        for found in pool.imap_unordered(study, wanted):
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
