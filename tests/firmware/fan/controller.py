"""Drives a motor while it is enabled, and cools what warms up: every kind of pin there is."""

from dataclasses import dataclass
from enum import IntEnum

from proofmark_controller import float32, int32


class Mode(IntEnum):
    """What the controller is doing."""

    OFF = 0
    RUN = 1
    HOT = 2


@dataclass(frozen=True)
class Inputs:
    """What the chip measures."""

    temp_degc: float32
    enable: bool


@dataclass(frozen=True)
class Outputs:
    """The safe state: no motor, all the cooling."""

    motor_duty: float32 = float32(0.0)
    fan_duty: float32 = float32(1.0)
    led: bool = True
    mode: Mode = Mode.HOT


@dataclass
class FanControl:
    """Cools in proportion; the motor rests while it is hot."""

    gain: float32 = float32(0.02)
    led: bool = False
    mode: Mode = Mode.OFF
    ticks: int32 = int32(0)
    mean_degc: float32 = float32(25.0)

    def step(self, inputs: Inputs) -> Outputs:
        """One tick."""
        self.ticks = self.ticks + 1
        self.led = not self.led
        self.mean_degc = self.mean_degc + float32(0.1) * (inputs.temp_degc - self.mean_degc)
        self.mode = Mode.OFF
        if inputs.enable:
            self.mode = Mode.HOT if inputs.temp_degc > 90.0 else Mode.RUN
        motor = float32(0.5) if self.mode == Mode.RUN else float32(0.0)
        return Outputs(motor_duty=motor, fan_duty=self.gain * inputs.temp_degc, led=self.led, mode=self.mode)
