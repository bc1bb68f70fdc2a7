"""Assembled matrices against scikit-fem's, and volumes against closed forms."""

from math import pi

import numpy as np
import pytest
import skfem
from scipy.sparse import csr_array
from skfem.models.poisson import laplace, mass

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.building import build
from proofmark_thermal.mesh import Mesh
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import Faces, Region, Sink, ThermalProblem
from proofmark_thermal.refinement import bisected
from proofmark_thermal.shapes import (
    Axisymmetric,
    Box,
    Cylinder,
    Disc,
    Plane,
    Rectangle,
    Shape,
    Shapes,
    Solid,
    Sphere,
    Symmetry,
    Tube,
)
from proofmark_thermal.space import Degree, space

BODY = {"body": Region(k=1.0)}
FAR = {"far": Sink(Faces(), convection=1.0, ambient=300.0)}


def uneven(shape: Shape, symmetry: Symmetry) -> Mesh:
    mesh = mesh_of(Shapes({"body": (shape,)}, symmetry), 0.5)
    return bisected(mesh, np.random.default_rng(3).random(len(mesh.cells)) < 0.3)


def same_order(ours: FloatArray, theirs: FloatArray) -> tuple[IntArray, IntArray]:
    return np.lexsort(np.round(ours, 9).T), np.lexsort(np.round(theirs, 9).T)


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("shape", [Box((1.0, 2.0, 1.5)), Rectangle((1.0, 2.0))])
def test_matrices_are_scikit_fems(shape: Shape, degree: Degree) -> None:
    mesh = uneven(shape, Solid() if isinstance(shape, Box) else Plane())
    model = build(ThermalProblem(Shapes({"body": (shape,)}), BODY, FAR), mesh, degree)
    solid = mesh.dimension == 3
    kind = skfem.MeshTet if solid else skfem.MeshTri
    element = {
        (1, True): skfem.ElementTetP1,
        (2, True): skfem.ElementTetP2,
        (1, False): skfem.ElementTriP1,
        (2, False): skfem.ElementTriP2,
    }[degree, solid]()
    theirs = kind(mesh.points.T.copy(), mesh.cells.T.copy())
    basis = skfem.Basis(theirs, element)
    ours_order, their_order = same_order(model.space.nodes, basis.doflocs.T)
    unit = np.ones(len(mesh.cells))
    pairs: list[tuple[csr_array, csr_array]] = [
        (model.cells["body"].stiffness(unit), laplace.assemble(basis)),
        (model.cells["body"].mass(unit), mass.assemble(basis)),
        (model.faces["far"].mass(np.ones(len(mesh.facets))), mass.assemble(skfem.FacetBasis(theirs, element))),
    ]
    for ours, other in pairs:
        difference = ours[ours_order][:, ours_order] - csr_array(other)[their_order][:, their_order]
        assert abs(difference).max() < 1e-13 * abs(other).max()


@pytest.mark.parametrize(
    ("shape", "symmetry", "volume", "surface"),
    [
        (Disc(2.0), Plane(3.0), 12 * pi, 12 * pi),
        (Cylinder(1.0, 2.0), Solid(), 2 * pi, 6 * pi),
        (Tube(0.5, 1.0, 2.0), Solid(), 1.5 * pi, 7.5 * pi),
        (Sphere(1.0), Solid(), 4 / 3 * pi, 4 * pi),
        (Rectangle((1.0, 2.0), (0.5, 0.0)), Axisymmetric(), 4 * pi, 12 * pi),
    ],
    ids=lambda value: type(value).__name__,
)
def test_curved_bodies_keep_their_volume_and_surface(
    shape: Shape, symmetry: Symmetry, volume: float, surface: float
) -> None:
    geometry = Shapes({"body": (shape,)}, symmetry)
    found = build(ThermalProblem(geometry, BODY, FAR), mesh_of(geometry, 0.3))
    assert found.cells["body"].volume == pytest.approx(volume, rel=1e-4)
    assert found.faces["far"].volume == pytest.approx(surface, rel=1e-4)


def test_curved_cells_lose_volume_at_fourth_order() -> None:
    """Straight ones would at second order."""
    lost = []
    for size in (0.25, 0.125):
        geometry = Shapes({"body": (Disc(1.0),)}, Plane())
        model = build(ThermalProblem(geometry, BODY, FAR), mesh_of(geometry, size))
        lost.append(pi - model.cells["body"].volume)
    assert np.log2(lost[0] / lost[1]) == pytest.approx(4, abs=0.1)


def test_quadratic_nodes_of_a_curved_face_lie_on_it() -> None:
    geometry = Shapes({"body": (Sphere(2.0, (1.0, 1.0, 0.0)),)})
    there = space(bisected(mesh_of(geometry, 0.8), np.ones(len(mesh_of(geometry, 0.8).cells), dtype=bool)), 2)
    surface = there.nodes[np.unique(there.facets)]
    assert np.linalg.norm(surface - [1.0, 1.0, 0.0], axis=1) == pytest.approx(2.0, rel=1e-12)
