"""Clocks that follow from registers, and the limits of the part that they must keep."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clocks:
    """Frequencies in Hz."""

    core: int
    apb1: int
    apb2: int
    timers1: int
    """Of timers on APB1: twice the bus where that is divided."""
    timers2: int


def divided(system: int, ahb: int, apb1: int, apb2: int) -> Clocks:
    """From the system clock and fields of CFGR, which every family has."""
    hclk = system >> AHB_SHIFT[ahb]
    one, two = (hclk >> APB_SHIFT[field] for field in (apb1, apb2))
    return Clocks(hclk, one, two, one * (2 if apb1 & 4 else 1), two * (2 if apb2 & 4 else 1))


AHB_SHIFT = {**dict.fromkeys(range(8), 0), 8: 1, 9: 2, 10: 3, 11: 4, 12: 6, 13: 7, 14: 8, 15: 9}
APB_SHIFT = {**dict.fromkeys(range(4), 0), 4: 1, 5: 2, 6: 3, 7: 4}
