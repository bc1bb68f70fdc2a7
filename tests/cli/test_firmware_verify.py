"""`proofmark firmware verify`: the image of a spec on an emulated board, without a bus."""

import json
from pathlib import Path

import pytest
from vcd.reader import TokenKind, tokenize

from tests.cli.conftest import Command
from tests.firmware.conftest import FAN, needs_zig
from tests.firmware.emulation.conftest import needs_emulator

SPEC = FAN / "spec.yaml"


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """The fan's spec with other words."""
    text = SPEC.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "controller.py").write_bytes((FAN / "controller.py").read_bytes())
    (folder / "spec.yaml").write_text(text)
    return folder / "spec.yaml"


@needs_zig
@needs_emulator
def test_each_check_is_told_and_what_was_seen_is_kept(proofmark: Command, tmp_path: Path) -> None:
    told = proofmark("firmware", "verify", SPEC, "--out", tmp_path / "out", "--runs", "20", "--worst", "2")
    assert told.code == 0, told.err
    *checks, verdict = [line for line in told.out.splitlines() if not line.startswith("wrote ")]
    assert {line.split()[0] for line in checks} <= {"passed", "not-run"}
    assert any(line.startswith("passed  processor in the loop, worst vectors: 3 vectors") for line in checks)
    assert any("boots in Renode" in line for line in checks)
    assert verdict.startswith("VERIFIED: STM32F407VGT6 on ST STM32F4DISCOVERY")
    with (tmp_path / "out" / "waveforms.vcd").open("rb") as file:
        changes = [token for token in tokenize(file) if token.kind is TokenKind.CHANGE_SCALAR]
    assert len(changes) > 100


@needs_zig
@needs_emulator
def test_a_controller_that_is_too_slow_is_not_verified(proofmark: Command, tmp_path: Path) -> None:
    spec = changed(tmp_path, ("period: 10 ms", "period: 5 us"), ("within: 50 ms", "within: 1 ms"), ("1 s", "0.5 ms"))
    told = proofmark("firmware", "verify", spec, "--out", tmp_path / "out", "--runs", "5", "--json")
    assert told.code == 9, told.err
    found = json.loads(told.out)
    assert found["verified"] is False
    assert "no overrun" in [check["name"] for check in found["checks"] if check["outcome"] == "failed"]
    assert json.loads((tmp_path / "out" / "checks.json").read_text())["checks"] == found["checks"]


def test_a_module_for_micropython_is_asked_of_a_real_one(proofmark: Command, tmp_path: Path) -> None:
    text = SPEC.read_text()
    spec = changed(tmp_path, (text[text.index("firmware:") :], "firmware: {target: micropython}\n"))
    told = proofmark("firmware", "verify", spec, "--out", tmp_path / "out", PATH="/nowhere")
    assert told.code == 9, told.err
    assert "failed  MicroPython computes what was simulated: expected MicroPython on this machine, got none" in told.out
    assert "NOT VERIFIED: 1.0.0 for MicroPython" in told.out
    assert {"fan_control.py", "fan_control.mpy", "checks.json"} == {path.name for path in (tmp_path / "out").iterdir()}


def test_a_design_without_firmware_is_refused(proofmark: Command, tmp_path: Path) -> None:
    text = SPEC.read_text()
    told = proofmark("firmware", "verify", changed(tmp_path, (text[text.index("firmware:") :], "")))
    assert (told.code, told.out) == (2, "")
    assert "fan: expected a section firmware with a board, got none" in told.err


@pytest.mark.parametrize(
    ("action", "option", "value"),
    [("verify", "--compiler", "zig"), ("verify", "--at", "flash"), ("build", "--runs", "5"), ("pins", "--worst", "1")],
)
def test_options_go_with_their_own_action(proofmark: Command, action: str, option: str, value: str) -> None:
    told = proofmark("firmware", action, SPEC, option, value)
    assert told.code == 2
    assert f"firmware {action}: {option} does not go with it" in told.err
