"""The example that is held at 60 degC: its geometry is what its script makes, its heat what lumped checks allow."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proofmark_contracts.cosimulation import CosimModel
from proofmark_cosim import Recording
from proofmark_reliability.sample import medians
from proofmark_spec import Spec, load, parse
from proofmark_systems import WorkingSystem, heat_of, system_of
from proofmark_thermal_fem.answering import Answer, answer

FOLDER = Path(__file__).parents[2] / "examples" / "motor-driver"
FINNED_M2 = 0.08 * 0.06 + 10 * 2 * 0.025 * (0.08 + 0.0012)
"""Base, and flanks and ends of the fins."""
CAPACITY_JK = (0.08 * 0.06 * 0.005 + 10 * 0.08 * 0.0012 * 0.025) * 2700 * 896 + 0.03 * 0.03 * 0.003 * 2330 * 760
SIGNALS = ("heat.ntc", "heat.t_max", "controller.fan_duty", "controller.mode")


@cache
def example() -> Spec:
    return load(FOLDER / "spec.yaml")


def still_air(film: str) -> Spec:
    """The same heat sink without its fan and its controller, judged by its steady temperatures alone."""
    document: dict[str, Any] = {**example().document, "model": {"kind": "thermal"}}
    for section in ("controller", "firmware", "provenance"):
        document.pop(section)
    thermal = {key: value for key, value in document["thermal"].items() if key != "steady_at"}
    regions = {**thermal["regions"], "bridge": {**thermal["regions"]["bridge"], "power": "drive_loss"}}
    fins = {**thermal["sinks"]["fins"], "convection": film}
    document["thermal"] = {**thermal, "regions": regions, "sinks": {"fins": fins}}
    document["requirements"] = [
        {"name": "module stays cool", "metric": "t_max", "max": "80 degC"},
        {"name": "sink can be touched", "metric": "t_max", "of": "sink", "max": "70 degC"},
    ]
    return parse(document, example().files)


def answered(spec: Spec, folder: Path) -> Answer:
    (folder / "driver.step").write_bytes((FOLDER / "driver.step").read_bytes())
    return answer("study", spec.design, folder)


def test_the_step_file_is_what_the_script_makes(tmp_path: Path) -> None:
    script = tmp_path / "geometry.py"
    script.write_text((FOLDER / "geometry.py").read_text())
    subprocess.run([sys.executable, script], check=True, capture_output=True)
    made, kept = ((folder / "driver.step").read_text().split("DATA;")[1] for folder in (tmp_path, FOLDER))
    assert made == kept


def test_the_sink_alone_is_hotter_than_a_lumped_one_and_judged_by_a_reduced_model_with_bounds(tmp_path: Path) -> None:
    told = answered(still_air("h_full"), tmp_path)
    lumped = 293.15 + 50 / (45 * FINNED_M2)
    found = told.assessed.temperatures
    assert lumped < found["t_ntc"] < found["t_max_sink"] < lumped + 10
    through_pad = 50 * 2e-5 / (0.03 * 0.03)
    assert found["t_max_bridge"] - found["t_max_sink"] == pytest.approx(through_pad, abs=1)
    assert told.assessed.leaving_w["fins"] == pytest.approx(50, abs=1e-6)
    assert told.modelled.heat.kind == "steady"
    assert told.modelled.heat.limits == {"t_max": (353.15,), "t_max_sink": (343.15,)}
    assert told.modelled.bound_k < 0.2


def test_the_fan_holds_the_sink_at_its_temperature(tmp_path: Path) -> None:
    design = example().design
    assert isinstance(design.model, CosimModel)
    told = answered(example(), tmp_path)
    system = system_of(design.model, design.controller, example().files, heat_of(told.modelled.heat, told.contents[0]))
    point = {name: np.array([value]) for name, value in (design.constants | medians(design.marginals)).items()}
    found = WorkingSystem(system, frozenset(point), 0, Recording([0], 100, SIGNALS)).run(point, np.zeros(1, np.int64))
    traces = {name: signal[0] for name, signal in found.traces.items()}
    still_w = 10 * FINNED_M2 * 40
    warming = 5 + 38 * CAPACITY_JK / (50 - still_w / 2)
    assert found.metrics["settling_time_of_heat_ntc"][0] == pytest.approx(warming, rel=0.15)
    assert traces["heat.ntc"][-1] == pytest.approx(333.15, abs=0.1)
    needed = 50 / (40 * FINNED_M2)
    film = 10 + 35 * traces["controller.fan_duty"][-1]
    assert needed < film < 1.3 * needed
    assert traces["controller.mode"][[0, 10, 600]].tolist() == [0, 1, 1]
    assert traces["heat.t_max"].max() < 333.15 + 5
