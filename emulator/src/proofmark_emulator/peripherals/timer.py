"""Timers as far as PWM needs them: up-counting, edge-aligned, mode 1, preloaded registers, the main output enable."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proofmark_emulator.registers import Peripheral, Register

if TYPE_CHECKING:
    from proofmark_emulator.chip import Chip

GUARDED = frozenset({"TIM1", "TIM8", "TIM15", "TIM16", "TIM17"})
"""Timers with BDTR: nothing comes out before MOE is set."""
CHANNELS = {"TIM6": 0, "TIM7": 0, "TIM9": 2, "TIM12": 2, "TIM15": 2} | {
    f"TIM{number}": 1 for number in (10, 11, 13, 14, 16, 17)
}
"""Four where nothing else is said."""
PWM_MODE_1, PRELOADED = 6, 8
"""Of a channel's byte of CCMR: the field of its mode, the bit of its preload."""
MAIN_OUTPUT = 0x8000
LATE = 0x40010000
"""Timers from here on are on APB2."""
OFF = -1
"""The compare value of a channel that drives nothing."""


@dataclass(frozen=True)
class Wave:
    """What a channel puts out."""

    period_cycles: int
    """Of the core clock."""
    steps: int
    compare: int

    @property
    def duty(self) -> float:
        """High for this part of the period."""
        return min(self.compare, self.steps) / self.steps


class Timer(Peripheral):
    """Updates are worked out when somebody looks; between two, nothing happens that could be seen."""

    def __init__(self, chip: "Chip", name: str, base: int) -> None:
        self.channels = CHANNELS.get(name, 4)
        self._compares = [f"CCR{channel}" for channel in range(1, self.channels + 1)]
        self._shown = [OFF] * self.channels
        super().__init__(chip, name, base)

    def registers(self) -> dict[int, Register]:
        """Channels and BDTR only where the timer has them."""
        wide = 0xFFFFFFFF if self.name in self.chip.part.timers_32 else 0xFFFF
        found = {
            0x00: Register("CR1", writable=0x81),
            0x04: Register("CR2", writable=0),
            0x0C: Register("DIER", writable=0),
            0x10: Register("SR", writable=0xFFFF),
            0x14: Register("EGR", writable=1),
            0x24: Register("CNT", writable=wide),
            0x28: Register("PSC", writable=0xFFFF),
            0x2C: Register("ARR", wide, writable=wide),
        }
        if self.channels:
            found |= {0x18: Register("CCMR1", writable=0x7878), 0x20: Register("CCER", writable=0x1111)}
        if self.channels > 2:
            found |= {0x1C: Register("CCMR2", writable=0x7878)}
        found |= {0x34 + 4 * i: Register(f"CCR{i + 1}", writable=wide) for i in range(self.channels)}
        if self.name in GUARDED:
            found |= {0x44: Register("BDTR", writable=0x8000)}
        return found

    def reset(self) -> None:
        super().reset()
        self._active = {name: value for name, value in self.values.items() if name[:3] in ("PSC", "ARR", "CCR")}
        self._waiting: dict[str, int] = {}
        self._update: int | None = None
        """The cycle at which what waits becomes active."""
        self._origin, self._period = 0, 1
        """The cycle of an update, and cycles from each to the next."""
        self._driven: list[bool] = [False] * self.channels
        self._show(self.chip.time.now)

    def settle(self) -> int:
        """Let an update happen whose time has come; gives the cycle."""
        now = self.chip.time.now
        if self._update is not None and self._update <= now:
            self._apply(self._update)
        return now

    def retuned(self) -> None:
        """Clocks changed: the count goes on at another pace."""
        self._origin, self._period = self.chip.time.now, self._counted()

    def wave(self, channel: int) -> Wave | None:
        """What a channel puts out now; none where it puts out nothing."""
        compare = self.shown(channel)
        return None if compare == OFF else Wave(self._period, self._active["ARR"] + 1, compare)

    def shown(self, channel: int) -> int:
        """The compare value of a channel, `OFF` where it puts out nothing."""
        self.settle()
        driven = channel <= self.channels and self._driven[channel - 1] and self.chip.is_clocked(self.name)
        return self._active[self._compares[channel - 1]] if driven else OFF

    def _apply(self, cycle: int) -> None:
        self._active.update(self._waiting)
        if "PSC" in self._waiting or "ARR" in self._waiting:
            self._origin, self._period = cycle, self._counted()
        self._waiting.clear()
        self._update = None
        self._show(cycle)

    def _counted(self) -> int:
        clocks = self.chip.clocks
        clock = clocks.timers2 if self.base >= LATE else clocks.timers1
        return (self._active["PSC"] + 1) * (self._active["ARR"] + 1) * max(1, clocks.core // clock)

    def _expect_update(self, now: int) -> None:
        self._update = now + self._period - (now - self._origin) % self._period

    def _write(self, name: str, value: int, preloaded: bool | int) -> None:
        now = self.settle()
        self.values[name] = value
        if preloaded:
            self._waiting[name] = value
            if self._update is None and self.values["CR1"] & 1:
                self._expect_update(now)
        else:
            self._waiting.pop(name, None)
            self._active[name] = value
            self._period = self._counted()
            self._show(now)

    def write_psc(self, value: int) -> None:
        """Always preloaded."""
        self._write("PSC", value, True)

    def write_arr(self, value: int) -> None:
        """Preloaded by ARPE."""
        self._write("ARR", value, self.values["CR1"] & 0x80)

    def write_ccr1(self, value: int) -> None:
        """Preloaded by OC1PE."""
        self._write("CCR1", value, self._mode(1) & PRELOADED)

    def write_ccr2(self, value: int) -> None:
        """Preloaded by OC2PE."""
        self._write("CCR2", value, self._mode(2) & PRELOADED)

    def write_ccr3(self, value: int) -> None:
        """Preloaded by OC3PE."""
        self._write("CCR3", value, self._mode(3) & PRELOADED)

    def write_ccr4(self, value: int) -> None:
        """Preloaded by OC4PE."""
        self._write("CCR4", value, self._mode(4) & PRELOADED)

    def _mode(self, channel: int) -> int:
        """A channel's byte of CCMR."""
        return self.values["CCMR1" if channel < 3 else "CCMR2"] >> (0 if channel % 2 else 8) & 0xFF

    @property
    def _running(self) -> bool:
        return bool(self.values["CR1"] & 1)

    def write_egr(self, value: int) -> None:
        """UG: an update at once, and the count anew."""
        if value & 1:
            self._apply(self.chip.time.now)
            self._origin, self._period = self.chip.time.now, self._counted()

    def write_cr1(self, value: int) -> None:
        """Start or stop counting."""
        self.settle()
        started = value & 1 and not self._running
        self.values["CR1"] = value
        if started:
            self._origin, self._period = self.chip.time.now, self._counted()
            if self._waiting:
                self._expect_update(self.chip.time.now)
        self._drive()

    def write_sr(self, value: int) -> None:
        """Flags are cleared by writing 0; none is modelled."""

    def read_cnt(self) -> int:
        """Where the count is."""
        self.settle()
        if not self._running:
            return self.values["CNT"]
        passed = (self.chip.time.now - self._origin) % self._period
        return passed * (self._active["ARR"] + 1) // self._period

    def write_ccmr1(self, value: int) -> None:
        """Modes of channels 1 and 2."""
        self.values["CCMR1"] = value
        self._drive()

    def write_ccmr2(self, value: int) -> None:
        """Modes of channels 3 and 4."""
        self.values["CCMR2"] = value
        self._drive()

    def write_ccer(self, value: int) -> None:
        """Outputs on or off."""
        self.values["CCER"] = value
        self._drive()

    def write_bdtr(self, value: int) -> None:
        """The main output enable."""
        self.values["BDTR"] = value
        self._drive()

    def _drive(self) -> None:
        """Work out which channels put something out."""
        released = self._running and (self.name not in GUARDED or bool(self.values["BDTR"] & MAIN_OUTPUT))
        for channel in range(1, self.channels + 1):
            enabled = bool(self.values["CCER"] >> 4 * (channel - 1) & 1)
            self._driven[channel - 1] = released and enabled and self._mode(channel) >> 4 == PWM_MODE_1
        self.settle()
        self._show(self.chip.time.now)

    def _show(self, cycle: int) -> None:
        """Record what changed at the outputs."""
        active, shown = self._active, self._shown
        for index, name in enumerate(self._compares):
            compare = active[name] if self._driven[index] else OFF
            if compare != shown[index]:
                shown[index] = compare
                self.chip.trace.record(cycle, f"{self.name}_CH{index + 1}", compare)
