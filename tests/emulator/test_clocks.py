"""Clocks that follow from registers, on every part; what is too fast, unclocked or unknown is a fault."""

import pytest

from proofmark_emulator.peripherals.clock_tree import Clocks

from .images import booted, results, ticked

F4_168 = """
static void clock(void)
{
    R(0x40023800u) |= 1u << 16;
    while (!(R(0x40023800u) & (1u << 17))) {}
    R(0x40023804u) = 0x20000000u | 8u | (336u << 6) | (0u << 16) | (1u << 22) | (7u << 24);
    R(0x40023800u) |= 1u << 24;
    while (!(R(0x40023800u) & (1u << 25))) {}
    R(0x40023C00u) = WAIT;
    R(0x40023808u) = (5u << 10) | (4u << 13);
    R(0x40023808u) |= 2u;
    while ((R(0x40023808u) & 0xCu) != 8u) {}
}
void Reset_Handler(void) { clock(); RESULT[0] = 1u; for (;;) SLEEP(); }
"""
L4_80 = """
void Reset_Handler(void)
{
    R(0x40021000u) |= 1u << 8;
    while (!(R(0x40021000u) & (1u << 10))) {}
    R(0x4002100Cu) = 2u | (0u << 4) | (10u << 8) | (1u << 24);
    R(0x40021000u) |= 1u << 24;
    while (!(R(0x40021000u) & (1u << 25))) {}
    R(0x40022000u) = 4u;
    R(0x40021008u) = 3u;
    for (;;) SLEEP();
}
"""
TICKING = "static void tick(void) { RESULT[0] += 1u; }"


def f4(wait: int) -> str:
    return F4_168.replace("WAIT", f"{wait}u")


def test_the_pll_of_an_f407_gives_168_mhz() -> None:
    made = booted(f4(5))
    assert made.clocks == Clocks(168_000_000, 42_000_000, 84_000_000, 84_000_000, 168_000_000)
    assert not made.faults
    assert results(made) == [1]


def test_the_pll_of_an_l476_gives_80_mhz() -> None:
    made = booted(L4_80, part="STM32L476RGT6")
    assert made.clocks.core == made.clocks.apb1 == 80_000_000
    assert not made.faults


def test_too_few_wait_states_are_a_fault() -> None:
    made = booted(f4(4))
    assert [fault.kind for fault in made.faults] == ["wait-states"]
    assert made.stopped


def test_a_voltage_too_low_for_the_clock_is_a_fault() -> None:
    """An F411 is not made for 168 MHz at any."""
    assert "clock" in {fault.kind for fault in booted(f4(5), part="STM32F411CEU6").faults}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("336u << 6", "433u << 6"), "N from 50 to 432"),
        (("| 8u |", "| 2u |"), "PLL input"),
        (("336u << 6", "60u << 6"), "VCO"),
        (("(5u << 10)", "(4u << 10)"), "APB1"),
        (("(4u << 13)", "0u"), "APB2"),
    ],
)
def test_frequencies_beyond_the_data_sheet_are_faults(change: tuple[str, str], said: str) -> None:
    made = booted(f4(5).replace(*change))
    assert said in made.faults[0].detail


def test_a_dead_crystal_never_becomes_ready() -> None:
    """The board of an L476 has none."""
    code = """
    void Reset_Handler(void)
    {
        R(0x40021000u) |= 1u << 16;
        RESULT[0] = 0u;
        for (uint32_t i = 0u; i < 100u; i += 1u) { RESULT[0] |= R(0x40021000u) & (1u << 17); }
        for (;;) SLEEP();
    }"""
    made = booted(code, part="STM32L476RGT6")
    assert (results(made), made.faults) == ([0], [])


def test_time_goes_on_in_seconds_while_the_core_clock_changes() -> None:
    """A crystal takes 2 ms and the PLL 0.3 ms; both are waited for at 16 MHz."""
    made = booted(f4(5), limit_s=0.01)
    assert made.time.now_s == pytest.approx(2.3e-3 + (made.time.now - 2.3e-3 * 16e6) / 168e6, rel=0.01)


def test_systick_fires_once_a_period() -> None:
    made = booted(
        TICKING + "void Reset_Handler(void) { RESULT[0] = 0u; SYSTICK(15999u); for (;;) SLEEP(); }", "[15] = tick"
    )
    before = made.time.now
    ticked(made, 50)
    assert results(made) == [50]
    assert made.time.now - before <= 51 * 16_000


def test_systick_counts_an_eighth_of_the_core_clock() -> None:
    code = "void Reset_Handler(void) { R(0xE000E014u) = 1999u; R(0xE000E010u) = 3u; for (;;) SLEEP(); }"
    made = booted(TICKING + code, "[15] = tick")
    assert made.systick.period == 16_000


def test_the_cycle_counter_counts_instructions() -> None:
    code = """
    void Reset_Handler(void)
    {
        R(0xE000EDFCu) = 1u << 24;
        R(0xE0001000u) |= 1u;
        uint32_t before = R(0xE0001004u);
        __asm volatile("nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop");
        RESULT[0] = R(0xE0001004u) - before;
        for (;;) SLEEP();
    }"""
    assert results(booted(code)) == [11]


def test_what_is_not_clocked_is_dead() -> None:
    made = booted("void Reset_Handler(void) { R(0x40020C14u) = 0x1000u; for (;;) SLEEP(); }")
    (fault,) = made.faults
    assert (fault.kind, fault.address, fault.access, fault.value) == ("unclocked", 0x40020C14, "write", 0x1000)
    assert fault.pc == fault.pc & 0x080000FF


def test_a_register_that_is_not_modelled_is_no_memory() -> None:
    made = booted("void Reset_Handler(void) { R(0x40023880u) = 7u; for (;;) SLEEP(); }")
    assert [(fault.kind, fault.address) for fault in made.faults] == [("unknown-register", 0x40023880)]


def test_a_bit_that_is_not_modelled_is_a_fault() -> None:
    made = booted("void Reset_Handler(void) { R(0x40023830u) = 1u; R(0x40020004u) = 0x10000u; for (;;) SLEEP(); }")
    assert [fault.kind for fault in made.faults] == ["unmodelled-bits"]


def test_a_watchdog_that_is_not_fed_resets_the_chip() -> None:
    code = """
    void Reset_Handler(void)
    {
        RESULT[0] += 1u;
        RESULT[1] = R(0x40023874u) & (1u << 29);
        R(0x40003000u) = 0xCCCCu;
        R(0x40003000u) = 0x5555u;
        R(0x40003004u) = 0u;
        R(0x40003008u) = 31u;
        R(0x40003000u) = 0xAAAAu;
        for (;;) SLEEP();
    }"""
    made = booted(code, limit_s=0.0099)
    assert [cause for _, cause in made.resets] == ["power-on", "watchdog", "watchdog"]
    first_s, second_s = (time_s for time_s, cause in made.resets if cause == "watchdog")
    assert second_s - first_s == pytest.approx(32 * 4 / 32_000, rel=1e-3)
    assert results(made, 2) == [(0xA5A5A5A5 + 3) & 0xFFFFFFFF, 1 << 29]


def test_a_reset_that_software_asks_for_keeps_memory_and_says_why() -> None:
    code = """
    void Reset_Handler(void)
    {
        RESULT[0] = R(0x40023874u) >> 28 & 1u;
        if (!RESULT[0]) { R(0xE000ED0Cu) = 0x05FA0004u; for (;;) {} }
        for (;;) SLEEP();
    }"""
    assert results(booted(code)) == [1]
