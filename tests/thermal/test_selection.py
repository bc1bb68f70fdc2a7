"""Selectors mean the faces that their conditions describe, and only those."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_thermal.mesh import Mesh, measures, outward
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import AtPlane, Faces
from proofmark_thermal.selection import distances, select
from proofmark_thermal.shapes import Box, Cylinder, FinnedSink, Pad, Plate, Shapes, Vector

SINK = FinnedSink(0.08, 0.06, 0.005, 9, 0.03, 0.002, {"pad": Pad((0.03, 0.025), (0.02, 0.01))})


@pytest.fixture(scope="module")
def sink() -> Mesh:
    return mesh_of(Shapes({"sink": (SINK,)}), 0.01)


def area(mesh: Mesh, faces: Faces) -> float:
    return float(measures(mesh.points[mesh.facets[select(mesh, faces, "test")]]).sum())


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        (Faces(name="pad"), 0.02 * 0.01),
        (Faces(name="sink.pad"), 0.02 * 0.01),
        (Faces(name="base"), 0.08 * 0.06 - 0.02 * 0.01),
        (Faces(name="sides"), 2 * 0.005 * (0.08 + 0.06)),
        (Faces(name="fins"), 0.08 * (0.06 + 18 * 0.03) + 18 * 0.002 * 0.03),
        (Faces(plane=AtPlane("z", 0.0)), 0.08 * 0.06),
        (Faces(plane=AtPlane("z", 0.035)), 9 * 0.08 * 0.002),
        (Faces(normal=(0, 0, 1)), 0.08 * 0.06),
        (Faces(normal=(0, 0, -2)), 0.08 * 0.06),
        (Faces(name="fins", normal=(0, 1, 0)), 9 * 0.08 * 0.03),
        (Faces(nearest=(0.03, 0.025, -0.01)), 0.02 * 0.01),
        (Faces(box=((-1, -1, 0.03), (1, 1, 0.04))), 9 * 0.08 * 0.002),
        (Faces(box=((-1, -1, -1), (1, 0.0, 1))), 0.08 * 0.035),
        (Faces(name="fins", box=((-1, -1, -1), (1, 0.0, 1))), 0.08 * 0.03),
    ],
    ids=str,
)
def test_faces_are_those_described(sink: Mesh, faces: Faces, expected: float) -> None:
    assert area(sink, faces) == pytest.approx(expected, rel=1e-9)


def test_a_bare_name_means_every_part_that_has_it() -> None:
    mesh = mesh_of(Shapes({"a": (Box((1, 1, 1)),), "b": (Box((1, 1, 1), (3, 0, 0)),)}), 1.0)
    assert area(mesh, Faces(name="top")) == pytest.approx(2)
    assert area(mesh, Faces(name="b.top")) == pytest.approx(1)
    assert area(mesh, Faces(region="a")) == pytest.approx(6)
    assert area(mesh, Faces()) == pytest.approx(12)


def test_faces_between_parts_are_not_outer() -> None:
    mesh = mesh_of(Shapes({"a": (Box((1, 1, 1)),), "b": (Box((1, 1, 1), (1, 0, 0)),)}), 1.0)
    assert area(mesh, Faces()) == pytest.approx(10)
    assert area(mesh, Faces(plane=AtPlane("x", 0.0))) == pytest.approx(1)


def test_a_plane_takes_whole_faces_only() -> None:
    """A cylinder's side touches the plane of its bottom, and is not in it."""
    mesh = mesh_of(Shapes({"c": (Cylinder(1.0, 1.0),)}), 0.2)
    assert {mesh.patches[i].name for i in mesh.facet_patch[select(mesh, Faces(plane=AtPlane("z", 0.0)), "test")]} == {
        "bottom"
    }


def test_normals_point_outward_everywhere(sink: Mesh) -> None:
    """The divergence theorem: the flux of the place through the surface is three volumes."""
    corners = sink.points[sink.facets]
    flux = measures(corners) * np.einsum("bd,bd->b", corners.mean(axis=1), outward(sink))
    assert flux.sum() == pytest.approx(3 * sink.volumes.sum(), rel=1e-12)


POINT = st.tuples(*[st.floats(-2, 2)] * 3)


@given(point=POINT, corners=st.lists(POINT, min_size=3, max_size=3), shares=st.tuples(st.floats(0, 1), st.floats(0, 1)))
@settings(max_examples=200, deadline=None)
def test_no_point_of_a_triangle_is_nearer_than_its_distance(
    point: Vector, corners: list[Vector], shares: tuple[float, float]
) -> None:
    triangle = np.array(corners)
    if measures(triangle[None])[0] < 1e-3:
        return
    a, b = shares if sum(shares) <= 1 else (1 - shares[0], 1 - shares[1])
    inside = triangle[0] + a * (triangle[1] - triangle[0]) + b * (triangle[2] - triangle[0])
    found = float(distances(np.array(point), triangle[None])[0])
    assert found <= np.linalg.norm(inside - point) + 1e-9
    assert float(distances(inside, triangle[None])[0]) == pytest.approx(0, abs=1e-9)


def test_pads_of_a_plate_are_on_its_top() -> None:
    plate = Plate((0.06, 0.05, 0.004), {"a": Pad((0.01, 0.01), (0.01, 0.01)), "b": Pad((0.04, 0.03), (0.02, 0.01))})
    mesh = mesh_of(Shapes({"plate": (plate,)}))
    assert area(mesh, Faces(name="b")) == pytest.approx(2e-4)
    assert area(mesh, Faces(name="top")) == pytest.approx(0.06 * 0.05 - 3e-4)
    assert area(mesh, Faces(plane=AtPlane("z", 0.004))) == pytest.approx(0.06 * 0.05)
