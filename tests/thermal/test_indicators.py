"""Estimated errors are near the true ones, and refinement goes where they come from."""

from dataclasses import replace

import numpy as np

from proofmark_thermal.building import build
from proofmark_thermal.finite_elements import FiniteElements, answer, estimated
from proofmark_thermal.indicators import worst
from proofmark_thermal.meshing import mesh_for
from proofmark_thermal.problem import Faces
from proofmark_thermal.refinement import bisected

from .cases import CELSIUS, cases

T4_C = 18.2538
"""Of NAFEMS T4, by refinement of its singular corner until the digits held."""


def test_weighed_gradients_hold_the_error_that_a_singular_corner_spreads() -> None:
    """On the first meshes the change alone understates it: by 0.026 K of 0.1 K."""
    problem = cases()["NAFEMS-T4"].problem
    mesh = mesh_for(problem)
    ratios = []
    for _ in range(6):
        model = build(problem, mesh)
        found = answer(model)
        stated = estimated(model, found)
        ratios.append(stated.error_k / abs(found.readings.probes["point"] - CELSIUS - T4_C))
        mesh = bisected(mesh, worst(stated.cells))
    assert all(1 < ratio < 20 for ratio in ratios)


def test_cells_are_smallest_where_the_error_comes_from() -> None:
    """At the corner where 100 degC meets the cooled side, not at the one opposite; they start alike."""
    problem = replace(cases()["NAFEMS-T4"].problem, accuracy=0.01)
    mesh = FiniteElements().solve(problem).model.space.mesh
    middles = mesh.points[mesh.cells].mean(axis=1)
    hot, cold = (mesh.volumes[np.linalg.norm(middles - corner, axis=1).argmin()] for corner in ((0.6, 0.0), (0.0, 1.0)))
    assert hot < cold / 10


def test_the_worst_cells_carry_most_of_the_error_and_are_half_at_least() -> None:
    errors = np.array([5.0, 1.0, 0.1, 0.1, 0.1, 0.1])
    assert worst(errors).tolist() == [True, True, True, False, False, False]


def test_an_exact_answer_has_no_estimated_error() -> None:
    """A slab with fixed ends: the temperature is linear."""
    problem = cases()["NAFEMS-T2"].problem
    sinks = {
        name: replace(problem.sinks["hot"], faces=Faces(name=name), temperature=t)
        for name, t in (("left", 400.0), ("right", 300.0))
    }
    model = build(replace(problem, sinks=sinks), mesh_for(problem))
    assert estimated(model, answer(model)).error_k < 1e-9


def test_a_mesh_that_leaves_no_room_for_another_has_a_finite_estimate() -> None:
    problem = cases()["NAFEMS-T4"].problem
    solution = FiniteElements(most_unknowns=500).solve(problem)
    assert len(solution.levels) == 1
    assert not solution.accurate
    assert 0.1 < solution.error_estimate_k < 2
