"""Keeps a motor driver cool: a PID turns the fan, a state machine takes the motor away when that is not enough."""

from dataclasses import dataclass, field
from enum import IntEnum

from proofmark_controller import float32, int32
from proofmark_controller.blocks import FirstOrderFilter, Pid, RateLimiter

PERIOD: float32 = float32(0.01)
SETPOINT: float32 = float32(60.0)
TRIP: float32 = float32(95.0)
RESTART: float32 = float32(50.0)
TRIP_TICKS: int32 = int32(5)
BLINK_TICKS: int32 = int32(50)


class Mode(IntEnum):
    IDLE = 0
    RUN = 1
    FAULT = 2


@dataclass(frozen=True)
class Inputs:
    temp_degc: float32
    enable: bool


@dataclass(frozen=True)
class Outputs:
    motor_duty: float32 = float32(0.0)
    fan_duty: float32 = float32(1.0)
    led: bool = True


def blinking(tick: int32, period: int32) -> bool:
    """On in the second half of each period."""
    return tick % period >= period // 2


@dataclass
class FanControl:
    """Fan by PID, negative gains because more fan is less heat; motor by mode."""

    mode: Mode = Mode.IDLE
    hot_ticks: int32 = int32(0)
    tick: int32 = int32(0)
    smooth: FirstOrderFilter = field(
        default_factory=lambda: FirstOrderFilter(time_constant=float32(0.05), period=PERIOD)
    )
    fan: Pid = field(
        default_factory=lambda: Pid(
            kp=float32(-0.08), ki=float32(-0.02), kd=float32(0.0), period=PERIOD, low=float32(0.0), high=float32(1.0)
        )
    )
    ramp: RateLimiter = field(default_factory=lambda: RateLimiter(rise=float32(0.5), fall=float32(5.0), period=PERIOD))

    def step(self, inputs: Inputs) -> Outputs:
        """One tick."""
        temperature = self.smooth.step(inputs.temp_degc)
        self.decide(temperature, inputs.enable)
        fan_duty = self.fan.step(SETPOINT, temperature)
        motor_duty = self.ramp.step(float32(1.0) if self.mode == Mode.RUN else float32(0.0))
        self.tick = (self.tick + 1) % BLINK_TICKS
        blink = blinking(self.tick, BLINK_TICKS)
        match self.mode:
            case Mode.IDLE:
                return Outputs(motor_duty=motor_duty, fan_duty=fan_duty, led=False)
            case Mode.RUN:
                return Outputs(motor_duty=motor_duty, fan_duty=fan_duty, led=blink)
            case Mode.FAULT:
                return Outputs(motor_duty=float32(0.0), fan_duty=float32(1.0), led=True)

    def decide(self, temperature: float32, enable: bool) -> None:
        """Change the mode."""
        self.hot_ticks = min(self.hot_ticks + 1, TRIP_TICKS) if temperature > TRIP else int32(0)
        match self.mode:
            case Mode.IDLE:
                if enable and temperature < RESTART:
                    self.mode = Mode.RUN
            case Mode.RUN:
                if self.hot_ticks >= TRIP_TICKS:
                    self.mode = Mode.FAULT
                elif not enable:
                    self.mode = Mode.IDLE
            case Mode.FAULT:
                if not enable and temperature < RESTART:
                    self.mode = Mode.IDLE
