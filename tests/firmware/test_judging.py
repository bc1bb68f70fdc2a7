"""What a study says of its firmware, and what it gives to whoever flashes it."""

import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from intelhex import IntelHex

from proofmark_firmware.emulation import EmbeddedEmulator, Loaded
from proofmark_firmware.judging import Judged, judge
from proofmark_firmware.verification.verifying import Vectors
from proofmark_reliability.sample import medians
from proofmark_spec import load

from .conftest import FAN, Build, needs_zig
from .emulation.conftest import needs_emulator
from .secure_boot.conftest import key
from .verification.test_verifying import CHAINED, NAMES

pytestmark = [needs_zig, needs_emulator]
IMAGES = {"firmware/loader.bin", "firmware/slot.bin", "firmware/flash.hex", "firmware/image-key.pem"}
By = Callable[[int], Judged]


def judged_by(image_key: bytes) -> Judged:
    """The nominal run alone."""
    spec = load(FAN / "spec.yaml")
    point = spec.design.constants | medians(spec.design.marginals)
    columns = {name: np.array([value]) for name, value in point.items()}
    return judge(spec.design, spec.files, Vectors(columns, np.arange(1), 0), image_key)


@pytest.fixture(scope="module")
def judged(cache_home: Path) -> By:
    """By the number of an image key, once each."""
    found: dict[int, Judged] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache_home))
        for number in (1, 2):
            found[number] = judged_by(key(number))
    return found.__getitem__


def test_all_but_what_is_flashed_is_the_same_under_any_image_key(judged: By) -> None:
    one, two = judged(1), judged(2)
    assert one.result == two.result
    assert one.files == two.files
    assert one.images.keys() == two.images.keys() == IMAGES
    assert all(one.images[name] != two.images[name] for name in IMAGES)


def test_a_loader_differs_from_another_in_its_key_alone(judged: By) -> None:
    one, two = (judged(number).images["firmware/loader.bin"] for number in (1, 2))
    assert len(one) == len(two)
    differing = [place for place, pair in enumerate(zip(one, two, strict=True)) if pair[0] != pair[1]]
    assert max(differing) - min(differing) < 32


def test_every_check_passes_and_what_the_part_needs_is_told(judged: By) -> None:
    result = judged(1).result
    assert result.outcome == "verified", result.reasons
    assert [(check.name, check.outcome) for check in result.checks] == [(name, "passed") for name in (*CHAINED, *NAMES)]
    assert result.secure_boot is not None
    assert (result.secure_boot.stage, result.secure_boot.counter) == ("test stage", 0x01020003)
    assert result.secure_boot.write_protection.startswith("sectors 0 to 1 of the flash")
    assert result.secure_boot.read_protection.startswith("RDP level 1")


def test_what_is_flashed_starts_and_is_loader_and_slot(judged: By, image: Build, emulator: EmbeddedEmulator) -> None:
    images = judged(1).images
    flash = IntelHex(StringIO(images["firmware/flash.hex"].decode()))
    parts = {start: flash.tobinarray(start, end - 1).tobytes() for start, end in flash.segments()}
    assert parts == {0x08000000: images["firmware/loader.bin"], 0x08010000: images["firmware/slot.bin"]}
    firmware = Loaded.of(image("stm32f4-discovery"))
    assert emulator.boot(Loaded(firmware.statement, parts, entry=0x08000000)) == [True]
    assert emulator.look().log.endswith(" ready\n")


@pytest.mark.parametrize(("number", "status"), [(1, 0), (2, 1)])
def test_the_key_that_is_given_along_verifies_the_slot(judged: By, tmp_path: Path, number: int, status: int) -> None:
    (tmp_path / "slot.bin").write_bytes(judged(1).images["firmware/slot.bin"])
    (tmp_path / "key.pem").write_bytes(judged(number).images["firmware/image-key.pem"])
    paths = [str(tmp_path / "key.pem"), str(tmp_path / "slot.bin")]
    command = [sys.executable, "-m", "imgtool.main", "verify", "-k", *paths]
    assert subprocess.run(command, capture_output=True, check=False).returncode == status


def test_a_key_of_another_kind_is_the_problem(cache_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))
    judged = judged_by(b"nothing")
    assert judged.result.problem.startswith("signing: expected an Ed25519 private key")
    assert judged.result.outcome == "failed"
    assert {*judged.files, *judged.images} == {"firmware/checks.json"}
