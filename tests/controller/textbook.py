"""Controllers out of textbooks, written down as their authors give them; nothing in the library was made for them."""

from dataclasses import dataclass, field
from enum import IntEnum

from proofmark_controller import float32, int32

# Åström & Murray (2008), Feedback Systems, section 10.5: PID with setpoint weighting, filtered derivative and
# anti-windup by back-calculation (tracking).
PERIOD: float32 = float32(0.02)
BETA: float32 = float32(0.4)
KP: float32 = float32(1.8)
KI: float32 = float32(2.25)
KD: float32 = float32(0.36)
TF: float32 = float32(0.02)
TT: float32 = float32(0.5)
U_LOW: float32 = float32(-2.0)
U_HIGH: float32 = float32(2.0)

# Franklin, Powell & Emami-Naeini, Feedback Control of Dynamic Systems, ch. 8: D(s) = 10 (s/2 + 1) / (s/10 + 1), by
# Tustin's rule at 0.05 s: u(k) = 0.6 u(k-1) + 42 e(k) - 38 e(k-1).
POLE: float32 = float32(0.6)
GAIN: float32 = float32(42.0)
ZERO: float32 = float32(38.0)

# Lee & Seshia (2017), Introduction to Embedded Systems, ch. 3, example 3.10: a traffic light that waits for someone.
GREEN_TICKS: int32 = int32(60)
YELLOW_TICKS: int32 = int32(5)


class Signal(IntEnum):
    RED = 0
    GREEN = 1
    PENDING = 2
    YELLOW = 3


@dataclass
class WeightedPid:
    """y filtered, b r - y for the proportional part, the integral tracks what the actuator does."""

    integral: float32 = float32(0.0)
    derivative: float32 = float32(0.0)
    before: float32 = float32(0.0)

    def step(self, reference: float32, measured: float32) -> float32:
        """The pseudocode of the book, line by line."""
        kept = TF / (TF + PERIOD)
        self.derivative = kept * self.derivative - KD / (TF + PERIOD) * (measured - self.before)
        wanted = KP * (BETA * reference - measured) + self.integral + self.derivative
        given = min(max(wanted, U_LOW), U_HIGH)
        self.integral = self.integral + KI * PERIOD * (reference - measured) + PERIOD / TT * (given - wanted)
        self.before = measured
        return given


@dataclass
class Lead:
    """A difference equation, no more."""

    u: float32 = float32(0.0)
    e: float32 = float32(0.0)

    def step(self, error: float32) -> float32:
        """One sample."""
        self.u = POLE * self.u + GAIN * error - ZERO * self.e
        self.e = error
        return self.u


@dataclass
class TrafficLight:
    """Four states, a pedestrian, and a count of seconds."""

    signal: Signal = Signal.RED
    count: int32 = int32(0)

    def step(self, pedestrian: bool) -> Signal:
        """A transition of the extended state machine."""
        match self.signal:
            case Signal.RED:
                self.count = self.count + 1
                if self.count >= GREEN_TICKS:
                    self.signal = Signal.GREEN
                    self.count = int32(0)
            case Signal.GREEN:
                if pedestrian and self.count < GREEN_TICKS:
                    self.signal = Signal.PENDING
                elif pedestrian:
                    self.signal = Signal.YELLOW
                    self.count = int32(0)
                self.count = self.count + 1
            case Signal.PENDING:
                self.count = self.count + 1
                if self.count >= GREEN_TICKS:
                    self.signal = Signal.YELLOW
                    self.count = int32(0)
            case Signal.YELLOW:
                self.count = self.count + 1
                if self.count >= YELLOW_TICKS:
                    self.signal = Signal.RED
                    self.count = int32(0)
        return self.signal


@dataclass(frozen=True)
class Inputs:
    reference: float32
    measured: float32
    pedestrian: bool


@dataclass(frozen=True)
class Outputs:
    pid: float32 = float32(0.0)
    lead: float32 = float32(0.0)
    signal: Signal = Signal.RED
    walk: bool = False


@dataclass
class Textbook:
    """All of them side by side, so that one run compares them all."""

    pid: WeightedPid = field(default_factory=WeightedPid)
    lead: Lead = field(default_factory=Lead)
    light: TrafficLight = field(default_factory=TrafficLight)

    def step(self, inputs: Inputs) -> Outputs:
        """One tick of each."""
        pid = self.pid.step(inputs.reference, inputs.measured)
        lead = self.lead.step(inputs.reference - inputs.measured)
        signal = self.light.step(inputs.pedestrian)
        return Outputs(pid=pid, lead=lead, signal=signal, walk=signal == Signal.RED)
