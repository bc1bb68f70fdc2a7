"""Whether the cause named first is the true one, over studies of 1,000 runs; and Sobol indices against closed forms."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtri

from bench.problems import Problem, all_problems
from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.causes import first_causes
from proofmark_reliability.designs import uniforms
from proofmark_reliability.normals import addressed_uniforms
from proofmark_reliability.sensitivity import sensitivity
from tests.reference.problems import problems as published

RUNS = 1000
PAIRS = 200_000
MARGINS: dict[str, tuple[int, Callable[[FloatArray], FloatArray]]] = {
    "weighted": (6, lambda u: 2.5 - u @ np.array([1.0, 0.7, 0.5, 0.3, 0.1, 0.0])),
    "two-sided": (4, lambda u: 6 - u[:, 0] ** 2 - 0.8 * u[:, 1] - 0.4 * u[:, 2]),
    "exponential load": (3, lambda u: 1.5 + 0.2 * u[:, 0] - np.exp(u[:, 1] / 4) + 0.05 * u[:, 2]),
    "two requirements": (5, lambda u: np.minimum(2.2 - 1.0 * u[:, 0] - 0.4 * u[:, 1], 300 * (3.2 - u[:, 2] - u[:, 3]))),
    "jump": (3, lambda u: np.where(u[:, 0] + 0.4 * u[:, 1] > 2.0, -1.0, 5.0)),
    "forty variables": (40, lambda u: 2.2 - u[:, 7] - u[:, :5].sum(axis=1) / 5),
}
"""Limit states of standard normals that fail often, and have one cause ahead of the others."""
CLEAR_LEAD = 1.1
"""A top cause is defined where its total index is so many times the next one."""
RIGHT, INDEX_ERROR = 0.95, 0.02
GROUPS = 4096
"""Of a Saltelli plan."""


def total_indices(problem: Problem) -> FloatArray:
    """Return the total Sobol index of the failure indicator for each parameter, by redrawing one at a time."""
    points = addressed_uniforms(2024, 0, PAIRS, 2 * problem.dimensions)
    base, other = points[:, : problem.dimensions], points[:, problem.dimensions :]
    failed = (problem.margins(base) < 0).any(axis=1)
    indices = []
    for parameter in range(problem.dimensions):
        redrawn = base.copy()
        redrawn[:, parameter] = other[:, parameter]
        changed = failed != (problem.margins(redrawn) < 0).any(axis=1)
        indices.append(changed.mean() / (2 * failed.mean() * (1 - failed.mean())))
    return np.array(indices)


def attributed(studies: int) -> dict[str, Any]:
    """Return, for each problem with a clear top cause, how often it was named first among studies that named any."""
    found = {}
    for problem in _problems():
        indices = total_indices(problem)
        second, first = np.sort(indices)[-2:]
        if first < CLEAR_LEAD * second:
            continue
        named = [_top_cause(problem, seed) for seed in range(studies)]
        said = [name for name in named if name is not None]
        found[problem.name] = {
            "indices": [round(float(index), 3) for index in indices],
            "right": said.count(int(indices.argmax())) / max(1, len(said)),
            "said": len(said) / studies,
        }
    return found


def _problems() -> list[Problem]:
    """Return those that fail often enough for a thousand runs to name a cause."""
    own = [Problem(name, d, np.nan, _margins_of(g), ()) for name, (d, g) in MARGINS.items()]
    return own + [problem for problem in all_problems().values() if 0.005 <= problem.pf <= 0.5]


def _margins_of(g: Callable[[FloatArray], FloatArray]) -> Callable[[FloatArray], FloatArray]:
    return lambda points: g(ndtri(points))[:, np.newaxis]


def _top_cause(problem: Problem, seed: int) -> int | None:
    points = uniforms("latin-hypercube", seed, 0, (RUNS,), problem.dimensions)
    margins = problem.margins(points)
    columns = {str(column): values for column, values in enumerate(np.ascontiguousarray(points.T))}
    causes = first_causes(columns, margins, np.zeros(RUNS, np.bool_), seed)
    return int(causes.shares[0].parameter) if causes.shares else None


def index_errors() -> dict[str, float]:
    """Return, for each function with indices in closed form, the largest error of any first-order or total index."""
    errors = {}
    for name, function in published("sensitivity").items():
        if not function.document["exact"]:
            continue
        plan = (GROUPS * (function.dimensions + 2),)
        columns = function.columns(uniforms("saltelli", 1, 0, plan, function.dimensions))
        found = sensitivity("sobol", columns, function.limit_state(columns), np.zeros(plan, np.bool_), 1)
        exact = {"first-order": function.document["S1"], "total": function.document["ST"]}
        order = list(columns)
        errors[name] = max(
            abs(index.value - exact[index.measure][order.index(index.parameters[0])])
            for index in found.indices
            if index.measure in exact
        )
    return errors


def holds(found: dict[str, Any], errors: dict[str, float]) -> bool:
    """Line 7: of all studies that named a cause, and of every index."""
    said = sum(figures["said"] for figures in found.values())
    right = sum(figures["right"] * figures["said"] for figures in found.values())
    return bool(right >= RIGHT * said) and max(errors.values()) <= INDEX_ERROR
