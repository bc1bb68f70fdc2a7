"""Elmer, up to the boundary of its process: it is not to be had where these tests are written.

`elmer.vtu` is written by hand after the format of its output solver; the stand-in for its program copies it.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.building import build
from proofmark_thermal.engines.elmer import ELMER, Elmer, written
from proofmark_thermal.engines.elmer_case import CASE, MESH, write
from proofmark_thermal.engines.errors import EngineFailed, NotCovered
from proofmark_thermal.engines.features import refuse
from proofmark_thermal.mesh import Mesh, Patch, measures
from proofmark_thermal.model import Model
from proofmark_thermal.problem import Faces, Region, Sink, Source, ThermalProblem
from proofmark_thermal.shapes import Box, Shapes
from tests.thermal.engines.problems import model_of, problems

VTU = (Path(__file__).parent / "elmer.vtu").read_text()
"""The four nodes of one tetrahedron."""


def block() -> ThermalProblem:
    return ThermalProblem(
        Shapes({"low": (Box((0.02, 0.02, 0.01)),), "high": (Box((0.01, 0.02, 0.01), (0.0, 0.0, 0.01)),)}),
        {"low": Region(k=(10.0, 20.0, 30.0)), "high": Region(k=5.0, power=2.0)},
        {
            "cold": Sink(Faces(name="low.bottom"), temperature=290.0),
            "air": Sink(Faces(name="high.top"), convection=10.0, ambient=300.0, emissivity=0.8),
            "wind": Sink(Faces(name="high.left"), convection=25.0, ambient=320.0),
        },
        {"chip": Source(Faces(name="high.top"), power=1.0), "lamp": Source(Faces(name="low.right"), flux=500.0)},
        element_size=0.01,
    )


def test_the_case_says_everything_of_the_problem(tmp_path: Path) -> None:
    write(model_of(block()), tmp_path)
    said = sections((tmp_path / CASE).read_text())
    materials = [said[f"Material {n}"]["Heat Conductivity" + size] for n, size in ((1, "(3,3)"), (2, ""))]
    assert materials == ["Real 10 0 0 0 20 0 0 0 30", "Real 5"]
    assert float(said["Body Force 2"]["Heat Source"].split()[1]) == pytest.approx(2.0 / 2e-6)
    assert said["Body 2"]["Body Force"] == "2"
    assert "Body Force" not in said["Body 1"]
    bounds = [part for name, part in said.items() if name.startswith("Boundary Condition")]
    fixed = [part for part in bounds if "Temperature" in part]
    assert [part["Temperature"] for part in fixed] == ["Real 290"]
    top = next(part for part in bounds if "Emissivity" in part)
    assert top["Heat Transfer Coefficient"] == "Real 10"
    assert top["External Temperature"] == "Real 300"
    assert float(top["Radiation External Temperature"].split()[1]) == pytest.approx(300)
    assert float(top["Heat Flux"].split()[1]) == pytest.approx(1.0 / 2e-4)
    assert {"Real 500"} == {part["Heat Flux"] for part in bounds if part is not top and "Heat Flux" in part}


def test_the_mesh_fills_the_body_and_each_boundary_has_its_area(tmp_path: Path) -> None:
    model = model_of(block())
    write(model, tmp_path)
    nodes, cells, sides = mesh_files(tmp_path / MESH)
    assert nodes == pytest.approx(model.space.nodes)
    corners = nodes[cells[:, 3:7] - 1]
    spans = corners[:, 1:] - corners[:, :1]
    volumes = np.linalg.det(spans) / 6
    assert (volumes > 0).all()
    for body, region in enumerate(model.space.mesh.regions, start=1):
        assert volumes[cells[:, 1] == body].sum() == pytest.approx(model.cells[region].volume)
    areas = measures(nodes[sides[:, 5:8] - 1])
    said = sections((tmp_path / CASE).read_text())
    for name, part in said.items():
        if name.startswith("Boundary Condition"):
            here = areas[sides[:, 1] == int(name.split()[-1])].sum()
            assert here == pytest.approx(4e-4 if "Temperature" in part else 2e-4)
    parents = cells[sides[:, 2] - 1, 3:]
    assert (parents[:, :, None] == sides[:, None, 5:]).any(axis=1).all()
    header = (tmp_path / MESH / "mesh.header").read_text().split()
    assert header == [*map(str, (len(nodes), len(cells), len(sides), 2, 510, len(cells), 306, len(sides)))]


def test_middles_of_sides_are_in_the_order_of_corners(tmp_path: Path) -> None:
    write(model_of(block()), tmp_path)
    nodes, _, sides = mesh_files(tmp_path / MESH)
    for middle, (one, other) in enumerate([(0, 1), (1, 2), (2, 0)]):
        between = (nodes[sides[:, 5 + one] - 1] + nodes[sides[:, 5 + other] - 1]) / 2
        assert nodes[sides[:, 8 + middle] - 1] == pytest.approx(between)


def test_sections_are_said_to_be_sections(tmp_path: Path) -> None:
    write(model_of(problems()["axisymmetric section"]), tmp_path)
    said = sections((tmp_path / CASE).read_text())
    assert said["Simulation"]["Coordinate System"] == '"Axi Symmetric"'
    assert (tmp_path / MESH / "mesh.header").read_text().split()[4::2] == ["306", "203"]


@pytest.mark.parametrize("name", ["contact", "h(rise) and Q(T)", "transient", "plane section", "k(T) and radiation"])
def test_what_is_not_covered_is_refused(name: str) -> None:
    with pytest.raises(NotCovered):
        refuse(ELMER.name, model_of(problems()[name]), ELMER.covered)


def test_its_field_is_read(tmp_path: Path) -> None:
    found = stand_in(tmp_path, "cp {vtu} mesh/result_t0001.vtu").run(tetrahedron(), tmp_path)
    assert found.temperatures.tolist() == [[300.0, 310.0, 320.5, 305.25]]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'ERROR:: HeatSolve: no'; exit 1", "HeatSolve: no"),
        ("true", "got none"),
        ("sed s/310.0/nan/ {vtu} > mesh/result_t0001.vtu", "finite"),
        ("sed s/1.0E-02/2.0E-02/ {vtu} > mesh/result_t0001.vtu", "order"),
        ("sed s/ascii/appended/ {vtu} > mesh/result_t0001.vtu", "got appended"),
        ('sed \'s/"temperature"/"pressure"/\' {vtu} > mesh/result_t0001.vtu', "got pressure"),
        ("head -c 300 {vtu} > mesh/result_t0001.vtu", "an ASCII VTU file"),
    ],
)
def test_a_run_without_temperatures_fails(script: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=said):
        stand_in(tmp_path, script).run(tetrahedron(), tmp_path)


def test_points_and_temperatures_are_read_in_full_precision() -> None:
    places, temperatures = written(VTU)
    assert places.shape == (4, 3)
    assert temperatures[2] == 320.5


def stand_in(folder: Path, script: str) -> Elmer:
    """A program that does what a run of Elmer leaves behind."""
    (folder / MESH).mkdir()
    program = folder / "ElmerSolver"
    program.write_text(f"#!/bin/sh\n{script.format(vtu=Path(__file__).parent / 'elmer.vtu')}\n")
    program.chmod(0o755)
    return replace(ELMER, command=str(program))


def tetrahedron() -> Model:
    points = np.array([[0, 0, 0], [1e-2, 0, 0], [0, 1e-2, 0], [0, 0, 1e-2]])
    cells, facets = np.array([[0, 1, 2, 3]]), np.array([[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]])
    mesh = Mesh(points, cells, ("body",), np.zeros(1, int), facets, (Patch("all", "body"),), np.zeros(4, int))
    problem = ThermalProblem(
        Shapes({"body": ()}), {"body": Region(k=1.0)}, {"air": Sink(Faces(), convection=1.0, ambient=300.0)}
    )
    return build(problem, mesh, 1)


def sections(text: str) -> dict[str, dict[str, str]]:
    """Keywords and values of each section of a case."""
    found: dict[str, dict[str, str]] = {}
    for block in text.split("\nEnd\n"):
        name, *lines = block.strip().split("\n")
        pairs = [line.partition("=") for line in lines if "=" in line]
        found[name] = {key.strip(): value.strip() for key, _, value in pairs}
    return found


def mesh_files(folder: Path) -> tuple[FloatArray, np.ndarray, np.ndarray]:
    nodes = np.loadtxt(folder / "mesh.nodes")[:, 2:]
    return nodes, np.loadtxt(folder / "mesh.elements", dtype=int), np.loadtxt(folder / "mesh.boundary", dtype=int)
