"""STEP files: volumes, names, units and faults, on files written by Open CASCADE."""

from math import pi
from pathlib import Path

import numpy as np
import pytest
from netgen import occ

from proofmark_thermal.building import build
from proofmark_thermal.errors import BadGeometry, Overlap, Unassigned, UnknownName
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal.mesh import outward
from proofmark_thermal.meshing import mesh_for, mesh_of
from proofmark_thermal.problem import AtPlane, Contact, Faces, Region, Sink, ThermalProblem
from proofmark_thermal.refinement import refined
from proofmark_thermal.shapes import Box, Cylinder, LengthUnit, Shapes, Sphere, StepFile
from proofmark_thermal.step import declared_unit

AIR = Sink(Faces(name="sink.BOTTOM"), convection=500.0, ambient=293.0)
REGIONS = {"sink": Region(k=150.0), "chip": Region(k=100.0, power=20.0)}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A plate of 40 x 30 x 5 mm, and a round chip of 5 mm radius and 3 mm height on it."""
    plate = occ.Box((0, 0, 0), (40, 30, 5))
    plate.name = "sink"
    plate.faces.Min(occ.Z).name = "BOTTOM"
    chip = occ.Cylinder((20, 15, 5), occ.Z, 5, 3)
    chip.name = "chip"
    return written(tmp_path_factory.mktemp("step") / "two.step", occ.Compound([plate, chip]))


def written(path: Path, shape: occ.TopoDS_Shape) -> str:
    shape.WriteStep(str(path))
    return str(path)


def test_solids_keep_their_volumes_and_names(file: str) -> None:
    problem = ThermalProblem(StepFile(file, "mm"), REGIONS, {"air": AIR})
    model = build(problem, mesh_for(problem))
    assert model.cells["sink"].volume == pytest.approx(40e-3 * 30e-3 * 5e-3, rel=1e-9)
    assert model.cells["chip"].volume == pytest.approx(pi * 5e-3**2 * 3e-3, rel=2e-4)
    assert model.faces["air"].volume == pytest.approx(40e-3 * 30e-3, rel=1e-9)


def test_a_finer_mesh_follows_the_true_face(file: str) -> None:
    """Straight elements would lose some hundredths of the chip."""
    problem = ThermalProblem(StepFile(file, "mm"), REGIONS, {"air": AIR})
    coarse = mesh_for(problem)
    fine = refined(coarse, np.ones(len(coarse.cells), dtype=bool))
    lost = [abs(1 - build(problem, mesh).cells["chip"].volume / (pi * 75e-9)) for mesh in (coarse, fine)]
    assert len(fine.cells) > 2 * len(coarse.cells)
    assert lost[1] < lost[0] / 2 < 1e-4


def test_a_step_file_and_primitives_give_one_temperature(file: str) -> None:
    shapes = Shapes({"sink": (Box((0.04, 0.03, 0.005)),), "chip": (Cylinder(0.005, 0.003, (0.02, 0.015, 0.005)),)})
    found = []
    for geometry, bottom in ((StepFile(file, "mm"), "sink.BOTTOM"), (shapes, "sink.bottom")):
        air = Sink(Faces(name=bottom), convection=500.0, ambient=293.0)
        problem = ThermalProblem(geometry, REGIONS, {"air": air}, accuracy=0.3)
        found.append(FiniteElements().solve(problem))
    assert found[0].hottest.temperature == pytest.approx(found[1].hottest.temperature, abs=0.3)
    assert found[0].balance.leaving["air"] == pytest.approx(20.0, rel=1e-9)


def test_regions_that_touch_are_joined_unless_a_contact_parts_them(file: str) -> None:
    joined = ThermalProblem(StepFile(file, "mm"), REGIONS, {"air": AIR})
    parted = ThermalProblem(
        StepFile(file, "mm"), REGIONS, {"air": AIR}, contacts=(Contact(("sink", "chip"), resistance=1e-5),)
    )
    mesh = mesh_for(joined)
    doubled = build(parted, mesh).size - build(joined, mesh).size
    assert doubled == len(np.unique(build(parted, mesh).space.contacts[0][0])) > 20


def test_outward_normals_point_out(file: str) -> None:
    mesh = mesh_of(StepFile(file, "mm"))
    bottom = np.flatnonzero((mesh.points[mesh.facets][:, :, 2] < 1e-9).all(axis=1))
    assert outward(mesh)[bottom] == pytest.approx(np.tile([0.0, 0.0, -1.0], (len(bottom), 1)))


def test_a_single_solid_needs_no_name(tmp_path: Path) -> None:
    path = written(tmp_path / "one.step", occ.Box((0, 0, 0), (10, 20, 30)))
    problem = ThermalProblem(
        StepFile(path, "mm"),
        {"block": Region(k=1.0)},
        {"cold": Sink(Faces(plane=AtPlane("z", 0.0), count=1), temperature=300.0)},
    )
    assert build(problem, mesh_for(problem)).cells["block"].volume == pytest.approx(6e-6)


def test_solids_without_names_are_told_by_points(tmp_path: Path) -> None:
    pair = occ.Compound([occ.Box((0, 0, 0), (10, 10, 10)), occ.Box((10, 0, 0), (20, 10, 10))])
    path = written(tmp_path / "pair.step", pair)
    places = {"left": (0.002, 0.005, 0.005), "right": (0.018, 0.005, 0.005)}
    mesh = mesh_of(StepFile(path, "mm", places))
    assert {mesh.regions[i]: mesh.points[mesh.cells[mesh.cell_region == i]][:, :, 0].mean() > 0.01 for i in (0, 1)} == {
        "left": False,
        "right": True,
    }


@pytest.mark.parametrize("unit", ["m", "cm", "in"])
def test_a_unit_that_the_file_does_not_say_is_refused(file: str, unit: LengthUnit) -> None:
    with pytest.raises(BadGeometry, match=f"expected unit: mm, .* got {unit}"):
        mesh_of(StepFile(file, unit))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("#1=( LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT(.MILLI.,.METRE.) );", "mm"),
        ("#1=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT($,.METRE.));", "m"),
        ("#1=( CONVERSION_BASED_UNIT('INCH',#2) LENGTH_UNIT() NAMED_UNIT(#3) );", "in"),
        ("#1=( NAMED_UNIT(*) PLANE_ANGLE_UNIT() SI_UNIT($,.RADIAN.) );", None),
    ],
)
def test_the_unit_is_read_from_the_text(text: str, unit: LengthUnit | None) -> None:
    assert declared_unit(text) == unit


def test_an_open_shell_is_refused(tmp_path: Path) -> None:
    shell = occ.Compound(list(occ.Box((0, 0, 0), (10, 10, 10)).faces)[:5])
    with pytest.raises(BadGeometry, match="expected a closed solid, got an open shell of 5 faces"):
        mesh_of(StepFile(written(tmp_path / "open.step", shell), "mm"))


def test_a_file_that_is_no_step_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.step").write_text("solid\n")
    with pytest.raises(BadGeometry, match="cannot be read"):
        mesh_of(StepFile(str(tmp_path / "a.step"), "mm"))
    with pytest.raises(BadGeometry, match="no file b"):
        mesh_of(StepFile(str(tmp_path / "b.step"), "mm"))


def test_solids_and_regions_must_correspond(file: str) -> None:
    with pytest.raises(Unassigned, match="solid chip"):
        mesh_for(ThermalProblem(StepFile(file, "mm"), {"sink": Region(k=1.0), "lid": Region(k=1.0)}))
    with pytest.raises(UnknownName, match="region lid: unknown solid"):
        mesh_for(ThermalProblem(StepFile(file, "mm"), {**REGIONS, "lid": Region(k=1.0)}))


def test_overlapping_solids_are_refused() -> None:
    ball = Sphere(0.01, (0.0, 0.0, 0.009))
    with pytest.raises(Overlap, match="solids plate and ball") as caught:
        mesh_of(Shapes({"plate": (Box((0.1, 0.1, 0.01), (-0.05, -0.05, -0.01)),), "ball": (ball,)}))
    cap = 1e-3
    assert caught.value.volume_m3 == pytest.approx(pi * cap**2 * (0.01 - cap / 3), rel=1e-6)
