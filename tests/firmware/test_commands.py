import os
import signal
import sys
import time
from json import loads
from pathlib import Path
from shutil import which
from subprocess import DEVNULL, Popen, run

import pytest

from proofmark_firmware.commands import FAILED, OK, REFUSED, firmware
from proofmark_firmware.compilers import GCC

from .conftest import FAN, Build, needs_zig

SPEC = FAN / "spec.yaml"
BUILD = [sys.executable, "-m", "proofmark", "firmware", "build", str(SPEC)]


def test_the_pins_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert firmware("pins", SPEC) == OK
    shown = capsys.readouterr().out
    assert shown.startswith("ST STM32F4DISCOVERY (STM32F407G-DISC1), STM32F407VGT6, 168 MHz\n")
    rows = [line.split() for line in shown.splitlines()[2:]]
    assert rows[0][:6] == ["PA1", "Temp_ADC", "analog", "in", "temp_degc", "ADC1_IN1"]
    assert "20 kHz (exact), 8400 steps, safe 0" in shown
    assert "user button, active high" in shown


def test_pins_are_data_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert firmware("pins", SPEC, json=True) == OK
    document = loads(capsys.readouterr().out)
    assert document["board"] == "stm32f4-discovery"
    assert [pin["pin"] for pin in document["pins"]] == ["PA1", "PA0", "PA8", "PC6", "PB5", "PA2"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SPEC.read_text().replace("PA8", "PK0"), "firmware.pins.Motor_PWM.pin: STM32F407VGT6 has no pin PK0"),
        (SPEC.read_text().split("firmware:")[0], "fan: expected a section firmware with a board, got none"),
    ],
)
def test_a_spec_that_is_wrong_is_refused(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "spec.yaml").write_text(text)
    (tmp_path / "controller.py").write_bytes((FAN / "controller.py").read_bytes())
    assert firmware("build", tmp_path / "spec.yaml", tmp_path / "out") == REFUSED
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_spec_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert firmware("pins", tmp_path / "spec.yaml") == REFUSED
    assert "spec.yaml" in capsys.readouterr().err


@needs_zig
def test_a_build_elsewhere_and_without_a_network_gives_the_same_files(image: Build, tmp_path: Path) -> None:
    alone = ["unshare", "--net", "--map-root-user"]
    if which("unshare") is None or run([*alone, "true"], stderr=DEVNULL, check=False).returncode:
        pytest.skip("this system lets nobody leave the network")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = run(
        [*alone, *BUILD, "--out", "out", "--json"], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    document, expected = loads(done.stdout), image("stm32f4-discovery")
    assert document["sha256"] == {name: expected.sha256(name) for name in document["sha256"]}
    for name, content in expected.files.items():
        assert (tmp_path / "out" / name).read_bytes() == content, name
    assert (tmp_path / "out" / "project" / "platformio.ini").exists()


@needs_zig
def test_a_killed_build_leaves_no_image(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    with Popen(
        [*BUILD, "--out", str(tmp_path / "out")], env=environment, stdout=DEVNULL, start_new_session=True
    ) as build:
        while not list(tmp_path.glob("proofmark-firmware-*/project/src/main.c")):
            assert build.poll() is None
            time.sleep(0.01)
        os.killpg(build.pid, signal.SIGKILL)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "proofmark" / "firmware").exists()


def test_without_the_compiler_asked_for_there_is_no_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if which(GCC) is not None:
        pytest.skip(f"{GCC} is installed here")
    assert firmware("build", SPEC, tmp_path, compiler="gcc") == FAILED
    assert "expected arm-none-eabi-gcc on this machine, got none" in capsys.readouterr().err


@needs_zig
def test_another_compiler_makes_an_image_of_the_same_interface(
    image: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if which(GCC) is None:
        pytest.skip(f"{GCC} is not installed")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert firmware("build", SPEC, tmp_path / "out", compiler="gcc") == OK
    told = loads((tmp_path / "out" / "firmware.json").read_text())
    other = loads(image("stm32f4-discovery").files["firmware.json"])
    assert told["compiler"].startswith("gcc ")
    assert {name for name in told["symbols"] if name in other["symbols"]} >= {"pm_record", "pm_status", "pm_info"}
    assert told["inputs"] == other["inputs"]
    assert told["outputs"] == other["outputs"]
