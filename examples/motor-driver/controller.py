"""Runs a motor while its driver stays cool: a PID on a fan, and a supervisor that trips when it gets too hot."""

from dataclasses import dataclass, field
from enum import IntEnum

from proofmark_controller import float32, int32
from proofmark_controller.blocks import Pid, is_nan

PERIOD: float32 = float32(0.01)  # seconds from tick to tick
SETPOINT_DEGC: float32 = float32(60.0)
TRIP_DEGC: float32 = float32(72.0)
TRIP_TICKS: int32 = int32(10)
BLINK_TICKS: int32 = int32(128)


class Mode(IntEnum):
    """What the controller is doing."""

    IDLE = 0
    RUN = 1
    FAULT = 2


@dataclass(frozen=True)
class Inputs:
    """What the chip measures."""

    temp_degc: float32
    enable: bool


@dataclass(frozen=True)
class Outputs:
    """The safe state is the default: motor off, fan full, light on."""

    motor_duty: float32 = float32(0.0)
    fan_duty: float32 = float32(1.0)
    led: bool = True
    mode: Mode = Mode.FAULT


@dataclass
class FanControl:
    """Blows more the hotter the sink is; a fault ends when the motor is no longer asked for.

    The light blinks while the motor runs and stays on after a fault.
    """

    mode: Mode = Mode.IDLE
    hot_ticks: int32 = int32(0)
    run_ticks: int32 = int32(0)
    fan: Pid = field(
        default_factory=lambda: Pid(
            kp=float32(-0.5),
            ki=float32(-0.02),
            kd=float32(0.0),
            period=PERIOD,
            low=float32(0.0),
            high=float32(1.0),
            smoothing=float32(0.1),
        )
    )

    def step(self, inputs: Inputs) -> Outputs:
        """One tick."""
        hot = is_nan(inputs.temp_degc) or inputs.temp_degc > TRIP_DEGC
        self.hot_ticks = self.hot_ticks + 1 if hot else int32(0)
        match self.mode:
            case Mode.IDLE:
                if inputs.enable:
                    self.mode = Mode.RUN
                return Outputs(fan_duty=float32(0.0), led=False, mode=self.mode)
            case Mode.RUN:
                if self.hot_ticks >= TRIP_TICKS:
                    self.mode = Mode.FAULT
                    return Outputs()
                if not inputs.enable:
                    self.mode = Mode.IDLE
                self.run_ticks = (self.run_ticks + 1) % BLINK_TICKS
                lit = self.run_ticks < BLINK_TICKS // 2
                duty = self.fan.step(SETPOINT_DEGC, inputs.temp_degc)
                return Outputs(motor_duty=float32(1.0), fan_duty=duty, led=lit, mode=self.mode)
            case Mode.FAULT:
                self.hot_ticks = int32(0)
                if not inputs.enable:
                    self.mode = Mode.IDLE
                return Outputs()
