"""The chip in the loop: going ahead of it changes nothing."""

from dataclasses import replace

from proofmark_cosim.numbers import controller_start
from proofmark_firmware.emulation import EmbeddedEmulator
from proofmark_firmware.verification.agreement import differences
from proofmark_firmware.verification.loop import closed, replayed, waited_for
from proofmark_firmware.verification.ticks import Ticks, on_chip

from .conftest import Case


def waiting(case: Case, emulator: EmbeddedEmulator) -> Ticks:
    """Every tick on the chip before the plant goes on."""
    columns, numbers = case.vectors.columns, case.vectors.numbers
    return waited_for(case.firmware, emulator, case.system, columns, numbers, 0)


def following(case: Case, emulator: EmbeddedEmulator, ahead: Ticks) -> Ticks:
    """The plant goes ahead as a simulation had it."""
    program = case.system.controller.program  # type: ignore[union-attr]
    begin = controller_start(case.system, dict(case.vectors.columns), case.vectors.numbers.size)
    seen = on_chip(case.firmware, program, replayed(case.firmware, emulator, begin, ahead.sampled))
    return closed(seen, ahead, lambda: waiting(case, emulator))


def test_a_loop_that_goes_ahead_is_the_one_that_waits_for_every_tick(case: Case, emulator: EmbeddedEmulator) -> None:
    ahead = following(case, emulator, case.simulation)
    waited = waiting(case, emulator)
    assert differences(ahead, waited) == []
    assert differences(waited, case.simulation) == []


def test_a_chip_that_makes_something_else_gets_the_plant_to_itself(case: Case, emulator: EmbeddedEmulator) -> None:
    """A simulation that is wrong in one tick must not decide what the chip is given behind it."""
    sampled, made = case.simulation.sampled.copy(), case.simulation.made.copy()
    sampled[:, 11:, 0] = 0
    made[:, 10, 0] += 1
    found = following(case, emulator, replace(case.simulation, sampled=sampled, made=made))
    assert differences(found, case.simulation) == []
