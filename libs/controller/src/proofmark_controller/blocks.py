"""Blocks that controllers are put together from, themselves in the subset.

Times are in seconds, rates per second; `period` is the time from tick to tick. A measurement that is no number moves no
state: a single bad sample is not remembered.
"""

from dataclasses import dataclass
from enum import IntEnum

from proofmark_controller import float32, int32


class Phase(IntEnum):
    """What a `Supervisor` is in."""

    OFF = 0
    STARTING = 1
    RUNNING = 2
    TRIPPED = 3


def is_nan(x: float32) -> bool:
    """Whether this is no number."""
    return x != x  # noqa: PLR0124


def clamp(x: float32, low: float32, high: float32) -> float32:
    """The nearest value from low to high; low for what is no number."""
    return min(max(low, x), high)


def settled(x: float32) -> float32:
    """0 for what has decayed to nothing; subnormal numbers would hold it, and slow many processors down."""
    return float32(0.0) if abs(x) < 1e-30 else x


@dataclass
class Pid:
    """PID controller, parallel form: u = kp e + ki integral of e - kd dy/dt.

    The derivative acts on the measurement y, so a step of the setpoint does not kick; it is filtered with the time
    constant `smoothing` (backward Euler). The integral stands still while the output is at a limit and would be driven
    further (conditional integration). `follow` makes the change from manual to automatic bumpless. Gains may be
    negative. A measurement that is no number gives the output `low`.

    Åström & Hägglund (2006), Advanced PID Control, ch. 3 and 13.
    """

    kp: float32
    ki: float32
    kd: float32
    period: float32
    low: float32
    high: float32
    smoothing: float32 = float32(0.0)
    integral: float32 = float32(0.0)
    slope: float32 = float32(0.0)
    measured_before: float32 = float32(0.0)
    started: bool = False

    def step(self, setpoint: float32, measured: float32) -> float32:
        """The output for this tick."""
        if is_nan(setpoint) or is_nan(measured):
            return self.low
        self.differentiate(measured)
        error = setpoint - measured
        wanted = self.kp * error + self.integral - self.kd * self.slope
        output = clamp(wanted, self.low, self.high)
        growth = self.ki * self.period * error
        held = (wanted > self.high and growth > 0.0) or (wanted < self.low and growth < 0.0)
        if not held:
            self.integral = self.integral + growth
        return output

    def follow(self, setpoint: float32, measured: float32, output: float32) -> None:
        """Take over an output that something else decided: the next `step` with these values gives it again."""
        if is_nan(setpoint) or is_nan(measured) or is_nan(output):
            return
        self.measured_before = measured
        self.started = True
        self.slope = float32(0.0)
        self.integral = clamp(output, self.low, self.high) - self.kp * (setpoint - measured)

    def differentiate(self, measured: float32) -> None:
        """Update the smoothed slope of the measurement."""
        if self.started:
            change = measured - self.measured_before
            self.slope = settled((self.smoothing * self.slope + change) / (self.smoothing + self.period))
        self.measured_before = measured
        self.started = True


@dataclass
class BangBang:
    """Two-point controller with hysteresis, for heating: on below the band around the setpoint, off above it."""

    half_band: float32
    on: bool = False

    def step(self, setpoint: float32, measured: float32) -> bool:
        """Whether to heat. Inside the band, edges included, and without a measurement, as before."""
        if measured < setpoint - self.half_band:
            self.on = True
        elif measured > setpoint + self.half_band:
            self.on = False
        return self.on


@dataclass
class LeadLag:
    """Compensator gain (1 + lead s) / (1 + lag s), by Tustin's rule; it starts settled at its first input."""

    gain: float32
    lead: float32
    lag: float32
    period: float32
    input_before: float32 = float32(0.0)
    output: float32 = float32(0.0)
    started: bool = False

    def step(self, x: float32) -> float32:
        """The output for this input."""
        if is_nan(x):
            return self.output
        if not self.started:
            self.started = True
            self.input_before = x
            self.output = self.gain * x
        ahead = self.gain * ((self.period + 2.0 * self.lead) * x + (self.period - 2.0 * self.lead) * self.input_before)
        rest = (self.period - 2.0 * self.lag) * self.output
        self.output = settled((ahead - rest) / (self.period + 2.0 * self.lag))
        self.input_before = x
        return self.output


@dataclass
class FirstOrderFilter:
    """Low-pass 1 / (1 + time_constant s), by backward Euler: stable at every period; it starts at its first input."""

    time_constant: float32
    period: float32
    output: float32 = float32(0.0)
    started: bool = False

    def step(self, x: float32) -> float32:
        """The filtered input."""
        if is_nan(x):
            return self.output
        if not self.started:
            self.started = True
            self.output = x
        weight = self.period / (self.time_constant + self.period)
        self.output = settled(self.output + weight * (x - self.output))
        return self.output


@dataclass
class RateLimiter:
    """Follows its input no faster than `rise` upwards and `fall` downwards, both positive."""

    rise: float32
    fall: float32
    period: float32
    output: float32 = float32(0.0)

    def step(self, x: float32) -> float32:
        """The limited input."""
        if is_nan(x):
            return self.output
        change = x - self.output
        if change > self.rise * self.period:
            self.output = self.output + self.rise * self.period
        elif change < -self.fall * self.period:
            self.output = self.output - self.fall * self.period
        else:
            self.output = x
        return self.output


@dataclass
class Supervisor:
    """State machine of a machine that is switched on and may trip.

    OFF -> STARTING when enabled -> RUNNING after `start_ticks` -> OFF when disabled. From STARTING or RUNNING it trips
    when it is not healthy in `trip_ticks` ticks in a row; only a reset while disabled leaves TRIPPED.
    """

    start_ticks: int32
    trip_ticks: int32
    phase: Phase = Phase.OFF
    elapsed: int32 = int32(0)
    unhealthy: int32 = int32(0)

    def step(self, enable: bool, healthy: bool, reset: bool) -> Phase:
        """The phase of this tick."""
        match self.phase:
            case Phase.OFF:
                self.unhealthy = int32(0)
                if enable:
                    self.enter(Phase.STARTING)
            case Phase.STARTING:
                self.elapsed = self.elapsed + 1
                if self.elapsed >= self.start_ticks:
                    self.enter(Phase.RUNNING)
                self.watch(enable, healthy)
            case Phase.RUNNING:
                self.watch(enable, healthy)
            case Phase.TRIPPED:
                if reset and not enable:
                    self.enter(Phase.OFF)
        return self.phase

    def watch(self, enable: bool, healthy: bool) -> None:
        """Leave a working phase when there is a reason."""
        self.unhealthy = int32(0) if healthy else self.unhealthy + 1
        if self.unhealthy >= self.trip_ticks:
            self.enter(Phase.TRIPPED)
        elif not enable:
            self.enter(Phase.OFF)

    def enter(self, phase: Phase) -> None:
        """Begin a phase."""
        self.phase = phase
        self.elapsed = int32(0)
