"""The example that is cool enough: its geometry is what its script makes, its heat what a lumped check allows."""

import subprocess
import sys
from pathlib import Path

import pytest

from proofmark_spec import load
from proofmark_thermal_fem.answering import answer

FOLDER = Path(__file__).parents[2] / "examples" / "motor-driver"
FINNED_M2 = 0.08 * 0.1 + 9 * 2 * 0.03 * (0.1 + 0.002)
"""Base and flanks of the fins, roughly."""


def test_the_step_file_is_what_the_script_makes(tmp_path: Path) -> None:
    script = tmp_path / "geometry.py"
    script.write_text((FOLDER / "geometry.py").read_text())
    subprocess.run([sys.executable, script], check=True, capture_output=True)
    made, kept = ((folder / "driver.step").read_text().split("DATA;")[1] for folder in (tmp_path, FOLDER))
    assert made == kept


def test_the_driver_is_hotter_than_a_lumped_sink_and_cooler_than_its_limit(tmp_path: Path) -> None:
    design = load(FOLDER / "spec.yaml").design
    (tmp_path / "driver.step").write_bytes((FOLDER / "driver.step").read_bytes())
    told = answer("study", design, tmp_path).assessed
    lumped = 293.15 + 50 / (25 * FINNED_M2)
    assert lumped < told.temperatures["t_ntc"] < told.temperatures["t_max_sink"] < lumped + 10
    assert told.temperatures["t_max"] < 353.15 - 15
    through_pad = 50 * 3e-5 / (0.03 * 0.03)
    assert told.temperatures["t_max_bridge"] - told.temperatures["t_max_sink"] == pytest.approx(through_pad, abs=1)
    assert told.leaving_w["fins"] == pytest.approx(50, abs=1e-6)
