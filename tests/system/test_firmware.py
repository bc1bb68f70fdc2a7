"""Firmware through the whole of a running Proofmark: built, verified on an emulated board, signed, sealed or not."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from proofmark.client import OperatorClient
from proofmark.exits import Exit
from proofmark.folder import write_release
from proofmark.result import Result
from proofmark_contracts.custody import ReleaseSealed
from proofmark_custody.errors import VerificationFailed
from proofmark_custody.verify import verify_release
from tests.firmware.conftest import FAN, needs_zig
from tests.firmware.emulation.conftest import needs_emulator
from tests.system.test_studies import closed, opened

pytestmark = [needs_zig, needs_emulator]
IMAGES = ("loader.bin", "slot.bin", "flash.hex", "image-key.pem")
FILES = {"controller.py": (FAN / "controller.py").read_bytes()}


async def sealed(client: OperatorClient, text: str, folder: Path) -> tuple[Result, Path]:
    """A study of the fan, and the folder of what was sealed."""
    study = await opened(client, YAML(typ="safe").load(text), FILES)
    found = await Result.read(client, await closed(client, study, 120))
    return found, await write_release(client, await client.wait(ReleaseSealed, study), folder)


async def test_an_approved_design_is_released_with_its_verified_firmware(
    client: OperatorClient, tmp_path: Path
) -> None:
    found, folder = await sealed(client, (FAN / "spec.yaml").read_text(), tmp_path)
    assert (found.closed.outcome, found.exit, folder.name) == ("released", Exit.OK, "release")
    verified = verify_release(folder)
    assert (verified.claims.verdict, verified.claims.firmware) == ("approved", "verified")
    assert [step.role for step in verified.chain][:2] == ["gate", "firmware"]
    for name in ("firmware.elf", "firmware.hex", "checks.json", "codes.npz", "waveforms.vcd", *IMAGES):
        assert (folder / "firmware" / name).stat().st_size > 0
    told = (folder / "report.html").read_text()
    for part in ("processor in the loop, worst vectors", "secure boot refuses another key", "behind a test stage"):
        assert part in told
    for name in IMAGES:
        path = folder / "firmware" / name
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        with pytest.raises(VerificationFailed, match=f"firmware/{name}: sha256: expected .* by the firmware's result"):
            verify_release(folder)
        path.write_bytes(whole)
    verify_release(folder)


async def test_a_design_whose_firmware_fails_is_not_released(client: OperatorClient, tmp_path: Path) -> None:
    """At 200 kHz the simulation still holds; the chip does not end a tick before the next one begins."""
    text = (FAN / "spec.yaml").read_text()
    for slow, fast in (("period: 10 ms", "period: 5 us"), ("within: 50 ms", "within: 1 ms"), ("1 s", "0.5 ms")):
        text = text.replace(slow, fast)
    found, folder = await sealed(client, text, tmp_path)
    assert (found.closed.outcome, found.exit, folder.name) == ("failed", Exit.FIRMWARE_FAILED, "evidence")
    assert any(reason.startswith("no overrun: chip 0, tick 0 was not over in time") for reason in found.closed.reasons)
    claims = verify_release(folder).claims
    assert (claims.verdict, claims.firmware) == ("approved", "failed")
    assert "not verified, so the design is not released" in (folder / "report.html").read_text()


async def test_a_design_that_is_rejected_gets_no_firmware(client: OperatorClient, tmp_path: Path) -> None:
    text = (FAN / "spec.yaml").read_text().replace("max: 80 degC", "max: 40 degC")
    found, folder = await sealed(client, text, tmp_path)
    assert (found.closed.outcome, found.exit) == ("rejected", Exit.REJECTED)
    assert verify_release(folder).claims.firmware is None
    assert not (folder / "firmware").exists()
