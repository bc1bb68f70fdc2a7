"""A design's controller for MicroPython: exported with its parameters, and held against the interpreter."""

import os
import stat
from pathlib import Path

import pytest

from proofmark_firmware import micropython_module
from proofmark_firmware.commands import OK, firmware
from proofmark_firmware.errors import NoFirmware
from proofmark_firmware.micropython_module import Exported, agreement, exported, module_result
from proofmark_firmware.target import target_of
from proofmark_spec import Spec, parse
from tests.controller import test_micropython
from tests.firmware.conftest import FAN
from tests.node import installed

TEXT = (FAN / "spec.yaml").read_text()
SECTION = "firmware: {target: micropython, version: 1.2.3}\n"


@pytest.fixture(scope="module")
def spec() -> Spec:
    text = TEXT[: TEXT.index("firmware:")] + SECTION
    return parse(text, {"controller.py": (FAN / "controller.py").read_bytes()})


@pytest.fixture(scope="module")
def module(spec: Spec) -> Exported:
    return exported(spec.design, spec.files)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MicroPython for WebAssembly, under the name that a package of the operating system gives it."""
    node = installed(Path(test_micropython.__file__).with_name("node"), "micropython") / "run.mjs"
    program = tmp_path / "micropython"
    program.write_text(f"#!/bin/sh\nexec node {node}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.node
@pytest.mark.usefixtures("on_path")
def test_a_real_micropython_computes_what_the_interpreter_does(module: Exported) -> None:
    result = module_result(agreement(module), "1.2.3")
    assert (result.outcome, result.reasons) == ("verified", ())
    assert result.checks[0].told == "2000 ticks of random inputs: every bit equal"


@pytest.mark.node
@pytest.mark.usefixtures("on_path")
def test_another_start_is_found(module: Exported) -> None:
    changed = Exported(module.program, {**module.start, "gain": 0.5}, module.source, module.bytecode)
    check = agreement(changed)
    assert check.failed
    assert "expected" in check.told


def test_the_controller_starts_with_the_medians_of_its_parameters(spec: Spec, module: Exported) -> None:
    text = module.files["fan_control.py"].decode()
    assert "def pm_controller():" in text
    assert "made.gain = 0.02500000037252903" in text
    assert f"{spec.design.design_digest()}, 1.2.3" in text
    assert module.files["fan_control.mpy"][:1] == b"M"


def test_without_micropython_nothing_is_verified(module: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(micropython_module, "installed", lambda: None)
    result = module_result(agreement(module), "1.2.3")
    assert result.outcome == "failed"
    assert "expected MicroPython on this machine, got none" in result.reasons[0]


def test_build_writes_the_module(tmp_path: Path, module: Exported) -> None:
    (tmp_path / "spec.yaml").write_text(TEXT[: TEXT.index("firmware:")] + SECTION)
    (tmp_path / "controller.py").write_bytes((FAN / "controller.py").read_bytes())
    assert firmware("build", tmp_path / "spec.yaml", tmp_path / "out") == OK
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == module.files


def test_a_module_has_no_board(spec: Spec) -> None:
    with pytest.raises(NoFirmware, match="expected a section firmware with a board, got none"):
        target_of(spec.design, spec.files)
