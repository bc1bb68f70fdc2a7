from dataclasses import dataclass
from enum import IntEnum

from proofmark_controller import float32, int32


class Mode(IntEnum):
    HEAT = 0
    FAULT = 1


@dataclass(frozen=True)
class Inputs:
    temp_degc: float32


@dataclass(frozen=True)
class Outputs:
    duty: float32 = float32(0.0)
    mode: Mode = Mode.FAULT


@dataclass
class Warmer:
    gain: float32 = float32(0.02)
    ticks: int32 = int32(0)

    def step(self, inputs: Inputs) -> Outputs:
        self.ticks = self.ticks + 1
        duty = self.gain * (60.0 - inputs.temp_degc)
        return Outputs(duty=max(min(duty, float32(1.0)), float32(0.0)), mode=Mode.HEAT)
