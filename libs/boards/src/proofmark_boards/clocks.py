"""The clock tree of a board: how its PLL is set, and how fast each timer then counts."""

from dataclasses import dataclass
from itertools import product

from proofmark_boards.errors import OutOfReach, WrongClock
from proofmark_boards.families import Family
from proofmark_boards.parts import Part

PRESCALERS = (1, 2, 4, 8, 16)


@dataclass(frozen=True)
class Clocks:
    """Settings, and what they give."""

    external: bool
    """From the oscillator outside rather than the one inside."""
    bypass: bool
    """Something else oscillates and drives the pin."""
    source_hz: int
    divider: int
    """The PLL's: M."""
    multiplier: int
    """N."""
    output_divider: int
    """P on an F4, R on an L4."""
    usb_divider: int
    """Q on an F4; nothing is clocked by it, but it has a lowest legal value."""
    core_hz: int
    apb1_divider: int
    apb2_divider: int
    wait_states: int

    @property
    def apb1_hz(self) -> int:
        return self.core_hz // self.apb1_divider

    @property
    def apb2_hz(self) -> int:
        return self.core_hz // self.apb2_divider

    def timer_hz(self, on_apb2: bool) -> int:
        """A timer counts at its bus's clock, or at twice that where the bus is divided."""
        divider, bus_hz = (self.apb2_divider, self.apb2_hz) if on_apb2 else (self.apb1_divider, self.apb1_hz)
        return bus_hz if divider == 1 else 2 * bus_hz


@dataclass(frozen=True)
class Wanted:
    """A clock as a board asks for it."""

    external: bool
    bypass: bool
    source_hz: int
    core_hz: int
    apb1_hz: int
    apb2_hz: int


def solved(part: Part, family: Family, wanted: Wanted) -> Clocks:
    """The setting with the fastest PLL input, then the slowest oscillator in the PLL: the least jitter and current.

    Raises
    ------
    WrongClock, OutOfReach
        No setting gives this clock, or the part does not run so fast.
    """
    if wanted.core_hz > part.core_hz_max:
        raise OutOfReach(f"{part.name} core clock", f"at most {part.core_hz_max} Hz", f"{wanted.core_hz} Hz")
    lowest, highest = family.pll_input_hz
    slow, fast = family.vco_hz
    for divider, output in product(range(1, 64), family.pll_dividers):
        vco_hz = wanted.core_hz * output
        multiplier, rest = divmod(vco_hz * divider, wanted.source_hz)
        fits = lowest * divider <= wanted.source_hz <= highest * divider and slow <= vco_hz <= fast
        if fits and rest == 0 and family.pll_multiplier[0] <= multiplier <= family.pll_multiplier[1]:
            return Clocks(
                external=wanted.external,
                bypass=wanted.bypass,
                source_hz=wanted.source_hz,
                divider=divider,
                multiplier=multiplier,
                output_divider=output,
                usb_divider=max(2, -(-vco_hz // 48_000_000)),
                core_hz=wanted.core_hz,
                apb1_divider=_prescaler(part, wanted.core_hz, wanted.apb1_hz),
                apb2_divider=_prescaler(part, wanted.core_hz, wanted.apb2_hz),
                wait_states=part.waiting(wanted.core_hz),
            )
    raise WrongClock(part.name, wanted.source_hz, wanted.core_hz)


def _prescaler(part: Part, core_hz: int, bus_hz: int) -> int:
    for prescaler in PRESCALERS:
        if bus_hz * prescaler == core_hz:
            return prescaler
    raise OutOfReach(f"{part.name} bus clock", f"{core_hz} Hz by a power of two up to 16", f"{bus_hz} Hz")
