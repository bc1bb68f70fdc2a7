"""Every check on images of every family, and bugs that have to be caught."""

from dataclasses import replace

import numpy as np
import pytest

from proofmark_firmware.building import built
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.emulation import EmbeddedEmulator, Loaded, Observed, State
from proofmark_firmware.project import project
from proofmark_firmware.secure_boot import chain_of, loader_of, public_bytes
from proofmark_firmware.target import target_of
from proofmark_firmware.verification import verified
from proofmark_firmware.verification.chained import chained
from proofmark_firmware.verification.injections import injections
from proofmark_firmware.verification.interface import IntArray
from proofmark_firmware.verification.loop import replayed, waited_for
from proofmark_firmware.verification.verifying import looked_at
from proofmark_spec import parse
from proofmark_systems import system_of

from ..conftest import FAN, Build, fan, needs_zig
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


def test_a_signed_image_of_another_family_passes_every_check(
    case: Case, image: Build, cache: Cache, emulator: EmbeddedEmulator
) -> None:
    """That of the first one does as a study judges it: `test_judging.py`."""
    target, sound = fan("nucleo-l476rg"), image("nucleo-l476rg")
    loader = loader_of(target.board.family.name, public_bytes(key(1)), compiler_of("zig"), cache)
    chain = chain_of(loader, sound.image.data, "1.2.3", key(1))
    found = verified(target, Loaded.of(sound), emulator, case.system, case.vectors, chain)
    assert [check.name for check in found.checks] == [*CHAINED, *NAMES]
    assert [(check.name, check.told) for check in found.checks if check.outcome != "passed"] == []
    assert found.verified
    assert found.codes.shape == (2, 100, 2)


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.name in QUICKLY], ids=lambda m: m.name)
def test_a_seeded_bug_is_caught_by_its_check(
    mutation: Mutation, case: Case, cache: Cache, monkeypatch: pytest.MonkeyPatch, emulator: EmbeddedEmulator
) -> None:
    monkeypatch.setattr("proofmark_firmware.building.project", lambda *of: mutation.applied(project(*of)))
    firmware = Loaded.of(built(case.target, compiler_of("zig"), cache))
    checks = looked_at(case.target, firmware, emulator, case.system, case.vectors, case.simulation)
    assert next(check.name for check in checks if check.failed) == mutation.caught_by


def test_recorded_codes_give_another_chip_the_same_run(case: Case, emulator: EmbeddedEmulator) -> None:
    """Open loop: the codes that the closed loop gave are all that a chip needs."""
    nominal = {name: column[:1] for name, column in case.vectors.columns.items()}
    closed = waited_for(case.firmware, emulator, case.system, nominal, case.vectors.numbers[:1], 0)
    again = replayed(case.firmware, emulator, {}, closed.sampled)
    np.testing.assert_array_equal(again.record[:, :, 3:], closed.made)
    np.testing.assert_array_equal(case.simulation.sampled[:1], closed.sampled)


def test_a_plant_that_differs_is_a_loop_that_differs(case: Case, emulator: EmbeddedEmulator) -> None:
    """What is compared is the loop, not only the controller."""
    warmer = {name: column[:1] for name, column in case.vectors.columns.items()}
    warmer["resistance"] = warmer["resistance"] * 1.2
    other = waited_for(case.firmware, emulator, case.system, warmer, case.vectors.numbers[:1], 0)
    assert (other.sampled != case.simulation.sampled[:1]).any()


def test_an_image_of_another_design_does_not_boot_as_this_one(case: Case, emulator: EmbeddedEmulator) -> None:
    stranger = replace(case.firmware, statement={**case.firmware.statement, "design": "0" * 64})
    found = verified(case.target, stranger, emulator, case.system, case.vectors)
    assert not found.verified
    assert [check.name for check in found.checks] == ["boots"]


def test_nothing_is_older_than_the_first_version(case: Case, cache: Cache, emulator: EmbeddedEmulator) -> None:
    family, data = case.target.board.family.name, case.firmware.parts[case.firmware.start]
    loader = loader_of(family, public_bytes(key(1)), compiler_of("zig"), cache)
    chain = chain_of(loader, data, "0.0.0", key(1))
    found = list(chained(case.firmware, emulator, chain))
    assert [check.name for check in found] == CHAINED
    assert [check.outcome for check in found] == ["passed", "passed", "passed", "not-run"]


def test_a_chip_without_time_for_its_ticks_is_not_looked_at_further(
    case: Case, cache: Cache, emulator: EmbeddedEmulator
) -> None:
    text = (FAN / "spec.yaml").read_text()
    for slow, fast in (("period: 10 ms", "period: 5 us"), ("within: 50 ms", "within: 1 ms"), ("1 s", "0.5 ms")):
        text = text.replace(slow, fast)
    spec = parse(text, {"controller.py": (FAN / "controller.py").read_bytes()})
    target = target_of(spec.design, spec.files)
    firmware = Loaded.of(built(target, compiler_of("zig"), cache))
    system = system_of(spec.design.model, spec.design.controller, spec.files)  # type: ignore[arg-type]
    found = verified(target, firmware, emulator, system, case.vectors)
    assert [(check.name, check.outcome) for check in found.checks] == [
        ("boots", "passed"),
        ("no fault in the first ticks", "passed"),
        ("no overrun", "failed"),
        ("worst tick", "passed"),
    ]
    assert found.waveforms


class Mute(EmbeddedEmulator):
    """Nothing that a chip says is heard; its ticks are counted."""

    ticks = 0

    def run(self, inputs: IntArray, *, keep: bool = False) -> Observed:
        self.ticks += inputs.shape[1]
        return super().run(inputs, keep=keep)

    def look(self, chip: int = 0) -> State:
        return replace(super().look(chip), log="")


def test_a_chip_that_never_tells_of_its_start_is_not_waited_for_much_longer_than_one_takes(case: Case) -> None:
    """Where a period is some microseconds, every second of a chip is hundreds of thousands of ticks."""
    emulator = Mute()
    with emulator:
        looks = injections(case.firmware, emulator, case.target.program, {}, case.simulation.sampled[0])
        before = {check.name: emulator.ticks for check in looks}
    waited = (before["hang"] - before["brown-out"]) * case.firmware.period_s
    assert waited < 1.0
