"""Errors fall with the mesh as theory says: a manufactured solution on the unit cube."""

from math import pi

import numpy as np
import pytest

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.blocks import grid, mesh_of_blocks
from proofmark_thermal.building import build
from proofmark_thermal.linear import solver
from proofmark_thermal.problem import Faces, Region, Sink, ThermalProblem
from proofmark_thermal.rectilinear import blocks_of
from proofmark_thermal.shapes import Box, Shapes, Solid
from proofmark_thermal.space import Degree

CUBE = Box((1.0, 1.0, 1.0))
FILM = 3.0


def exact(places: FloatArray) -> FloatArray:
    return np.asarray(np.sin(pi * places).prod(axis=-1) + places[..., 0] + 2 * places[..., 1])


def gradient(places: FloatArray) -> FloatArray:
    sines, cosines = np.sin(pi * places), np.cos(pi * places)
    others = np.stack([sines[..., [1, 2]], sines[..., [0, 2]], sines[..., [0, 1]]], axis=-2).prod(axis=-1)
    return np.asarray(pi * cosines * others + np.array([1.0, 2.0, 0.0]))


def conductivity(places: FloatArray) -> FloatArray:
    return np.asarray(1 + places[..., 0])


def source(places: FloatArray) -> FloatArray:
    laplacian = -3 * pi**2 * np.sin(pi * places).prod(axis=-1)
    return np.asarray(-gradient(places)[..., 0] - conductivity(places) * laplacian)


def errors(cells: int, degree: Degree) -> tuple[float, float]:
    """The error of the temperature and of its gradient, root mean square."""
    problem = ThermalProblem(
        Shapes({"cube": (CUBE,)}),
        {"cube": Region(k=1.0)},
        {
            **{name: Sink(Faces(name=name), temperature=0.0) for name in ("left", "right", "front", "back", "bottom")},
            "top": Sink(Faces(name="top"), convection=FILM, ambient=0.0),
        },
    )
    found = blocks_of("cube", CUBE)
    assert found is not None
    mesh = mesh_of_blocks(*found, grid(*found, 1 / cells), Solid())
    model = build(problem, mesh, degree)
    inside, top = model.cells["cube"], model.faces["top"]
    outward = gradient(top.where)[..., 2]
    ambient = exact(top.where) + conductivity(top.where) * outward / FILM
    matrix = inside.stiffness(conductivity(inside.where)) + FILM * top.mass(np.ones(len(top.nodes)))
    right = inside.load(source(inside.where)) + top.load(FILM * ambient)
    temperatures = exact(model.space.nodes)
    free = model.free_nodes
    known = temperatures.copy()
    known[free] = 0
    temperatures[free] = solver(matrix, model.space, free)((right - matrix @ known)[free])
    wrong = inside.at_points(temperatures) - exact(inside.where)
    steep = inside.gradients(temperatures) - gradient(inside.where)
    return inside.integral(wrong**2) ** 0.5, inside.integral((steep**2).sum(axis=-1)) ** 0.5


@pytest.mark.parametrize(("degree", "cells"), [(1, (12, 24)), (2, (6, 12))])
def test_errors_fall_at_the_order_of_the_elements(degree: Degree, cells: tuple[int, int]) -> None:
    coarse, fine = (errors(count, degree) for count in cells)
    orders = [float(np.log2(a / b)) for a, b in zip(coarse, fine, strict=True)]
    assert orders == pytest.approx([degree + 1, degree], abs=0.1)
