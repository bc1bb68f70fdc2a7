"""Whole numbers for what is asked in hertz and seconds: timers, the tick, the watchdog; and by how much they miss."""

from dataclasses import dataclass
from math import ceil, floor

from proofmark_boards.errors import OutOfReach

FEWEST_STEPS, MOST_STEPS = 100, 65_535
"""Of a PWM's duty: at least 1 %; a compare value of all the steps, for always on, has to fit into 16 bits."""
MOST_PRESCALED = 65_536
LONGEST_SYSTICK = 2**24
"""Clocks (ARMv7-M Architecture Reference Manual, B3.3.4)."""
TICK_ERROR = 1e-4
WATCHDOG_DIVIDERS = (4, 8, 16, 32, 64, 128, 256)
LONGEST_WATCHDOG = 4096
"""Counts."""
SPARE = 2.0
"""Periods that a watchdog waits at the least: one tick may be late by a whole period."""


@dataclass(frozen=True)
class PwmTiming:
    """What a timer is set to."""

    prescaler: int
    """Clocks for each count."""
    top: int
    """The auto-reload value: a period has `top + 1` counts."""
    reached_hz: float

    @property
    def steps(self) -> int:
        """Of the duty."""
        return self.top + 1


@dataclass(frozen=True)
class TickTiming:
    """What the tick is made of."""

    reload: int
    interrupts: int
    """For each tick."""
    reached_s: float


@dataclass(frozen=True)
class Watchdog:
    """What the watchdog is set to, and when it bites."""

    divider: int
    reload: int
    earliest_s: float
    """With the fastest oscillator."""
    latest_s: float


def pwm_timing(timer_hz: int, frequency_hz: float) -> PwmTiming:
    """The finest steps that give a frequency, to the nearest count.

    Raises
    ------
    OutOfReach
        Too fast for 100 steps of duty, or too slow for the timer.
    """
    lowest_hz, highest_hz = timer_hz / (MOST_PRESCALED * MOST_STEPS), timer_hz / FEWEST_STEPS
    if not lowest_hz <= frequency_hz <= highest_hz:
        reached = f"{hertz(lowest_hz)} to {hertz(highest_hz)}, with {FEWEST_STEPS} steps of duty at {hertz(timer_hz)}"
        raise OutOfReach("frequency", reached, hertz(frequency_hz))
    counts = timer_hz / frequency_hz
    prescaler = ceil(counts / MOST_STEPS)
    steps = min(floor(counts / prescaler + 0.5), MOST_STEPS)
    return PwmTiming(prescaler, steps - 1, timer_hz / (prescaler * steps))


def hertz(frequency_hz: float) -> str:
    """A frequency as people write it."""
    for factor, unit in ((1e6, "MHz"), (1e3, "kHz")):
        if frequency_hz >= factor:
            return f"{frequency_hz / factor:.4g} {unit}"
    return f"{frequency_hz:.4g} Hz"


def tick_timing(core_hz: int, period_s: float) -> TickTiming:
    """SysTick for a controller's period.

    Raises
    ------
    OutOfReach
        The nearest period is off by more than 0.01 %.
    """
    clocks = period_s * core_hz
    interrupts = max(1, ceil(clocks / LONGEST_SYSTICK))
    reload = max(1, floor(clocks / interrupts + 0.5))
    reached_s = reload * interrupts / core_hz
    if abs(reached_s / period_s - 1) > TICK_ERROR:
        raise OutOfReach("period", f"a multiple of {1 / core_hz:.3g} s to within 0.01 %", f"{period_s:g} s")
    return TickTiming(reload - 1, interrupts, reached_s)


def watchdog(lsi_hz: tuple[int, int], period_s: float, within_s: float | None) -> Watchdog:
    """The longest time that ends `within_s` at the latest, but never less than two periods.

    Without a time to keep it is ten periods. Where it cannot be both it is the two periods, and `latest_s` says so.

    Raises
    ------
    OutOfReach
        Two periods are longer than the watchdog can wait.
    """
    slowest_hz, fastest_hz = lsi_hz
    least = SPARE * period_s * fastest_hz
    wanted = max(least, (10 * period_s if within_s is None else within_s) * slowest_hz)
    longest = LONGEST_WATCHDOG * WATCHDOG_DIVIDERS[-1]
    if least > longest:
        raise OutOfReach("period", f"at most {longest / fastest_hz / SPARE:g} s, for the watchdog", f"{period_s:g} s")
    divider = next((d for d in WATCHDOG_DIVIDERS if wanted <= d * LONGEST_WATCHDOG), WATCHDOG_DIVIDERS[-1])
    counts = min(max(ceil(least / divider), floor(wanted / divider)), LONGEST_WATCHDOG)
    return Watchdog(divider, counts - 1, counts * divider / fastest_hz, counts * divider / slowest_hz)
