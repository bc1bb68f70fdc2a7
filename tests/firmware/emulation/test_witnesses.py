"""QEMU where it is installed; Renode up to the process that is started."""

import stat
import sys
from pathlib import Path

import pytest

from proofmark_firmware.building import built
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.emulation import Loaded, NotInstalled, qemu, renode
from proofmark_firmware.emulation.errors import EmulatorFailed
from proofmark_firmware.verification.witnesses import by_qemu, by_renode

from ..conftest import fan, needs_zig
from .conftest import needs_emulator

pytestmark = needs_zig


@pytest.fixture(scope="session")
def alone(cache: Cache) -> Loaded:
    return Loaded.of(built(fan(at="flash"), compiler_of("zig"), cache))


@pytest.mark.skipif(not qemu.installed(), reason="qemu-system-arm is not installed")
@needs_emulator
def test_qemu_sees_what_our_emulator_sees_without_an_oscillator(alone: Loaded) -> None:
    check = by_qemu(alone)
    assert (check.outcome, "fault clock hse" in check.told) == ("passed", True)


@pytest.mark.skipif(not qemu.installed(), reason="qemu-system-arm is not installed")
def test_an_image_that_says_too_little_is_told(alone: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qemu, "PATIENCE_S", 1.0)
    with pytest.raises(EmulatorFailed, match="expected 9 lines on USART2"):
        qemu.witness(alone, 9)


def test_a_machine_without_qemu_says_so(alone: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    check = by_qemu(alone)
    assert (check.outcome, qemu.BROUGHT_BY in check.told) == ("not-run", True)
    with pytest.raises(NotInstalled):
        qemu.witness(alone, 1)


def renode_that(folder: Path, does: str) -> None:
    program = folder / renode.PROGRAM
    program.write_text(f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\n{does}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_renode_is_given_platform_script_and_test(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renode_that(tmp_path, "print(*sorted(path.name for path in Path(sys.argv[1]).parent.iterdir()))")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert renode.run(loaded).split() == ["board.repl", "firmware.elf", "firmware.resc", "firmware.robot"]
    assert by_renode(loaded).outcome == "passed"


def test_a_renode_that_fails_is_told(loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renode_that(tmp_path, "print('no line on uart')\nsys.exit(3)")
    monkeypatch.setenv("PATH", str(tmp_path))
    check = by_renode(loaded)
    assert (check.outcome, check.told) == ("failed", "Renode: expected status 0, got 3: no line on uart")


def test_a_machine_without_renode_says_that_it_did_not_run(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    check = by_renode(loaded)
    assert (check.outcome, renode.BROUGHT_BY in check.told) == ("not-run", True)


def test_what_renode_is_given_names_board_clock_and_banner(loaded: Loaded) -> None:
    files = renode.files(loaded)
    assert 'using "platforms/boards/stm32f4_discovery.repl"' in files["board.repl"]
    assert "systickFrequency: 168000000" in files["board.repl"]
    assert "pin_Status_LED: Miscellaneous.LED @ gpioPortB 5" in files["board.repl"]
    assert f"cpu VectorTableOffset 0x{loaded.start:08X}" in files["firmware.resc"]
    assert f"proofmark {loaded.statement['design'][:16]} 1.2.3 ready" in files["firmware.robot"]
