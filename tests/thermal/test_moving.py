"""A mesh that follows other dimensions gives what the body with those dimensions has."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from proofmark_thermal.building import build, put_on
from proofmark_thermal.errors import BadGeometry
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.moving import movable, moved
from proofmark_thermal.problem import Contact, Faces, Region, Sink, ThermalProblem
from proofmark_thermal.readings import read
from proofmark_thermal.refinement import refined
from proofmark_thermal.shapes import (
    Box,
    Cylinder,
    Disc,
    FinnedSink,
    Pad,
    Plane,
    Plate,
    Rod,
    Segment,
    Shape,
    Shapes,
    Sphere,
    StepFile,
    Tube,
)
from proofmark_thermal.space import Space, space
from proofmark_thermal.steady import steady


def sink(width: float = 0.05, base: float = 0.005, fin: float = 0.002, height: float = 0.02) -> Shapes:
    pads = {"die": Pad((0.02, width / 2), (0.01, 0.01))}
    chip = Box((0.01, 0.01, 0.002), (0.015, width / 2 - 0.005, -0.002))
    return Shapes({"sink": (FinnedSink(0.04, width, base, 4, height, fin, pads),), "chip": (chip,)})


def body(geometry: Shapes) -> ThermalProblem:
    return ThermalProblem(
        geometry,
        {"sink": Region(k=150.0), "chip": Region(k=100.0, power=12.0)},
        {"air": Sink(Faces(name="fins"), convection=60.0, ambient=300.0)},
        contacts=(Contact(("sink", "chip"), resistance=2e-5),),
    )


def made(geometry: Shapes, size: float) -> Space:
    return space(mesh_of(geometry, size), 2, [contact.between for contact in body(geometry).contacts])


def test_a_sink_with_other_dimensions_is_as_hot_as_one_that_is_meshed_anew() -> None:
    before, after = sink(), sink(width=0.056, base=0.007, fin=0.0025, height=0.024)
    followed = put_on(body(after), moved(made(before, 0.004), before, after))
    anew = build(body(after), mesh_of(after, 0.004))
    assert followed.cells["sink"].volume == pytest.approx(anew.cells["sink"].volume, rel=1e-12)
    assert followed.faces["air"].volume == pytest.approx(anew.faces["air"].volume, rel=1e-12)
    old = build(body(before), mesh_of(before, 0.004))
    here, there, elsewhere = (read(model, steady(model)).hottest.temperature for model in (followed, anew, old))
    assert here == pytest.approx(there, abs=0.05)
    assert abs(here - elsewhere) > 1


def test_what_was_refined_stays_refined_and_whole() -> None:
    before, after = Shapes({"bar": (Box((0.03, 0.02, 0.01)),)}), Shapes({"bar": (Box((0.05, 0.01, 0.02)),)})
    mesh = mesh_of(before, 0.01)
    finer = refined(mesh, np.arange(len(mesh.cells)) < 4)
    found = moved(space(finer, 2), before, after)
    assert found.mesh.volumes.min() > 0
    assert found.mesh.volumes.sum() == pytest.approx(1e-5)
    assert len(found.mesh.cells) == len(finer.cells) > len(mesh.cells)


@pytest.mark.parametrize(
    ("before", "after", "volume", "low"),
    [
        (Cylinder(0.01, 0.02), Cylinder(0.012, 0.03, (0.1, 0.0, -0.2)), pi * 0.012**2 * 0.03, (0.088, -0.012, -0.2)),
        (Tube(0.01, 0.02, 0.03), Tube(0.012, 0.018, 0.02), pi * (0.018**2 - 0.012**2) * 0.02, (-0.018, -0.018, 0)),
        (Sphere(0.01), Sphere(0.02, (1.0, 2.0, 3.0)), 4 / 3 * pi * 0.02**3, (0.98, 1.98, 2.98)),
    ],
)
def test_round_parts_have_the_volumes_and_the_places_of_their_new_dimensions(
    before: Shape, after: Shape, volume: float, low: tuple[float, ...]
) -> None:
    old, new = (Shapes({"body": (shape,)}) for shape in (before, after))
    found = put_on(ThermalProblem(new, {"body": Region(k=1.0)}), moved(space(mesh_of(old, 0.004), 2), old, new))
    assert found.cells["body"].volume == pytest.approx(volume, rel=2e-3)
    assert found.space.nodes.min(axis=0) == pytest.approx(low, abs=1e-3)


def test_sections_and_rods_follow_too() -> None:
    disc = Shapes({"d": (Disc(0.01),)}, Plane(0.5))
    wider = replace(disc, parts={"d": (Disc(0.03, (0.1, 0.1)),)})
    problem = ThermalProblem(wider, {"d": Region(k=1.0)})
    assert put_on(problem, moved(space(mesh_of(disc), 2), disc, wider)).cells["d"].volume == pytest.approx(
        0.5 * pi * 0.03**2, rel=1e-3
    )
    rod = Shapes({"r": (Segment(0.1),)}, Rod(2.0))
    longer = replace(rod, parts={"r": (Segment(0.3, 0.5),)})
    found = moved(space(mesh_of(rod), 2), rod, longer)
    assert (found.nodes.min(), found.nodes.max()) == (0.5, 0.8)


def test_parts_that_come_apart_or_change_places_are_refused() -> None:
    before = sink()
    chip = Box((0.01, 0.01, 0.002), (0.015, 0.02, -0.003))
    apart = replace(before, parts={**before.parts, "chip": (chip,)})
    with pytest.raises(BadGeometry, match=r"parts that touch where they did, got 0\.001 m between them along z"):
        moved(made(before, 0.01), before, apart)
    step = Shapes({"bar": (Box((0.03, 0.02, 0.01)), Box((0.01, 0.02, 0.01), (0.01, 0.0, 0.01)))})
    beyond = Shapes({"bar": (Box((0.03, 0.02, 0.01)), Box((0.01, 0.02, 0.01), (0.025, 0.0, 0.01)))})
    with pytest.raises(BadGeometry, match="expected parts in the order of the mesh along x, got another"):
        moved(space(mesh_of(step, 0.01), 2), step, beyond)


def test_what_cannot_follow_says_so() -> None:
    assert movable(sink())
    assert movable(Shapes({"a": (Cylinder(1.0, 1.0),)}))
    assert not movable(Shapes({"a": (Cylinder(1.0, 1.0),), "b": (Plate((1.0, 1.0, 1.0), {}),)}))
    assert not movable(StepFile("a.step", "mm"))
