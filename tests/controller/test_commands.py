"""`proofmark controller` as a person calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from proofmark_controller.commands import controller

from .battery import SOUND

HERE = Path(__file__).parent
PROOFMARK = Path(sys.executable).with_name("proofmark")


def test_check_says_what_a_controller_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert controller("check", HERE / "fan_control.py") == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "controller  FanControl",
        "inputs      temp_degc float32, enable bool",
        "outputs     motor_duty float32, fan_duty float32, led bool",
        "safe_state  motor_duty 0.0, fan_duty 1.0, led True",
    ]


def test_check_tells_problems_and_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hot.py"
    file.write_text(SOUND.replace("x * 0.5", "x**2"))
    assert controller("check", file) == 2
    assert capsys.readouterr().err == "hot.py:28:12: a power: write x * x\n"
    assert controller("check", file, json=True) == 2
    assert json.loads(capsys.readouterr().out) == {
        "sound": False,
        "problems": [
            {"file": "hot.py", "line": 28, "column": 12, "what": "a power", "instead": "write x * x"},
        ],
    }


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert controller("check", tmp_path / "none.py") == 2
    assert "none.py: expected a Python file: " in capsys.readouterr().err


def test_a_file_that_is_no_text_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "image.py").write_bytes(b"\xff\xfe\x00")
    assert controller("check", tmp_path / "image.py") == 2
    assert "image.py: expected a Python file: 'utf-8' codec can't decode" in capsys.readouterr().err


def test_emit_c_writes_the_golden_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "folder"
    assert controller("emit-c", HERE / "fan_control.py", out=folder, json=True) == 0
    written = json.loads(capsys.readouterr().out)["written"]
    assert written == [str(folder / "fan_control.h"), str(folder / "fan_control.c")]
    for path in map(Path, written):
        assert path.read_text() == (HERE / "golden" / path.name).read_text()


def test_the_command_line_reaches_it() -> None:
    command = [str(PROOFMARK), "controller", "check", str(HERE / "fan_control.py"), "--class", "FanControl", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["controller"] == "FanControl"
