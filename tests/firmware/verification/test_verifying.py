"""Every check on images of every family, and bugs that have to be caught."""

from dataclasses import replace

import numpy as np
import pytest

from proofmark_firmware.building import built
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.emulation import EmbeddedEmulator, Loaded
from proofmark_firmware.project import project
from proofmark_firmware.secure_boot import loader_of, public_bytes, signed
from proofmark_firmware.verification import Chain, verified
from proofmark_firmware.verification.loop import emulated, replayed
from proofmark_firmware.verification.verifying import looked_at

from ..conftest import Build, fan, needs_zig
from ..emulation.conftest import needs_emulator
from ..secure_boot.conftest import key
from .conftest import Case
from .mutations import MUTATIONS, Mutation

pytestmark = [needs_zig, needs_emulator]
CHAINED = [
    "secure boot accepts",
    "secure boot refuses a flipped byte",
    "secure boot refuses another key",
    "secure boot refuses a rolled-back counter",
]
NAMES = [
    "boots",
    "no fault in the first ticks",
    "tick period",
    "processor in the loop, nominal",
    "processor in the loop, worst vectors",
    "declared pins toggle",
    "no fault",
    "no overrun",
    "worst tick",
    "stack",
    "fuzz",
    "input Temp_ADC fails",
    "input Enable fails",
    "converter never ready",
    "brown-out",
    "hang",
]
QUICKLY = ("stale code", "flash latency", "unsafe until the first tick")
"""Bugs of each kind that the suite seeds; `bench/firmware_mutations.py` seeds all of them."""


@pytest.mark.parametrize("board", ["stm32f4-discovery", "nucleo-l476rg"])
def test_a_signed_image_passes_every_check(case: Case, image: Build, cache: Cache, board: str) -> None:
    target, sound = fan(board), image(board)
    loader = loader_of(target.board.family.name, public_bytes(key(1)), compiler_of("zig"), cache)
    data = sound.image.data
    chain = Chain(loader, signed(data, key(1), "1.2.3", 3), data, key(1), "1.2.3", 3)
    with EmbeddedEmulator(2) as emulator:
        found = verified(target, Loaded.of(sound), emulator, case.system, case.vectors, chain)
    assert [check.name for check in found.checks] == [*CHAINED, *NAMES]
    assert [(check.name, check.told) for check in found.checks if check.outcome != "passed"] == []
    assert found.verified
    assert found.codes.shape == (2, 100, 2)


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.name in QUICKLY], ids=lambda m: m.name)
def test_a_seeded_bug_is_caught_by_its_check(
    mutation: Mutation, case: Case, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proofmark_firmware.building.project", lambda *of: mutation.applied(project(*of)))
    firmware = Loaded.of(built(case.target, compiler_of("zig"), cache))
    with EmbeddedEmulator() as emulator:
        checks = looked_at(case.target, firmware, emulator, case.system, case.vectors, case.simulation)
        assert next(check.name for check in checks if check.failed) == mutation.caught_by


def test_recorded_codes_give_another_chip_the_same_run(case: Case) -> None:
    """Open loop: the codes that the closed loop gave are all that a chip needs."""
    nominal = {name: column[:1] for name, column in case.vectors.columns.items()}
    with EmbeddedEmulator() as emulator:
        closed = emulated(case.firmware, emulator, case.system, nominal, case.vectors.numbers[:1], 0).ticks()
        again = replayed(case.firmware, emulator, {}, closed.sampled)
    np.testing.assert_array_equal(again.record[:, :, 3:], closed.made)
    np.testing.assert_array_equal(case.simulation.sampled[:1], closed.sampled)


def test_a_plant_that_differs_is_a_loop_that_differs(case: Case) -> None:
    """What is compared is the loop, not only the controller."""
    warmer = {name: column[:1] for name, column in case.vectors.columns.items()}
    warmer["resistance"] = warmer["resistance"] * 1.2
    with EmbeddedEmulator() as emulator:
        other = emulated(case.firmware, emulator, case.system, warmer, case.vectors.numbers[:1], 0).ticks()
    assert (other.sampled != case.simulation.sampled[:1]).any()


def test_an_image_of_another_design_does_not_boot_as_this_one(case: Case) -> None:
    stranger = replace(case.firmware, statement={**case.firmware.statement, "design": "0" * 64})
    with EmbeddedEmulator() as emulator:
        found = verified(case.target, stranger, emulator, case.system, case.vectors)
    assert not found.verified
    assert [check.name for check in found.checks] == ["boots"]
