"""The chip in the loop: going ahead of it changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

from proofmark_firmware.emulation import EmbeddedEmulator
from proofmark_firmware.verification import loop
from proofmark_firmware.verification.agreement import differences
from proofmark_firmware.verification.loop import emulated, waited_for
from proofmark_firmware.verification.ticks import Ticks

from .conftest import Case


def test_a_loop_that_goes_ahead_is_the_one_that_waits_for_every_tick(case: Case, emulator: EmbeddedEmulator) -> None:
    columns, numbers = case.vectors.columns, case.vectors.numbers
    ahead = emulated(case.firmware, emulator, case.system, columns, numbers, 0)
    waited = waited_for(case.firmware, emulator, case.system, columns, numbers, 0)
    assert differences(ahead, waited) == []
    assert differences(waited, case.simulation) == []


def test_a_chip_that_makes_something_else_gets_the_plant_to_itself(
    case: Case, monkeypatch: pytest.MonkeyPatch, emulator: EmbeddedEmulator
) -> None:
    """A simulation that is wrong in one tick must not decide what the chip is given behind it."""
    sampled, made = case.simulation.sampled.copy(), case.simulation.made.copy()
    sampled[:, 11:, 0] = 0
    made[:, 10, 0] += 1
    monkeypatch.setattr(loop, "simulated", lambda *_: replace(case.simulation, sampled=sampled, made=made))
    found: Ticks = emulated(case.firmware, emulator, case.system, case.vectors.columns, np.arange(2), 0)
    assert differences(found, case.simulation) == []
