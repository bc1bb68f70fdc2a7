"""Facts that datasheets state, by way of modm-devices; typed here from the documents, not from the package."""

import pytest

from proofmark_boards import board_of, boards
from proofmark_boards.errors import NoSuchPin, UnknownPart
from proofmark_boards.parts import Function, Memory, part_of


@pytest.mark.parametrize(
    ("part", "pin", "function"),
    [  # DS8626 table 9, DS10314 table 9, DS10693 table 11, DS10198 table 17
        ("stm32f407vgt6", "PA8", Function("TIM1", "CH1", 1)),
        ("stm32f407vgt6", "PA2", Function("USART2", "TX", 7)),
        ("stm32f407vgt6", "PD12", Function("TIM4", "CH1", 2)),
        ("stm32f407vgt6", "PA1", Function("ADC1", "IN1", None)),
        ("stm32f411ceu6", "PB6", Function("TIM4", "CH1", 2)),
        ("stm32f446ret6", "PC6", Function("TIM3", "CH1", 2)),
        ("stm32l476rgt6", "PA0", Function("ADC1", "IN5", None)),
        ("stm32l476rgt6", "PA2", Function("USART2", "TX", 7)),
    ],
)
def test_a_pin_has_the_function_of_its_datasheet(part: str, pin: str, function: Function) -> None:
    assert function in part_of(part).functions(pin)


def test_what_a_pin_does_not_have_is_not_there() -> None:
    timers = {str(function) for function in part_of("stm32f407vgt6").functions("PA8")}
    assert "TIM1_CH1" in timers
    assert "TIM2_CH1" not in timers


def test_memories_that_follow_one_another_are_one() -> None:
    part = part_of("stm32f407vgt6")
    assert part.flash == Memory(0x0800_0000, 1024 * 1024)
    assert part.ram == Memory(0x2000_0000, (112 + 16) * 1024)
    assert part_of("stm32l476rgt6").ram == Memory(0x2000_0000, 96 * 1024)


def test_interrupts_are_numbered_behind_the_exceptions_of_the_core() -> None:
    vectors = part_of("stm32f407vgt6").vectors  # RM0090 table 62: 0 is WWDG, 81 the FPU's
    assert (vectors[16], vectors[16 + 38], max(vectors)) == ("WWDG", "USART2", 16 + 81)


def test_wait_states_are_those_of_the_highest_supply() -> None:
    part = part_of("stm32f407vgt6")  # RM0090 table 10
    assert [part.waiting(hz) for hz in (30_000_000, 30_000_001, 90_000_000, 168_000_000)] == [0, 1, 2, 5]
    assert part_of("stm32l476rgt6").waiting(80_000_000) == 4  # RM0351 table 12


def test_a_pin_that_the_package_lacks_is_told_with_those_it_has() -> None:
    with pytest.raises(NoSuchPin, match="STM32F407VGT6 has no pin PK0: there is no port K"):
        part_of("stm32f407vgt6").functions("PK0")
    with pytest.raises(NoSuchPin, match="STM32F411CEU6 has no pin PB11: port B has PB0 to PB15"):
        part_of("stm32f411ceu6").functions("PB11")


@pytest.mark.parametrize("name", ["stm32f999zzz9", "atmega328p"])
def test_a_part_that_is_not_described_is_refused(name: str) -> None:
    with pytest.raises(UnknownPart, match=name):
        part_of(name)


@pytest.mark.parametrize("name", boards())
def test_everything_a_board_names_is_on_its_part(name: str) -> None:
    board = board_of(name)
    assert board.name == name
    pins = [thing.pin for things in (board.leds, board.buttons) for thing in things.values()]
    pins += [pin for connector in board.connectors.values() for pin in connector.values()]
    assert pins
    for pin in [*pins, *board.taken]:
        board.part.functions(pin)
    assert board.log_alternate == 7
    assert board.sources
