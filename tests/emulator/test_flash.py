"""Programming flash: keys, widths, and bits that only fall."""

import pytest

from .images import FLASH, booted

PART = {"f4": "STM32F407VGT6", "l4": "STM32L476RGT6"}
BASE = {"f4": (0x40023C04, 0x40023C10, 0x201), "l4": (0x40022008, 0x40022014, 1)}
AT = FLASH + 0x8000


def program(family: str, writes: list[tuple[int, int]], unlocked: bool = True) -> str:
    keys, control, bits = BASE[family]
    unlock = f"R({keys:#x}u) = 0x45670123u; R({keys:#x}u) = 0xCDEF89ABu;" if unlocked else ""
    lines = "".join(f"*at = {value:#x}u; at += {step};" for step, value in writes)
    return f"""
    void Reset_Handler(void)
    {{
        {unlock}
        R({control:#x}u) = {bits:#x}u;
        volatile uint32_t *at = (volatile uint32_t *){AT:#x}u;
        {lines}
        R({control:#x}u) = 0x80000000u;
        for (;;) SLEEP();
    }}"""


@pytest.mark.parametrize("family", ["f4", "l4"])
def test_words_are_programmed_behind_the_keys(family: str) -> None:
    made = booted(program(family, [(1, 0x11223344), (1, 0x55667788)]), part=PART[family])
    assert made.faults == []
    assert made.read(AT, 12) == bytes.fromhex("44332211 88776655 ffffffff")


@pytest.mark.parametrize("family", ["f4", "l4"])
def test_what_is_programmed_outlives_a_loss_of_power(family: str) -> None:
    made = booted(program(family, [(1, 0x11223344), (1, 0x55667788)]), part=PART[family])
    made.reset("brown-out")
    assert made.read(AT, 4) == bytes.fromhex("44332211")


def test_a_locked_flash_is_not_programmed() -> None:
    made = booted(program("f4", [(1, 1)], unlocked=False))
    assert (made.faults[0].kind, made.read(AT, 4)) == ("key", b"\xff" * 4)


def test_a_write_without_programming_is_a_bus_fault() -> None:
    made = booted(f"void Reset_Handler(void) {{ R({AT:#x}u) = 1u; for (;;) SLEEP(); }}")
    assert (made.faults[0].kind, made.faults[0].detail) == ("bus", "a write into flash")


def test_a_bit_that_fell_does_not_rise_again() -> None:
    made = booted(program("f4", [(0, 0xFFFF0000), (0, 0x0000FFFF)]))
    assert (made.faults[0].kind, made.read(AT, 4)) == ("flash", b"\0" * 4)


def test_another_width_than_that_of_the_control_register_is_a_fault() -> None:
    made = booted(program("f4", [(1, 1)]).replace("0x201u", "0x1u"))
    assert made.faults[0].kind == "flash"


def test_half_a_double_word_is_a_fault() -> None:
    made = booted(program("l4", [(2, 1), (1, 1)]), part=PART["l4"])
    assert made.faults[0].detail == "programming is in pieces of 8 bytes"
