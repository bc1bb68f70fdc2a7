"""gmsh's mesh of a STEP file is netgen's body: volumes, named faces, contacts, curved faces."""

import sys
from math import pi
from pathlib import Path

import pytest
from netgen import occ

from proofmark_thermal.building import build
from proofmark_thermal.engines import gmsh_meshes
from proofmark_thermal.engines.errors import NotInstalled
from proofmark_thermal.engines.gmsh_meshes import GET, GET_LIBRARIES, MeshedByGmsh, gmsh_version, mesh_by_gmsh
from proofmark_thermal.errors import BadGeometry
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal.meshing_room import Room
from proofmark_thermal.problem import Contact, Faces, Region, Sink, ThermalProblem
from proofmark_thermal.refinement import refined
from proofmark_thermal.shapes import Shapes, StepFile

ROOM = Room(2, 8e9)


def here() -> str:
    try:
        return gmsh_version()
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> ThermalProblem:
    """A plate of 40 x 30 x 5 mm, and a round chip of 5 mm radius and 3 mm height on it."""
    here()
    plate = occ.Box((0, 0, 0), (40, 30, 5))
    plate.name = "sink"
    plate.faces.Min(occ.Z).name = "BOTTOM"
    chip = occ.Cylinder((20, 15, 5), occ.Z, 5, 3)
    chip.name = "chip"
    file = tmp_path_factory.mktemp("step") / "two.step"
    occ.Compound([plate, chip]).WriteStep(str(file))
    return ThermalProblem(
        StepFile(str(file), "mm"),
        {"sink": Region(k=150.0), "chip": Region(k=100.0, power=20.0)},
        {"air": Sink(Faces(name="sink.BOTTOM"), convection=500.0, ambient=293.0)},
        contacts=(Contact(("sink", "chip"), resistance=1e-4),),
        accuracy=1.0,
    )


def test_volumes_faces_and_contacts_are_those_of_the_file(problem: ThermalProblem) -> None:
    model = build(problem, mesh_by_gmsh(problem.geometry, 0.004, ROOM))
    assert model.cells["sink"].volume == pytest.approx(40 * 30 * 5e-9)
    assert model.cells["chip"].volume == pytest.approx(pi * 25 * 3e-9, rel=2e-4)
    assert model.faces["air"].volume == pytest.approx(40 * 30e-6)
    joint = next(term for term in model.terms if term.name == "sink.chip")
    assert joint.integrals.volume == pytest.approx(pi * 25e-6, rel=2e-4)


def test_temperatures_are_those_on_netgens_mesh(problem: ThermalProblem) -> None:
    one, other = (engine.solve(problem) for engine in (MeshedByGmsh(), FiniteElements()))
    assert one.unknowns != other.unknowns
    allowed = one.error_estimate_k + other.error_estimate_k
    assert one.hottest.temperature == pytest.approx(other.hottest.temperature, abs=allowed)
    assert one.accurate


def test_it_is_made_anew_where_it_is_to_be_finer(problem: ThermalProblem) -> None:
    mesh = mesh_by_gmsh(problem.geometry, 0.008, ROOM)
    chip = mesh.cell_region == mesh.regions.index("chip")
    finer = refined(mesh, chip)
    there = finer.cell_region == finer.regions.index("chip")
    assert finer.volumes[there].mean() < 0.5 * mesh.volumes[chip].mean()
    assert {patch.name for patch in finer.patches} == {patch.name for patch in mesh.patches}


def test_the_same_mesh_comes_again(problem: ThermalProblem) -> None:
    one, other = (mesh_by_gmsh(problem.geometry, 0.008, ROOM) for _ in range(2))
    assert one.points.tobytes() == other.points.tobytes()
    assert one.cells.tobytes() == other.cells.tobytes()


def test_primitives_are_not_for_gmsh() -> None:
    with pytest.raises(BadGeometry, match="STEP file"):
        mesh_by_gmsh(Shapes({}), None, ROOM)


@pytest.mark.parametrize(("found", "get"), [(None, GET), (object(), GET_LIBRARIES)])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, found: object, get: str, tmp_path: Path) -> None:
    """The package itself, or the libraries of the system that it is linked to."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    monkeypatch.setattr(gmsh_meshes, "find_spec", lambda _name: found)
    with pytest.raises(NotInstalled) as raised:
        gmsh_version()
    assert raised.value.get == get
