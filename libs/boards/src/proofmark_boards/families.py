"""What the parts of a family have in common and modm-devices does not tell: buses, limits, the slow oscillator."""

from dataclasses import dataclass

from proofmark_boards.errors import UnknownPart


@dataclass(frozen=True)
class Family:
    """A family of microcontrollers."""

    name: str
    apb2_timers: frozenset[int]
    """The rest is on APB1."""
    break_timers: frozenset[int]
    """Their outputs need the main output enable."""
    pll_input_hz: tuple[int, int]
    pll_multiplier: tuple[int, int]
    vco_hz: tuple[int, int]
    pll_dividers: tuple[int, ...]
    lsi_hz: tuple[int, int]
    """The independent watchdog's oscillator, lowest and highest over temperature."""
    adc_clock_divider: int
    """Of APB2 (F4) or of the core clock (L4)."""


FAMILIES = {
    # RM0090 rev 19, 2.3 (bus of each timer), 7.3.2 (PLL), 13.13.15 (ADCPRE); DS8626 rev 9, tables 36 and 43.
    "stm32f4": Family(
        name="stm32f4",
        apb2_timers=frozenset({1, 8, 9, 10, 11}),
        break_timers=frozenset({1, 8}),
        pll_input_hz=(1_000_000, 2_000_000),
        pll_multiplier=(50, 432),
        vco_hz=(100_000_000, 432_000_000),
        pll_dividers=(2, 4, 6, 8),
        lsi_hz=(17_000, 47_000),
        adc_clock_divider=4,
    ),
    # RM0351 rev 9, 2.2 (bus of each timer), 6.4.4 (PLL), 18.7 (CKMODE); DS10198 rev 8, tables 50 and 52.
    "stm32l4": Family(
        name="stm32l4",
        apb2_timers=frozenset({1, 8, 15, 16, 17}),
        break_timers=frozenset({1, 8, 15, 16, 17}),
        pll_input_hz=(4_000_000, 16_000_000),
        pll_multiplier=(8, 86),
        vco_hz=(64_000_000, 344_000_000),
        pll_dividers=(2, 4, 6, 8),
        lsi_hz=(29_500, 34_000),
        adc_clock_divider=4,
    ),
}


def family_of(part: str) -> Family:
    """The family of a part, by its name.

    Raises
    ------
    UnknownPart
    """
    if part[:7] not in FAMILIES:
        raise UnknownPart(part)
    return FAMILIES[part[:7]]
