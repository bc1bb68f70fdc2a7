"""Clocks: what CubeMX and the reference manuals set, and laws that every setting keeps."""

import pytest

from proofmark_boards import board_of, boards
from proofmark_boards.clocks import Wanted, solved
from proofmark_boards.errors import OutOfReach, WrongClock
from proofmark_boards.families import FAMILIES, family_of
from proofmark_boards.parts import part_of


@pytest.mark.parametrize("name", boards())
def test_a_setting_gives_the_clock_and_keeps_every_limit(name: str) -> None:
    board = board_of(name)
    clocks, family = board.clocks, board.family
    input_hz = clocks.source_hz / clocks.divider
    assert input_hz * clocks.multiplier / clocks.output_divider == clocks.core_hz == board.oscillator.core_hz
    assert family.pll_input_hz[0] <= input_hz <= family.pll_input_hz[1]
    assert family.vco_hz[0] <= input_hz * clocks.multiplier <= family.vco_hz[1]
    assert (clocks.apb1_hz, clocks.apb2_hz) == (board.oscillator.apb1_hz, board.oscillator.apb2_hz)
    assert input_hz * clocks.multiplier / clocks.usb_divider <= 48_000_000


def test_the_discovery_board_counts_at_twice_its_buses() -> None:
    clocks = board_of("stm32f4-discovery").clocks  # AN4013, table 3: TIM1 at 168 MHz, TIM2 at 84 MHz
    assert (clocks.timer_hz(on_apb2=True), clocks.timer_hz(on_apb2=False)) == (168_000_000, 84_000_000)
    assert board_of("nucleo-l476rg").clocks.timer_hz(on_apb2=False) == 80_000_000


def wanted(core_hz: int, apb1_hz: int) -> Wanted:
    return Wanted(True, False, 8_000_000, core_hz, apb1_hz, apb1_hz)


def test_clocks_that_no_setting_gives_are_refused() -> None:
    part, family = part_of("stm32f407vgt6"), family_of("stm32f407vgt6")
    with pytest.raises(OutOfReach, match="core clock: expected at most 168000000 Hz, got 180000000 Hz"):
        solved(part, family, wanted(180_000_000, 45_000_000))
    with pytest.raises(WrongClock, match="no setting of the PLL makes 100000001 Hz of 8000000 Hz"):
        solved(part, family, wanted(100_000_001, 50_000_000))
    with pytest.raises(OutOfReach, match="bus clock: expected 168000000 Hz by a power of two up to 16"):
        solved(part, family, wanted(168_000_000, 50_000_000))


def test_every_family_is_of_a_board() -> None:
    assert {board_of(name).family.name for name in boards()} == set(FAMILIES)
