"""Refined meshes fit, keep their volume, and keep their faces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_thermal.mesh import Mesh, measures, sides
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.refinement import bisected
from proofmark_thermal.shapes import Box, Plane, Rectangle, Rod, Segment, Shapes, Solid

BODIES = {
    1: Shapes({"a": (Segment(1.0),), "b": (Segment(1.0, 1.0),)}, Rod()),
    2: Shapes({"a": (Rectangle((1.0, 2.0)),), "b": (Rectangle((1.0, 1.0), (1.0, 0.5)),)}, Plane()),
    3: Shapes({"a": (Box((1.0, 2.0, 1.0)),), "b": (Box((1.0, 1.0, 0.5), (1.0, 0.5, 0.25)),)}, Solid()),
}


def volumes(mesh: Mesh) -> list[float]:
    return [float(mesh.volumes[mesh.cell_region == region].sum()) for region in (0, 1)]


@given(dimension=st.sampled_from([1, 2, 3]), seed=st.integers(0, 2**32), share=st.floats(0.01, 1))
@settings(max_examples=25, deadline=None)
def test_refined_meshes_fit_and_keep_volumes_and_faces(dimension: int, seed: int, share: float) -> None:
    mesh = mesh_of(BODIES[dimension], 0.6)
    random = np.random.default_rng(seed)
    for _ in range(3):
        finer = bisected(mesh, random.random(len(mesh.cells)) < share)
        outer = sides(finer.cells)
        assert {tuple(side) for side in outer.corners[outer.outer]} == {tuple(sorted(side)) for side in finer.facets}
        assert volumes(finer) == pytest.approx(volumes(mesh))
        for number in range(len(mesh.patches)):
            areas = [
                float(measures(each.points[each.facets[each.facet_patch == number]]).sum()) for each in (mesh, finer)
            ]
            assert areas[1] == pytest.approx(areas[0])
        mesh = finer


@pytest.mark.parametrize("dimension", [2, 3])
def test_cells_do_not_get_thin(dimension: int) -> None:
    """Longest-edge bisection keeps the shapes that it starts from, but for a factor."""
    mesh = mesh_of(BODIES[dimension], 0.6)
    worst = []
    for _ in range(8):
        corners = mesh.points[mesh.cells]
        longest = np.linalg.norm(corners[:, :, None] - corners[:, None], axis=3).max(axis=(1, 2))
        worst.append((mesh.volumes / longest**dimension).min())
        near = np.linalg.norm(corners.mean(axis=1) - mesh.points[0], axis=1)
        mesh = bisected(mesh, near < np.quantile(near, 0.1))
    assert min(worst) > 0.55 * worst[0]


def test_every_chosen_cell_is_cut() -> None:
    mesh = mesh_of(BODIES[3], 0.6)
    chosen = np.arange(len(mesh.cells)) % 5 == 0
    left = {tuple(sorted(cell)) for cell in bisected(mesh, chosen).cells.tolist()}
    assert not any(tuple(sorted(cell)) in left for cell in mesh.cells[chosen].tolist())
