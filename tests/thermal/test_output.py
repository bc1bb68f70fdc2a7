"""What is written can be read by others, and says what the solution says."""

import json
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import meshio
import numpy as np
import pytest

from proofmark_thermal.echo import echo
from proofmark_thermal.engine import Solution
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal.output import write
from proofmark_thermal.problem import Faces, Probe, Region, Sink, ThermalProblem
from proofmark_thermal.shapes import Box, Shapes
from proofmark_thermal.summary import KELVIN, table

from .cases import cases


@pytest.fixture(scope="module")
def solution() -> Solution:
    problem = ThermalProblem(
        Shapes({"sink": (Box((0.04, 0.03, 0.01)),), "chip": (Box((0.01, 0.01, 0.002), (0.01, 0.01, 0.01)),)}),
        {"sink": Region(material="aluminium-6061"), "chip": Region(k=100.0, power=3.0)},
        {"air": Sink(Faces(name="sink.bottom"), convection=100.0, ambient=293.15)},
        probes={"ntc": Probe((0.04, 0.03, 0.01), "sink")},
    )
    return FiniteElements().solve(problem)


def test_the_summary_has_exactly_its_keys(solution: Solution, tmp_path: Path) -> None:
    write(solution, tmp_path)
    found = json.loads((tmp_path / "thermal.json").read_text())
    assert list(found) == [
        "t_max_c", "hot_spot_m", "energy_balance_w", "error_estimate_k", "probes", "unknowns", "engine",
    ]  # fmt: skip
    assert found["t_max_c"] == solution.hottest.temperature - KELVIN
    assert found["probes"] == {"ntc": solution.readings.probes["ntc"] - KELVIN}
    assert found["energy_balance_w"] == pytest.approx(0, abs=1e-6)
    assert (found["unknowns"], found["engine"]) == (len(solution.temperatures), "proofmark")


def test_the_field_is_read_by_meshio(solution: Solution, tmp_path: Path) -> None:
    write(solution, tmp_path)
    found = meshio.read(tmp_path / "temperature.vtu")
    assert found.point_data["temperature_degc"].max() == pytest.approx(solution.hottest.temperature - KELVIN)
    assert np.unique(found.cell_data["region"][0]).tolist() == [0, 1]
    corners = found.points[found.cells_dict["tetra10"]]
    volumes = np.linalg.det(corners[:, 1:4] - corners[:, :1]) / 6
    assert (volumes > 0).all()
    assert volumes.sum() == pytest.approx(0.04 * 0.03 * 0.01 + 0.01 * 0.01 * 0.002)
    for middle, (a, b) in zip(range(4, 10), [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)], strict=True):
        assert corners[:, middle] == pytest.approx((corners[:, a] + corners[:, b]) / 2)


def test_the_hot_spot_is_drawn_where_it_is(solution: Solution, tmp_path: Path) -> None:
    """The picture shows bright colours of the hot end and dark ones of the cold, and not one colour alone."""
    write(solution, tmp_path)
    picture = matplotlib.image.imread(tmp_path / "temperature.png")[:, :700, :3]
    drawn = picture[(picture < 0.98).any(axis=2)]
    assert len(drawn) > 0.1 * picture.shape[0] * picture.shape[1]
    assert drawn.sum(axis=1).max() - drawn.sum(axis=1).min() > 1.5
    assert (tmp_path / "mesh.png").stat().st_size > 5000


def test_one_solution_is_written_as_the_same_bytes(solution: Solution, tmp_path: Path) -> None:
    first, second = (write(FiniteElements().solve(solution.model.problem), tmp_path / name) for name in "ab")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.parametrize("name", ["NAFEMS-T2", "NAFEMS-T4", "CYL-SOURCE", "SLAB-BI10"])
def test_sections_and_rods_are_written_too(name: str, tmp_path: Path) -> None:
    solution = FiniteElements().solve(cases()[name].problem)
    files = write(solution, tmp_path)
    field = meshio.read(files[0])
    assert len(field.points) == solution.unknowns
    assert ("peak_temperature_degc" in field.point_data) is (solution.course is not None)


def test_the_echo_tells_millimetres_from_metres(solution: Solution) -> None:
    found = echo(solution.model)
    assert found.volumes_m3 == pytest.approx({"sink": 1.2e-5, "chip": 2e-7})
    assert found.power_w == {"chip": 3.0}
    assert found.lines[0] == "bounding box 40 x 30 x 12 mm from (0, 0, 0) mm"
    assert found.lines[1] == "volume 12200 mm3: sink 12000, chip 200"
    assert found.lines[-1] == "power 3 W"


def test_the_table_balances(solution: Solution) -> None:
    lines = table(solution)
    assert "enters by chip: 3 W" in lines
    assert "leaves by air: 3 W" in lines


def test_problems_are_cheap_to_import() -> None:
    heavy = "skfem", "pyamg", "netgen", "matplotlib", "meshio", "scipy"
    code = f"import sys, proofmark_thermal.problem; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_engine_itself_leaves_extras_alone() -> None:
    heavy = "skfem", "pyamg", "netgen", "matplotlib", "meshio"
    code = f"import sys, proofmark_thermal.output; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
